namespace GpuAls.Tests.Mpi;

/// <summary>Tests that start processes in a folder with plays.</summary>
[NonParallelizable]
public abstract class MpirunFixture
{
    /// <summary>The mpirun of each library.</summary>
    public static string[] Launchers => [MpiRun.OpenMpi, MpiRun.Mpich];

    private protected MpirunFolder Folder { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task WritePlaysAsync() => Folder = await MpirunFolder.CreateAsync();

    [OneTimeTearDown]
    public void Delete() => Folder.Dispose();
}

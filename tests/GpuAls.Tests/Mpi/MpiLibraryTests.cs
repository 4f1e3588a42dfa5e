using System.Runtime.InteropServices;
using GpuAls.Mpi;

namespace GpuAls.Tests.Mpi;

/// <summary>Which library is chosen, by what it is. Nothing is initialized here.</summary>
[Platform("Linux")]
public sealed class MpiLibraryTests
{
    private const string OpenMpi = "libmpi.so.40";
    private const string Mpich = "libmpich.so.12";

    [TestCase(MpiLauncher.OpenMpi, "Open MPI v")]
    [TestCase(MpiLauncher.Pmix, "Open MPI v")]
    [TestCase(MpiLauncher.Pmi, "MPICH Version: ")]
    [TestCase(MpiLauncher.Hydra, "MPICH Version: ")]
    public void Load_BothAreInstalled_IsTheOneOfTheLauncher(object launcher, string version)
    {
        RequireInstalled();

        Assert.That(Load((MpiLauncher)launcher, OpenMpi, Mpich).Version, Does.StartWith(version));
    }

    [TestCase(MpiLauncher.OpenMpi, Mpich, "Open MPI's mpirun", "libmpich.so.12 is MPICH Version: ")]
    [TestCase(
        MpiLauncher.Hydra, OpenMpi, "the mpirun of MPICH or Intel MPI", "libmpi.so.40 is Open MPI v")]
    public void Load_OnlyThatOfAnotherLauncher_SaysWhatIsInstalled(
        object launcher, string name, string started, string installed)
    {
        RequireInstalled();
        var failure = Assert.Throws<GpuAlsException>(() => Load((MpiLauncher)launcher, name))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(
            failure.Message,
            Does.StartWith($"This process was started by {started}, and no MPI library that works with it was found "
                + $"({installed}").And.Contain("Use the mpirun of the installed library"));
    }

    [Test]
    public void Load_None_SaysWhatWasTried()
    {
        var failure = Assert.Throws<GpuAlsException>(() => Load(MpiLauncher.Pmix, "libnone.so.1", "libnone.so"))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("(tried libnone.so.1, libnone.so). Install it"));
    }

    [Test]
    public void Load_LibraryThatIsNotMpi_IsPassedOver() =>
        Assert.Throws<GpuAlsException>(() => Load(MpiLauncher.Pmix, "libc.so.6"));

    private static MpiLibrary Load(MpiLauncher launcher, params string[] names) =>
        MpiLibrary.Load(new MpiLaunch(launcher, 0, 2), names);

    private static void RequireInstalled()
    {
        foreach (var name in new[] { OpenMpi, Mpich })
            if (!NativeLibrary.TryLoad(name, out _))
                MpiRun.Missing($"{name} is not installed (Debian: apt-get install openmpi-bin mpich)");
    }
}

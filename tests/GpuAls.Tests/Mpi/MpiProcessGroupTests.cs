namespace GpuAls.Tests.Mpi;

/// <summary>The group on real MPI libraries. What processes do is in GpuAls.MpiProbe.</summary>
[TestFixture(MpiRun.OpenMpi, "Open MPI v", "libmpich.so.12")]
[TestFixture(MpiRun.Mpich, "MPICH Version: ", "libmpi.so.40")]
public sealed class MpiProcessGroupTests(string launcher, string library, string another)
{
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task Collectives_RandomData_ArriveWhereTheyBelong(int size)
    {
        var run = await MpiRun.Probe(launcher, size, "collectives", $"{Random.Shared.Next()}");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Lines, Has.Length.EqualTo(size));
        for (var rank = 0; rank < size; rank++)
            Assert.That(
                run.Lines[rank],
                Does.StartWith($"rank {rank} of {size}, local {rank}, on {Environment.MachineName}, {library}"));
    }

    [Test]
    public async Task Detect_OneProcess_IsAlone()
    {
        // No library could be loaded from here.
        var run = await MpiRun.Run(
            launcher, ["-n", "1", .. MpiRun.ProbeCommand, "meet"], ("GPUALS_MPI_LIBRARY", "/nowhere/libmpi.so"));

        Assert.That((run.ExitCode, run.Output.Trim()), Is.EqualTo((0, "alone")), run.Error);
    }

    [Test]
    public async Task Open_LibraryOfAnotherLauncher_IsRefused()
    {
        var run = await MpiRun.Run(
            launcher, ["-n", "2", .. MpiRun.ProbeCommand, "meet"], ("GPUALS_MPI_LIBRARY", another));

        Assert.That(run.ExitCode, Is.EqualTo((int)FailureKind.Usage), run.Error);
        Assert.That(
            run.Error, Does.Contain("Usage: The launcher started 2 processes, and ").And.Contain(" finds 1: they"));
    }

    [Test]
    public async Task Open_LibraryIsNamedThatIsNone_IsRefused()
    {
        var run = await MpiRun.Run(
            launcher, ["-n", "2", .. MpiRun.ProbeCommand, "meet"], ("GPUALS_MPI_LIBRARY", "/nowhere/libmpi.so"));

        Assert.That(run.ExitCode, Is.EqualTo((int)FailureKind.Usage), run.Error);
        Assert.That(run.Error, Does.Contain("GPUALS_MPI_LIBRARY is '/nowhere/libmpi.so', which cannot be loaded"));
    }

    [Test]
    public async Task Abort_WhileOthersWait_EndsAllWithTheExitCode()
    {
        var run = await MpiRun.Probe(launcher, 3, "abort", "5");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Death_WhileOthersWait_EndsAll()
    {
        var run = await MpiRun.Probe(launcher, 3, "die");

        Assert.That(run.ExitCode, Is.Not.Zero, run.Error);
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Stop_WhileAnotherNeverAnswers_EndsTheWaiting()
    {
        var run = await MpiRun.Probe(launcher, 3, "cancel");

        Assert.That(run.Lines, Has.Some.Contains("was cancelled after 0."), run.Error);
        Assert.That(run.ExitCode, Is.EqualTo(143), run.Error);
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(20))); // 3 s of grace, then mpirun's own
    }
}

using GpuAls.MpiProbe;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Mpi;

/// <summary>Processes that mpirun started load plays together.</summary>
public sealed class MpiSharedLoadTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(MpiRun.OpenMpi)]
    [TestCase(MpiRun.Mpich)]
    public async Task Load_Files_AreSharesOfOneProcess(string launcher)
    {
        var random = new Random(5);
        for (var file = 0; file < 2; file++)
            await ParquetPlays.WriteAsync(
                _folder.At($"{file}.parquet"),
                4,
                ("user", Enumerable.Range(0, 20_000).Select(_ => $"u{random.Next(3_000)}").ToArray()),
                ("item", Enumerable.Range(0, 20_000).Select(_ => random.NextInt64(500)).ToArray()),
                ("weight", Enumerable.Range(0, 20_000).Select(_ => random.Next(-2, 4) * 0.7).ToArray()));
        var schema = new InteractionSchema { WeightColumn = "weight" };
        var rows = await InteractionLoader.LoadAsync([_folder.Root], schema);
        var full = PlayWorth.Build(rows, AlsOptions.Default);
        var expected = new ThreadGroup(3).Run(member => full.ShareOf(member, SharedLoad.Cost)).Select((share, rank) =>
            $"rank {rank}: 40000 rows, {SharedLoad.Digest(share)}, {share.ByUser.EntryCount} of {full.PlayCount} "
            + "plays");

        var run = await MpiRun.Probe(launcher, 3, "load", "weight", _folder.Root);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            run.Lines.Select(line => string.Join(',', line.Split(',')[..3])), Is.EqualTo(expected), run.Output);
    }

    [Test]
    public async Task Load_FileThatOneProcessCannotRead_EndsAll()
    {
        await File.WriteAllTextAsync(_folder.At("0.csv"), "user,item,weight\nu,1,1\n");
        await File.WriteAllTextAsync(_folder.At("1.parquet"), "this is no file of columns");

        var run = await MpiRun.Probe(MpiRun.OpenMpi, 2, "load", "weight", _folder.Root);

        Assert.That(run.ExitCode, Is.EqualTo((int)FailureKind.BadInput), run.Error);
        Assert.That(run.Error, Does.Contain("1.parquet is not a whole Parquet file: it does not begin with PAR1"));
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(20)));
    }
}

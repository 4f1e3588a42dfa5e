using System.Diagnostics;
using GpuAls.Tests.Connectors.S3;

namespace GpuAls.Tests.Cli;

/// <summary>
/// Runs that publish a version, switch <c>latest</c> and delete older ones, killed at any moment: <c>latest</c> names
/// a whole model at all times, the old or the new one.
/// </summary>
[Platform("Linux,MacOsX")]
public sealed class KilledPublishTests
{
    private TempFolder _folder = null!;
    private S3Double? _s3;

    [SetUp]
    public async Task MakePlaysAsync()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "300", "--items", "50", "--plays", "3000");
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_s3 is not null) await _s3.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public Task Train_KilledAtAnyMoment_LatestNamesAWholeModel() =>
        KillAsync(_folder.At("models"), moments: 5, seed: 1);

    [Test]
    public async Task Train_OnS3KilledAtAnyMoment_LatestNamesAWholeModel()
    {
        _s3 = await S3Double.StartAsync();
        await KillAsync("s3://music/models", moments: 5, seed: 2);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Explicit("takes minutes")]
    public async Task Train_KilledAtFiftyMoments_LatestNamesAWholeModel(bool onS3)
    {
        if (onS3) _s3 = await S3Double.StartAsync();
        await KillAsync(onS3 ? "s3://music/models" : _folder.At("models"), moments: 50, seed: 3);
    }

    private async Task KillAsync(string models, int moments, int seed)
    {
        var tool = $"{_s3?.Shell}{ToolProcess.Command}";
        var train = $"{tool} train {_folder.At("plays.csv")} --device cpu --rank 8 --iterations 1 --keep 2 "
            + $"--output '{models}/{{date}}-{{time}}'";
        var first = await ToolProcess.RunAsync(train);
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        var clock = Stopwatch.StartNew();
        await Task.Delay(1000); // the name of a version has seconds
        var again = await ToolProcess.RunAsync(train);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        var length = clock.Elapsed - TimeSpan.FromSeconds(1);
        var (random, killed) = (new Random(seed), 0);
        for (var moment = 0; moment < moments; moment++)
        {
            // The first third of a run is its start; nothing is written before its middle.
            var after = length * (1 + (2 * (moment + random.NextDouble()) / moments)) / 3;
            if (await ToolProcess.KillAsync(train, after) == 137) killed++;
            var lists = await ToolProcess.RunAsync($"{tool} recommend '{models}/latest' --device cpu --top 1");
            Assert.That(lists.ExitCode, Is.Zero, lists.Error);
            Assert.That(lists.Lines, Has.Length.EqualTo(301));
            await Task.Delay(1000);
        }

        var last = await ToolProcess.RunAsync(train);
        Assert.That(last.ExitCode, Is.Zero, last.Error);
        TestContext.Out.WriteLine($"{moments} moments, {killed} killed, runs of {length.TotalSeconds:F2} s");
        Assert.That(killed, Is.GreaterThan(0));
        var files = _s3?.Store.Keys("music") ?? Directory.GetFiles(models, "*", SearchOption.AllDirectories);
        Assert.That(files.Count(file => file.EndsWith("/_SUCCESS", StringComparison.Ordinal)), Is.EqualTo(2));
        if (_s3 is null) // no folder that a killed run was filling is left
            Assert.That(Directory.GetFileSystemEntries(models), Has.Length.EqualTo(3));
    }
}

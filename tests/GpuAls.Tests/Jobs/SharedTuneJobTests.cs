using GpuAls.App;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Jobs;

/// <summary>Several processes share out trials; process 0 writes what one process writes, but the times.</summary>
public sealed class SharedTuneJobTests
{
    private readonly TempFolder _folder = new();

    [OneTimeSetUp]
    public async Task WritePlays()
    {
        foreach (var (file, plays) in ((string, int)[])[("plays.csv", 900), ("others.csv", 901)])
            await SampleJob.RunAsync(new SampleJobOptions
            {
                Sample = new SampleOptions { Users = 100, Items = 40, Plays = plays },
                Output = _folder.At(file),
            });
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Run_SeveralProcesses_WriteTheFilesOfOne()
    {
        var one = Run(SingleProcess.Instance, Options("one", "plays.csv"));
        var events = new List<JobEvent>();
        var group = new ThreadGroup(3);

        var reports = group.Run(process => Run(
            process, Options("three", "plays.csv"), process.Rank == 0 ? new Relay<JobEvent>(events.Add) : null));

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(reports[0]!.Trials.Select(Text), Is.EqualTo(one!.Trials.Select(Text)));
        Assert.That(reports[1..], Is.All.Null);
        foreach (var file in (string[])["train.txt", "trials.csv"])
            Assert.That(Lines("three", file), Is.EqualTo(Lines("one", file)), file);
        Assert.That(File.ReadLines(_folder.At("three/journal.jsonl")).Count(), Is.EqualTo(1 + 4));
        Assert.That(events.OfType<TrialDone>().Select(done => done.Done), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        Assert.That(
            events.OfType<TrialProgress>().Count(),
            Is.EqualTo(one.Trials.Sum(trial => trial.Result.Iterations.Count)));
        Assert.That(events.OfType<ProcessesWaited>().Single().Seconds, Has.Length.EqualTo(3).And.All.GreaterThan(0));
    }

    [Test]
    public void Run_ProcessThatReadsOtherPlays_IsRefused()
    {
        var group = new ThreadGroup(3);

        group.Run(process => Run(process, Options("other", process.Rank == 2 ? "others.csv" : "plays.csv")));

        Assert.That(
            group.Failures,
            Is.All.Message.Contains("process 2 on thread-2 has read other plays than process 0 on thread-0"));
        Assert.That(_folder.Entries(), Has.No.Member("other"));
    }

    private static TuneReport? Run(
        IProcessGroup group, TuneJobOptions options, IProgress<JobEvent>? progress = null)
    {
        using var engine = new HostEngine(1);
        return new TuneJob(options, engine, progress, group).RunAsync().GetAwaiter().GetResult();
    }

    private TuneJobOptions Options(string output, string plays) => new()
    {
        Locations = [_folder.At(plays)],
        Space = new SearchSpace(
            new AlsOptions { Iterations = 4 },
            [
                SearchAxis.Parse(AlsParameters.Table["rank"], "2,8"),
                SearchAxis.Parse(AlsParameters.Table["alpha"], "1,9"),
            ]),
        Output = _folder.At(output),
    };

    private static string Text(TuneTrial trial) => string.Join(
        ' ', AlsParameters.SearchedText(trial.Options), trial.Result.BestIteration,
        string.Join(',', trial.Result.Metrics));

    /// <summary>The lines of a file, without the seconds of trials.</summary>
    private string[] Lines(string output, string file)
    {
        var rows = File.ReadLines(_folder.At($"{output}/{file}")).Select(line => line.Split(',')).ToArray();
        var seconds = Array.IndexOf(rows[0], "seconds");
        return [.. rows.Select(cells => string.Join(',', cells.Where((_, i) => i != seconds)))];
    }
}

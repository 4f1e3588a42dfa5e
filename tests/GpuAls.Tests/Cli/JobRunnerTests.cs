using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

/// <summary>What a job says, as lines and on a terminal.</summary>
public sealed class JobRunnerTests
{
    private static readonly DataLoaded Loaded = new(
        new DataStatistics
        {
            Users = 3,
            Items = 4,
            Plays = 5,
            UsersWithoutPlays = 2,
            UserIdType = IdType.Text,
            ItemIdType = IdType.Text,
            Read = new ReadStatistics { Files = 1, Rows = 16, ZeroWeightRows = 6, BadRows = 7 },
        },
        0.25);

    private static readonly string[] Warnings =
    [
        "warning: 6 rows with weight 0 were left out.",
        "warning: 7 bad rows were skipped.",
        "warning: 2 users have no play above 0",
        "warning: 7 row solves needed jitter, the first in iteration 1; raise --regularization",
        "warning: the model that was replaced could not be deleted and is left in '/data/.old'.",
    ];

    private static readonly JobEvent[] Events =
    [
        Loaded,
        new IterationDone(new IterationReport(1, 0.5, 12.25, Fp64Rows: 12, JitteredRows: 3), 2),
        new IterationDone(new IterationReport(2, 0.5, null, Fp64Rows: 0, JitteredRows: 0), 2),
        new IterationDone(new IterationReport(3, 0.5, null, Fp64Rows: 1, JitteredRows: 4), 3),
        new ListsMade(3, 3),
        new LeftoverKept("/data/.old"),
    ];

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task Run_Warnings_AreShownAlsoWhenTheJobFailsOrIsQuiet(bool isTerminal, bool isQuiet)
    {
        var error = await RunAsync(isTerminal, isQuiet, fails: false);
        var errorOfFailure = await RunAsync(isTerminal, isQuiet, fails: true);

        foreach (var warning in Warnings)
        {
            Assert.That(error.Split(warning), Has.Length.EqualTo(2), "once");
            Assert.That(errorOfFailure, Does.Contain(warning));
        }
    }

    [Test]
    public async Task Run_Lines_HaveTheIterationsWithLossAndRowsInFp64()
    {
        var error = await RunAsync(isTerminal: false, isQuiet: false, fails: false);

        Assert.That(
            error,
            Does.Contain("iteration 1/2: 0.500 s, loss 12.25, 12 rows in fp64\n")
                .And.Contain("iteration 2/2: 0.500 s\n").And.Contain(", 1 row in fp64\n"));
    }

    [Test]
    public async Task Run_Terminal_KeepsTheLinesOfAFailedJobButNotOfEachIteration()
    {
        var error = await RunAsync(isTerminal: true, isQuiet: false, fails: true);

        Assert.That(error, Does.Contain("read 16 rows: 3 users, 4 items, 5 plays").And.Contain("12 rows in fp64"));
        Assert.That(error, Does.Not.Contain("iteration 2/2"));
    }

    private static async Task<string> RunAsync(bool isTerminal, bool isQuiet, bool fails)
    {
        using var error = new StringWriter { NewLine = "\n" };
        var run = JobRunner.RunAsync(
            new CliConsole(TextWriter.Null, error, isTerminal), new LogOptions { Quiet = isQuiet }, async progress =>
        {
            await Task.Yield();
            foreach (var value in Events) progress.Report(value);
            if (fails) throw new InvalidDataException("after all events");
        });
        if (fails) Assert.That(() => run, Throws.InstanceOf<InvalidDataException>());
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return error.ToString();
    }
}

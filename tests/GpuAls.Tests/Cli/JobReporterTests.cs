using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

/// <summary>What comes in small parts has a line where nothing else was said for a while.</summary>
public sealed class JobReporterTests
{
    private static readonly TimeSpan Moment = JobReporter.Silence / 4;

    [Test]
    public void Report_PartsOfALongPhase_HaveALineAfterSilenceOnly()
    {
        var clock = new Clock();
        using var written = new StringWriter { NewLine = "\n" };
        var reporter = new JobReporter(new RunLog(written, new LogOptions()), clock);

        for (var percent = 0; percent < 12; percent++)
        {
            clock.Now += Moment;
            reporter.Report(new PhaseProgress("measuring", percent / 100.0));
        }

        Assert.That(written.ToString(), Is.EqualTo("measuring: 3 %\nmeasuring: 7 %\nmeasuring: 11 %\n"));
    }

    [Test]
    public void Report_OtherLines_BreakTheSilence()
    {
        var clock = new Clock();
        using var written = new StringWriter { NewLine = "\n" };
        var reporter = new JobReporter(new RunLog(written, new LogOptions()), clock);

        clock.Now += 3 * Moment;
        reporter.Report(new MethodMeasured("most popular", 1));
        clock.Now += 3 * Moment;
        reporter.Report(new RowsRead(new ReadProgress(2000, 0.25)));
        Assert.That(written.ToString(), Is.EqualTo("measured: most popular (1.00 s)\n"));
        clock.Now += Moment;
        reporter.Report(new RowsRead(new ReadProgress(3000, 0.5)));

        Assert.That(written.ToString(), Does.EndWith("s)\nreading, 3,000 rows: 50 %\n"));
    }

    [Test]
    public void Report_Checkpoints_SayWhatIsKeptAndHowToContinue()
    {
        using var written = new StringWriter { NewLine = "\n" };
        var reporter = new JobReporter(new RunLog(written, new LogOptions()), TimeProvider.System);

        reporter.Report(new TrainingResumed(3, 20, "ck", "gpuals 0.1.0 on cpu (another)"));
        reporter.Report(new CheckpointTold(new CheckpointWritten(4, 0.25)));
        reporter.Report(new CheckpointTold(new CheckpointFailed("the disk is full.")));
        reporter.Report(new CheckpointKept(5, 20, "ck"));

        Assert.That(
            written.ToString(),
            Is.EqualTo(
                "continuing after iteration 3 of 20, from 'ck'\n"
                + "warning: the checkpoint was made by gpuals 0.1.0 on cpu (another); factors may differ in the last "
                + "bits from those of a run that was not stopped.\n"
                + "checkpoint of iteration 4 written (0.25 s)\n"
                + "warning: a checkpoint could not be saved; the run goes on: the disk is full.\n"
                + "warning: iteration 5 of 20 is saved in 'ck'; run the same command with --resume to continue.\n"));
    }

    /// <summary>What happened once is said of one thing.</summary>
    [Test]
    public void Report_OneOfAThing_HasNoPlural()
    {
        using var written = new StringWriter { NewLine = "\n" };
        var reporter = new JobReporter(new RunLog(written, new LogOptions()), TimeProvider.System);
        var heldOut =
            new HeldOutCounts { Pairs = 1, RepeatedPairs = 1, UnseenUsers = 0, UnseenItems = 1, UnseenPairs = 1 };

        reporter.Report(new DataLoaded(
            new DataStatistics
            {
                Users = 1,
                Items = 1,
                Plays = 1,
                CancelledPairs = 1,
                UsersWithoutPlays = 1,
                UserIdType = IdType.Text,
                ItemIdType = IdType.Text,
                Read = new ReadStatistics { Files = 1, Rows = 1, ZeroWeightRows = 1, BadRows = 1 },
            },
            0.25));
        reporter.Report(new SplitMade(
            new SplitCounts
            {
                TrainUsers = 1,
                TrainItems = 1,
                TrainPairs = 1,
                HeldOut = heldOut,
                Users = 1,
                UsersWithoutHeldOut = 1,
            },
            1, 1, ColdStart.Drop));
        reporter.Report(new ZeroFactors(1));

        Assert.That(written.ToString().TrimEnd().Split('\n'), Is.EqualTo(new[]
        {
            "read 1 row: 1 user, 1 item, 1 play (0.25 s)",
            "warning: 1 row with weight 0 was left out.",
            "warning: 1 pair of a user and an item was left out because its weights add up to 0.",
            "warning: 1 bad row was skipped.",
            "warning: 1 user has no play above 0, only dislikes or weights that add up to 0, and gets no list.",
            "1 pair to train on, 1 held out; 1 user measured, 1 without relevant held-out plays",
            "warning: 1 held-out pair was left out: 1 item has no play above 0 (or no rating) to train on "
            + "(--cold-start).",
            "warning: 1 test pair was dropped because it is also a training pair or excluded.",
            "warning: 1 user has factors that are all 0 and gets no list, as happens when every rating is 0.",
        }));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

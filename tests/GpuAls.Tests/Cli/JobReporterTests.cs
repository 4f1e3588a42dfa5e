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
        var reporter = new JobReporter(new RunLog(written, json: false, quiet: false), clock);

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
        var reporter = new JobReporter(new RunLog(written, json: false, quiet: false), clock);

        clock.Now += 3 * Moment;
        reporter.Report(new MethodMeasured("most popular", 1));
        clock.Now += 3 * Moment;
        reporter.Report(new RowsRead(new ReadProgress(2000, 0.25)));
        Assert.That(written.ToString(), Is.EqualTo("measured: most popular (1.00 s)\n"));
        clock.Now += Moment;
        reporter.Report(new RowsRead(new ReadProgress(3000, 0.5)));

        Assert.That(written.ToString(), Does.EndWith("s)\nreading, 3,000 rows: 50 %\n"));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

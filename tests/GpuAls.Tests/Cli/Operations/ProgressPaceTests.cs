using GpuAls.App;
using GpuAls.Cli;
using Spectre.Console;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>The rate and the time left beside a progress bar.</summary>
public sealed class ProgressPaceTests
{
    [Test]
    public void Text_OfRows_IsTheirRateAndWhatIsLeft()
    {
        var clock = new Clock();
        var pace = new ProgressPace(clock);
        Assert.That(pace.Text(), Is.Empty);
        clock.Now = Seconds(3);
        pace.Add(Rows(1_000_000, 0.1));
        Assert.That(pace.Text(), Is.Empty, "a first event has no rate");
        clock.Now = Seconds(5);
        pace.Add(Rows(5_000_000, 0.5));
        Assert.That(pace.Text(), Is.EqualTo("2,000,000 rows/s, 0:03 left"));
        clock.Now = Seconds(6);
        Assert.That(pace.Text(), Is.EqualTo("2,000,000 rows/s, 0:02 left"), "it counts down between events");
        clock.Now = Seconds(60);
        Assert.That(pace.Text(), Is.EqualTo("2,000,000 rows/s, 0:00 left"), "but not below 0");
        pace.Add(Rows(10_000_000, 1));
        clock.Now = Seconds(90);
        Assert.That(pace.Text(), Is.EqualTo("157,895 rows/s, 1:00"), "at the end, the time it took");
    }

    [Test]
    public void Text_OfAResumedTraining_CountsItsOwnIterationsOnly()
    {
        var clock = new Clock();
        var pace = new ProgressPace(clock);
        foreach (var iteration in new[] { 11, 12, 13 })
        {
            clock.Now += Seconds(8);
            pace.Add(new IterationDone(new IterationReport(iteration, 8, null, 0, 0), 20).Progress);
        }

        Assert.That(pace.Text(), Is.EqualTo("8.0 s/iteration, 0:56 left"));
    }

    [Test]
    public void Text_OfAPhaseWithoutUnit_IsTheTimeLeft()
    {
        var clock = new Clock();
        var pace = new ProgressPace(clock);
        pace.Add(new JobProgress("measuring", 0));
        clock.Now = Seconds(60);
        pace.Add(new JobProgress("measuring", 0.01));

        Assert.That(pace.Text(), Is.EqualTo("1:39:00 left"));
    }

    [TestCase(5000, 2.0, "2,500 rows/s")]
    [TestCase(5, 2.0, "2.5 rows/s")]
    [TestCase(2, 5.0, "2.5 s/row")]
    [TestCase(1, 150.0, "2.5 min/row")]
    [TestCase(0, 1.0, "")]
    [TestCase(null, 1.0, "")]
    public void Rate_SlowOrFast_HasReadableNumbers(long? done, double seconds, string expected) =>
        Assert.That(ProgressPace.Rate(done, "row", Seconds(seconds)), Is.EqualTo(expected));

    [TestCase(0, "0:00")]
    [TestCase(59.6, "1:00")]
    [TestCase(754, "12:34")]
    [TestCase(3600, "1:00:00")]
    [TestCase(100_000, "27:46:40")]
    [TestCase(-3, "0:00")]
    public void Clock_Duration_IsThatOfAClock(double seconds, string expected) =>
        Assert.That(ProgressPace.Clock(Seconds(seconds)), Is.EqualTo(expected));

    /// <summary>As on a terminal of 80 columns, without one.</summary>
    [Test]
    public void Bar_OfRows_FitsALineOf80()
    {
        var clock = new Clock();
        using var written = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(written),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        terminal.Profile.Width = 80;
        var bars = new BarReporter(clock);
        terminal.Progress().AutoRefresh(false).Columns(bars.Columns).Start(context =>
        {
            bars.Report(context, new RowsRead(new ReadProgress(10_000_000, 0.1)));
            clock.Now = Seconds(10);
            bars.Report(context, new RowsRead(new ReadProgress(80_000_000, 0.5)));
            context.Refresh();
        });

        var line = written.ToString().Split('\n').First(line => line.Contains("reading")).TrimEnd();
        Assert.That(line, Does.Match(@"reading, 80,000,000 rows ━+.* 50% 7,000,000 rows/s, 0:1[23] left$"));
    }

    private static JobProgress Rows(long done, double fraction) =>
        new("reading", fraction) { Done = done, Unit = "row" };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals tune PLAYS...</c>.</summary>
internal static class TuneCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<TuneJobOptions>(
        "tune", "Search the options that predict held-out plays best", JobParameters.Tune, RunAsync)
    {
        Details = "VALUES are A,B,C, or a range LOW..HIGH, where equal ratios count the same (with LOW..HIGH:linear "
            + "equal differences), or N values of a range, LOW..HIGH:N.",
    };

    private static async Task<int> RunAsync(
        Invocation<TuneJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var options = invocation.Job with { Report = invocation.Job.Report?.Of(invocation.Typed) };
        options.Validate();
        var report = await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Space.FixedOptions),
            (engine, progress) => new TuneJob(options, engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        TrialTable.Write(report, console.Out);
        return ExitCode.Done;
    }
}

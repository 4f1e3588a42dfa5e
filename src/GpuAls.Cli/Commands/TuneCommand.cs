using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals tune PLAYS...</c>.</summary>
internal static class TuneCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<TuneJobOptions>(
        "tune", "Find the options that predict held-out plays best",
        static () => JobParameters.Tune, RunAsync, isWatched: true)
    {
        IsShared = true,
        Details = "Without VALUES, all options are searched. VALUES are A,B,C or a range: LOW..HIGH, or LOW..HIGH:N "
            + "for N of it; :linear after it makes it linear.",
    };

    private static async Task<int> RunAsync(
        Invocation<TuneJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var options = invocation.Job with { Report = invocation.Job.Report?.Of(invocation.Typed).At(DateTime.UtcNow) };
        options.Validate();
        var report = await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Space.FixedOptions),
            (engine, progress) => new TuneJob(options, engine, progress, invocation.Group)
                .RunAsync(cancellation)).ConfigureAwait(false);
        if (report is not null) TrialTable.Write(report, console.Out);
        return ExitCode.Done;
    }
}

using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals evaluate PLAYS...</c>, or <c>evaluate --model DIR --test FILE</c>.</summary>
internal static class EvaluateCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<EvaluateJobOptions>(
        "evaluate", "Measure how well held-out plays are predicted, beside baselines", JobParameters.Evaluate, RunAsync)
    {
        Details =
            "A model is trained on the other plays. Lists are made on the device; item ranks are computed on the CPU.",
    };

    private static async Task<int> RunAsync(
        Invocation<EvaluateJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var options = invocation.Job with { Report = invocation.Job.Report?.Of(invocation.Typed) };
        options.Validate();
        var report = await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Als),
            (engine, progress) => new EvaluateJob(options, engine, progress).RunAsync(cancellation))
            .ConfigureAwait(false);
        MetricTable.Write(report, options.Metrics, console.Out);
        return ExitCode.Done;
    }
}

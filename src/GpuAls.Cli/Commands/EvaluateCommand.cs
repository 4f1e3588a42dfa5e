using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals evaluate PLAYS...</c>, or <c>evaluate --model DIR --test FILE</c>.</summary>
internal static class EvaluateCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<EvaluateJobOptions>(
        "evaluate",
        "Measure how well a model predicts held-out plays, compared with baselines",
        static () => JobParameters.Evaluate,
        RunAsync, isWatched: true)
    {
        Details = "Trains on the plays that are not held out, unless --model is given.",
    };

    private static async Task<int> RunAsync(
        Invocation<EvaluateJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var (job, now) = (invocation.Job, DateTime.UtcNow);
        var options = job with
        {
            Output = LocationTemplate.ListsAt(job.Output, "--output", now),
            Report = job.Report?.Of(invocation.Typed).At(now),
        };
        options.Validate();
        var report = await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Als),
            (engine, progress) => new EvaluateJob(options, engine, progress).RunAsync(cancellation))
            .ConfigureAwait(false);
        MetricTable.Write(report, options.Metrics, console.Out);
        return ExitCode.Done;
    }
}

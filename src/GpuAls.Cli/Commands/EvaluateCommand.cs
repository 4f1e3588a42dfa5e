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
        IsShared = true,
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
            invocation.Log, console, invocation.Device.For(options.Als), RunJobAsync).ConfigureAwait(false);
        if (report is not null) MetricTable.Write(report, options.Metrics, console.Out);
        return ExitCode.Done;

        async Task<EvaluationReport?> RunJobAsync(IAlsEngine engine, IProgress<JobEvent> progress)
        {
            var job = new EvaluateJob(options, engine, progress, invocation.Group);
            if (invocation.Group.Rank == 0) return await job.RunAsync(cancellation).ConfigureAwait(false);
            await job.HelpAsync(cancellation).ConfigureAwait(false);
            return null;
        }
    }
}

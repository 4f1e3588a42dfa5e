using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals recommend MODEL</c>: lists from a saved model, to a file or to stdout.</summary>
internal static class RecommendCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<RecommendJobOptions>(
        "recommend", "Recommend items to some or all users with a saved model",
        static () => JobParameters.Recommend, RunAsync, isWatched: true)
    {
        IsShared = true,
    };

    /// <summary><c>gpuals similar MODEL</c>: lists of neighbours.</summary>
    public static ToolCommand Similar { get; } = new ToolCommand<RecommendJobOptions>(
        "similar", "Find the items most similar to items, or users to users, with a saved model",
        static () => JobParameters.Similar, RunAsync, isWatched: true)
    {
        Details = "An item is not in its own list.",
        IsShared = true,
    };

    private static async Task<int> RunAsync(
        Invocation<RecommendJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var job = invocation.Job;
        var options = job with { Output = LocationTemplate.ListsAt(job.Output, "--output", DateTime.UtcNow) };
        // No bars: they would be drawn among the lists on stdout.
        await JobRunner.RunAsync(
            invocation.Log, console with { IsTerminal = false }, invocation.Device,
            (engine, progress) => new RecommendJob(
                options, engine, console.Out, progress, console.IsOutTerminal ? ListTable.Format : ListFormat.Csv,
                invocation.Group).RunAsync(cancellation)).ConfigureAwait(false);
        return ExitCode.Done;
    }
}

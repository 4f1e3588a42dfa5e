using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals recommend MODEL</c>: lists from a saved model, to a file or as CSV on stdout.</summary>
internal static class RecommendCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<RecommendJobOptions>(
        "recommend", "Recommend items to some or all users with a saved model", JobParameters.Recommend, RunAsync);

    private static async Task<int> RunAsync(
        Invocation<RecommendJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var (job, log) = (invocation.Job, new RunLog(console.Error, invocation.Log));
        var options = job with { Output = LocationTemplate.ListsAt(job.Output, "--output", DateTime.UtcNow) };
        // No bars: they would be drawn among the lists on stdout.
        var report = await JobRunner.RunAsync(
            invocation.Log, console with { IsTerminal = false }, invocation.Device,
            (engine, progress) => new RecommendJob(options, engine, console.Out, progress).RunAsync(cancellation))
            .ConfigureAwait(false);
        if (report.NamedUsers == 0)
            log.Warn("no_users", $"'{options.UsersFile}' has no user ids, so no lists were made.");
        if (report.UnknownUsers > 0)
            log.Warn(
                "unknown_users",
                $"{Counted.Of(report.UnknownUsers, "user is", "users are")} not in the model and "
                    + $"{(report.UnknownUsers == 1 ? "was" : "were")} skipped.",
                ("users", report.UnknownUsers));
        if (report.UsersWithoutPlays > 0)
        {
            var users = Counted.Of(
                report.UsersWithoutPlays, "user gets no list: no play above 0, or all factors are 0",
                "users get no list: no play above 0, or all factors are 0");
            log.Warn("users_without_plays", $"{users}.", ("users", report.UsersWithoutPlays));
        }

        log.Info(
            "done",
            $"wrote {Counted.Of(report.Lists, "list")} to {options.Output ?? "stdout"}",
            ("lists", report.Lists));
        return ExitCode.Done;
    }
}

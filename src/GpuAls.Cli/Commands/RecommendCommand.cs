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
        var (options, log) = (invocation.Job, new RunLog(console.Error, invocation.Log));
        using var engine = JobRunner.Open(invocation.Device, new JobReporter(log, TimeProvider.System));
        var report = await new RecommendJob(options, engine, console.Out).RunAsync(cancellation).ConfigureAwait(false);
        if (report.NamedUsers == 0)
            log.Warn("no_users", $"'{options.UsersFile}' names no user, so there are no lists.");
        if (report.UnknownUsers > 0)
            log.Warn(
                "unknown_users",
                $"users not in the model, skipped: {report.UnknownUsers}.",
                ("users", report.UnknownUsers));
        if (report.UsersWithoutPlays > 0)
        {
            var users = Counted.Of(
                report.UsersWithoutPlays, "user has no play above 0, or factors that are all 0, and gets",
                "users have no play above 0, or factors that are all 0, and get");
            log.Warn("users_without_plays", $"{users} no list.", ("users", report.UsersWithoutPlays));
        }

        log.Info(
            "done",
            $"wrote {Counted.Of(report.Lists, "list")} to {options.Output ?? "stdout"}",
            ("lists", report.Lists));
        return ExitCode.Done;
    }
}

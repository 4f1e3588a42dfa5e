using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals update MODEL --plays FILE</c>: a model with new plays, without a training.</summary>
internal static class UpdateCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<UpdateJobOptions>(
        "update", "Add new plays to a saved model and compute the factors of their users or items",
        static () => UpdateParameters.Update, RunAsync)
    {
        Details = "All other factors stay as they are.",
    };

    private static async Task<int> RunAsync(
        Invocation<UpdateJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device,
            (engine, progress) => new UpdateJob(invocation.Job, engine, progress).RunAsync(cancellation))
            .ConfigureAwait(false);
        return ExitCode.Done;
    }
}

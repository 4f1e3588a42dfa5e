using GpuAls.App;
using GpuAls.Serve;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals explore MODEL</c>: a page to look at a model, until Ctrl-C.</summary>
internal static class ExploreCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<ServeJobOptions>(
        "explore", "Look at a saved model in the browser",
        static () => ServeParameters.Explore, RunAsync, isOnDevice: false)
    {
        Details = "The page is for browsers on this machine. It loads nothing from the network.",
    };

    private static Task<int> RunAsync(
        Invocation<ServeJobOptions> invocation, CliConsole console, CancellationToken cancellation) =>
        ServeCommand.RunAsync(invocation, console, (app, models) =>
        {
            using var lease = models.Lease();
            new ExploreEndpoints(lease.Served, invocation.Job).Map(app);
        }, cancellation);
}

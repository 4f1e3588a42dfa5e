using GpuAls.App;
using GpuAls.Serve;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals serve MODEL</c>: lists on request, over HTTP, until a signal comes.</summary>
internal static class ServeCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<ServeJobOptions>(
        "serve", "Serve lists from a saved model over HTTP",
        static () => ServeParameters.Serve, RunAsync, isOnDevice: false)
    {
        Details = "It runs until SIGTERM or Ctrl-C, then answers the requests that are under way.",
    };

    private static async Task<int> RunAsync(
        Invocation<ServeJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        await JobRunner.RunAsync(console with { IsTerminal = false }, invocation.Log, async progress =>
        {
            var metrics = new ServeMetrics();
            using var models = await ModelSource.OpenAsync(invocation.Job, metrics, progress, cancellation)
                .ConfigureAwait(false);
            var host = await ServeHost.StartAsync(invocation.Job, models, metrics, progress, more: null, cancellation)
                .ConfigureAwait(false);
            await using var started = host.ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        return ExitCode.Done;
    }
}

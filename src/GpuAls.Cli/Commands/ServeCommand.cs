using GpuAls.App;
using GpuAls.Serve;
using Microsoft.AspNetCore.Builder;

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

    private static Task<int> RunAsync(
        Invocation<ServeJobOptions> invocation, CliConsole console, CancellationToken cancellation) =>
        RunAsync(invocation, console, more: null, cancellation);

    /// <summary>Serves until a signal comes.</summary>
    /// <param name="invocation">What is served.</param>
    /// <param name="console">Where the log goes.</param>
    /// <param name="more">Adds endpoints for a model; null for none.</param>
    /// <param name="cancellation">The signal.</param>
    internal static async Task<int> RunAsync(
        Invocation<ServeJobOptions> invocation,
        CliConsole console,
        Action<WebApplication, ModelSource>? more,
        CancellationToken cancellation)
    {
        await JobRunner.RunAsync(console with { IsTerminal = false }, invocation.Log, async progress =>
        {
            var metrics = new ServeMetrics();
            using var models = await ModelSource.OpenAsync(invocation.Job, metrics, progress, cancellation)
                .ConfigureAwait(false);
            var host = await ServeHost
                .StartAsync(invocation.Job, models, metrics, progress, app => more?.Invoke(app, models), cancellation)
                .ConfigureAwait(false);
            await using var started = host.ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        return ExitCode.Done;
    }
}

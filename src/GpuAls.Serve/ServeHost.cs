using System.Net;
using GpuAls.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GpuAls.Serve;

/// <summary>
/// The HTTP server of the tool: endpoints on Kestrel, and nothing that the environment, a file of settings or the
/// console could change. Its log is that of the tool.
/// </summary>
internal sealed class ServeHost : IAsyncDisposable
{
    /// <summary>How long requests under way may take after a signal.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly ServeMetrics _metrics;
    private readonly IProgress<JobEvent>? _progress;

    private ServeHost(WebApplication app, ServeMetrics metrics, IProgress<JobEvent>? progress) =>
        (_app, _metrics, _progress) = (app, metrics, progress);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts to listen.</summary>
    /// <param name="options">Where, and the limits.</param>
    /// <param name="models">The model that is served; it stays the caller's.</param>
    /// <param name="metrics">Counts what is served.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="more">Adds more endpoints; null for none.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="GpuAlsException">Kind Usage: it cannot listen there.</exception>
    public static async Task<ServeHost> StartAsync(
        ServeJobOptions options,
        ModelSource models,
        ServeMetrics metrics,
        IProgress<JobEvent>? progress,
        Action<WebApplication>? more,
        CancellationToken cancellation)
    {
        var app = Build(options);
        var host = new ServeHost(app, metrics, progress);
        app.Use(new RequestGate(options, metrics, progress).InvokeAsync);
        new RecommendEndpoints(options, models).Map(app);
        new ModelEndpoints(options, models).Map(app);
        new HealthEndpoints(models, metrics, app.Lifetime.ApplicationStopping).Map(app);
        ApiDocument.Map(app);
        more?.Invoke(app);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new GpuAlsException(
                FailureKind.Usage,
                $"cannot listen on {new IPEndPoint(IPAddress.Parse(options.Listen), options.Port)}: "
                    + $"{(exception.InnerException ?? exception).Message.TrimEnd('.')}. Choose another --port, or "
                    + "another address of this machine with --listen.",
                exception);
        }

        host.Address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
                .Single());
        progress?.Report(new ServerListening(host.Address.ToString()));
        return host;
    }

    /// <summary>Accepts no more requests and waits for those that are under way.</summary>
    public async Task StopAsync()
    {
        _progress?.Report(new ServerStopping());
        using var patience = new CancellationTokenSource(Patience);
        await _app.StopAsync(patience.Token).ConfigureAwait(false);
        _progress?.Report(new ServerStopped(_metrics.Requests, _metrics.UnderWay));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(ServeJobOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "gpuals" });
        builder.Services.AddRoutingCore();
        ApiDocument.AddTo(builder.Services);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Listen(
                IPAddress.Parse(options.Listen), options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    /// <summary>The tool handles signals itself.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

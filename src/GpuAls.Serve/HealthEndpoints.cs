using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary>
/// <c>/health</c> and <c>/health/ready</c>: whether to send requests here. <c>/health/live</c>: whether the process
/// answers at all. <c>/metrics</c>: what was served so far, for Prometheus. They are answered however busy it is.
/// </summary>
/// <param name="models">The model that is served.</param>
/// <param name="metrics">What was served.</param>
/// <param name="stopping">Cancelled when no more requests are accepted.</param>
internal sealed class HealthEndpoints(ModelSource models, ServeMetrics metrics, CancellationToken stopping)
{
    /// <summary>Adds them to the application.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(AlwaysAnswered.Instance);
        group.MapGet("/health", Ready);
        group.MapGet("/health/ready", Ready);
        group.MapGet("/health/live", () => TypedResults.Text("live\n"));
        group.MapGet("/metrics", () => TypedResults.Text(metrics.Text(), ServeMetrics.ContentType));
    }

    private JsonHttpResult<HealthResponse> Ready()
    {
        using var lease = models.Lease();
        var isStopping = stopping.IsCancellationRequested;
        return TypedResults.Json(
            new HealthResponse(isStopping ? "stopping" : "ready", lease.Served.Version), ServeJson.Web.HealthResponse,
            statusCode: isStopping ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}

/// <summary>Marks an endpoint that is answered although there are too many requests.</summary>
internal sealed class AlwaysAnswered
{
    public static readonly AlwaysAnswered Instance = new();
}

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
        foreach (var path in new[] { "/health", "/health/ready" })
            group.MapGet(path, Ready).WithSummary("Whether to send requests here").Produces<HealthResponse>()
                .Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/health/live", () => TypedResults.Text("live\n")).WithSummary("Whether the process answers")
            .Produces<string>(contentType: "text/plain");
        group.MapGet("/metrics", () => TypedResults.Text(metrics.Text(), ServeMetrics.ContentType))
            .WithSummary("What was served so far, for Prometheus").Produces<string>(contentType: "text/plain");
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

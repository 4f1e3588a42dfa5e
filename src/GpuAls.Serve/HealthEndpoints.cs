using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary>
/// <c>/health</c> and <c>/health/ready</c>: whether to send requests here. <c>/health/live</c>: whether the process
/// answers at all.
/// </summary>
/// <param name="models">The model that is served.</param>
/// <param name="stopping">Cancelled when no more requests are accepted.</param>
internal sealed class HealthEndpoints(ModelSource models, CancellationToken stopping)
{
    /// <summary>Adds them to the application.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", Ready);
        routes.MapGet("/health/ready", Ready);
        routes.MapGet("/health/live", () => TypedResults.Text("live\n"));
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

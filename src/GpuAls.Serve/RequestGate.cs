using System.Diagnostics;
using System.Globalization;
using System.Net;
using GpuAls.App;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary>
/// What every request goes through: where it may come from, how many there may be and how long they may take, what
/// becomes of failures, and counts. A page of another site that a browser has open cannot reach a server on this
/// machine by a name that it made point here: Host must be one of this machine, and Origin, where a browser sends it,
/// the same.
/// </summary>
/// <param name="options">Where the server listens, and the limits.</param>
/// <param name="metrics">Counts requests.</param>
/// <param name="progress">Told of failures inside gpuals.</param>
internal sealed class RequestGate(ServeJobOptions options, ServeMetrics metrics, IProgress<JobEvent>? progress)
{
    private const int RetrySeconds = 1;

    private static readonly string[] LocalHosts = ["localhost", "127.0.0.1", "[::1]"];

    private readonly bool _isLocal = IPAddress.IsLoopback(IPAddress.Parse(options.Listen));
    private int _underWay;

    /// <summary>Lets a request through, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (begun, client) = (Stopwatch.GetTimestamp(), context.RequestAborted);
        metrics.Begun();
        var isTooMany = Interlocked.Increment(ref _underWay) > options.MaxRequests;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(client);
        try
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            CheckOrigin(context.Request);
            if (isTooMany && context.GetEndpoint()?.Metadata.GetMetadata<AlwaysAnswered>() is null) throw TooMany();
            time.CancelAfter(options.Timeout);
            context.RequestAborted = time.Token;
            await next(context).ConfigureAwait(false);
            if (Unanswered(context) is { } failure) throw failure;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.RequestAborted = client; // the answer is not stopped by the time that is over
            if (FailureOf(exception, context, client) is { } failure)
                await AnswerAsync(context.Response, failure).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
            metrics.Answered(EndpointOf(context), context.Response.StatusCode, begun);
        }
    }

    private void CheckOrigin(HttpRequest request)
    {
        if (!_isLocal) return;
        var host = request.Host.HasValue ? request.Host.Host : "";
        if (!LocalHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
            throw new ServeFailure(
                StatusCodes.Status421MisdirectedRequest, $"the request is for the host {Quoted.Of(host)}",
                Words.OneOf(LocalHosts),
                "This server is for programs on its machine. To serve others, start it with --listen.");
        if (request.Headers.Origin is not [{ } origin]) return;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var url)
            || !url.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
            throw new ServeFailure(
                StatusCodes.Status403Forbidden, $"the request is from a page of {Quoted.Of(origin)}",
                $"http://{request.Host.Value}", "Pages of other sites may not use this server.");
    }

    private ServeFailure TooMany() => new(
        StatusCodes.Status503ServiceUnavailable,
        string.Create(CultureInfo.InvariantCulture, $"more than {options.MaxRequests} requests are under way"),
        "fewer at a time", "Try again, or ask another server. The operator can allow more (--max-requests).")
    {
        RetryAfter = RetrySeconds,
    };

    /// <summary>What routing found no endpoint for.</summary>
    private static ServeFailure? Unanswered(HttpContext context)
    {
        if (context.Response.HasStarted) return null;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound when context.GetEndpoint() is null => new ServeFailure(
                StatusCodes.Status404NotFound, $"there is nothing at {Quoted.Of(context.Request.Path)}",
                "a path of /openapi/v1.json", "Correct the path."),
            StatusCodes.Status405MethodNotAllowed => new ServeFailure(
                StatusCodes.Status405MethodNotAllowed, $"the method is {Quoted.Of(context.Request.Method)}",
                context.Response.Headers.Allow.ToString(), "Use that method."),
            StatusCodes.Status415UnsupportedMediaType => RequestReader.NotJson(context.Request),
            _ => null,
        };
    }

    /// <summary>What to answer; null where nobody waits for an answer.</summary>
    private ServeFailure? FailureOf(Exception exception, HttpContext context, CancellationToken client)
    {
        if (client.IsCancellationRequested) return null;
        switch (exception)
        {
            case ServeFailure failure: return failure;
            case OperationCanceledException:
                return new ServeFailure(
                    StatusCodes.Status503ServiceUnavailable,
                    $"the request took longer than {Duration.Text(options.Timeout)}", "an answer before that",
                    "Try again. The operator of the service can allow more (--timeout).")
                {
                    RetryAfter = RetrySeconds,
                };
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new ServeFailure(
                    StatusCodes.Status413PayloadTooLarge, "the body is too large",
                    $"{ByteSize.Text(options.MaxBodyBytes)} or less",
                    "Send fewer plays. The operator of the service can allow more (--max-body).");
            case BadHttpRequestException bad:
                return new ServeFailure(
                    bad.StatusCode, $"the request is malformed: {bad.Message.TrimEnd('.')}", "HTTP/1.1",
                    "Correct the request.");
            case GpuAlsException { Kind: FailureKind.Usage or FailureKind.BadInput } refused:
                return new ServeFailure(
                    StatusCodes.Status422UnprocessableEntity, refused.Message.TrimEnd('.'),
                    "a request that this model can answer", "Correct the request.");
            default:
                progress?.Report(new RequestFailed(EndpointOf(context), exception));
                return new ServeFailure(
                    StatusCodes.Status500InternalServerError, "the request failed inside gpuals", "an answer",
                    "The log of the service has the reason.");
        }
    }

    private static string EndpointOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";

    private static Task AnswerAsync(HttpResponse response, ServeFailure failure)
    {
        var allow = response.Headers.Allow;
        response.Clear();
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.Allow = allow;
        response.StatusCode = failure.Status;
        if (failure.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return response.WriteAsJsonAsync(failure.Problem, ServeJson.Web.Problem, Problem.ContentType);
    }
}

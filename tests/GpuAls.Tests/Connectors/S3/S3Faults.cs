using System.Globalization;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>A plan of what goes wrong: by operation, and from which to which of its calls.</summary>
internal sealed class S3Faults
{
    private readonly Lock _lock = new();
    private readonly List<Planned> _plan = [];
    private readonly Dictionary<S3Operation, int> _calls = [];
    private int _all;

    /// <summary>How many of the planned calls have failed.</summary>
    public int Struck { get; private set; }

    /// <param name="operation">The operation; null for any.</param>
    /// <param name="fault">What happens.</param>
    /// <param name="nth">The first call that it happens to, from 1, of the operation or of all.</param>
    /// <param name="times">How many calls in a row.</param>
    public void On(S3Operation? operation, S3Fault fault, int nth = 1, int times = 1)
    {
        lock (_lock) _plan.Add(new Planned(operation, fault, nth, nth - 1L + times));
    }

    /// <summary>Nothing goes wrong from now on, and calls are counted from 1 again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _plan.Clear();
            _calls.Clear();
            _all = Struck = 0;
        }
    }

    internal S3Fault? Next(S3Operation operation)
    {
        lock (_lock)
        {
            var call = _calls[operation] = _calls.GetValueOrDefault(operation) + 1;
            _all++;
            var found = _plan.FirstOrDefault(planned => planned.Operation is { } only
                ? only == operation && planned.Holds(call)
                : planned.Holds(_all));
            if (found is not null) Struck++;
            return found?.Fault;
        }
    }

    private sealed record Planned(S3Operation? Operation, S3Fault Fault, int First, long Last)
    {
        public bool Holds(int call) => call >= First && call <= Last;
    }
}

/// <summary>What happens to a request.</summary>
internal sealed record S3Fault
{
    /// <summary>Done before anything else, such as to change an object between two reads.</summary>
    public Action? Before { get; private init; }

    public TimeSpan Delay { get; private init; }

    /// <summary>Bytes of the request's body that are read before the fault strikes; null for none.</summary>
    public int? RequestBytes { get; private init; }

    public bool CutsRequest { get; private init; }

    /// <summary>The refusal, without doing what was asked.</summary>
    public S3Error? Error { get; private init; }

    /// <summary>The request is carried out, but its answer gets lost.</summary>
    public bool LosesResponse { get; private init; }

    /// <summary>Bytes of the answer's body that are sent before the connection breaks.</summary>
    public long? ResponseBytes { get; private init; }

    /// <summary>Bytes of the range that are left out at its end.</summary>
    public long MissingBytes { get; private init; }

    /// <summary>The byte of the answer's body that arrives wrong.</summary>
    public long? FlippedByte { get; private init; }

    public static S3Fault SlowDown { get; } = Refusal(503, "SlowDown", "Please reduce your request rate.");

    public static S3Fault InternalError { get; } =
        Refusal(500, "InternalError", "We encountered an internal error. Please try again.");

    /// <summary>A refusal that comes with the status 200, as from CompleteMultipartUpload.</summary>
    public static S3Fault InternalErrorIn200 { get; } =
        Refusal(200, "InternalError", "We encountered an internal error. Please try again.");

    public static S3Fault AccessDenied { get; } = Refusal(403, "AccessDenied", "Access Denied");

    public static S3Fault ExpiredToken { get; } = Refusal(400, "ExpiredToken", "The provided token has expired.");

    public static S3Fault SignatureDoesNotMatch { get; } = Refusal(
        403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");

    public static S3Fault NoSuchBucket { get; } =
        Refusal(404, "NoSuchBucket", "The specified bucket does not exist");

    public static S3Fault NoSuchKey { get; } = Refusal(404, "NoSuchKey", "The specified key does not exist.");

    public static S3Fault NoSuchUpload { get; } =
        Refusal(404, "NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.");

    public static S3Fault PreconditionFailed { get; } = Refusal(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public static S3Fault Conflict { get; } = Refusal(
        409, "ConditionalRequestConflict", "A conflicting operation occurred during the request.");

    public static S3Fault LostResponse { get; } = new() { LosesResponse = true };

    /// <summary>The bucket is in another region.</summary>
    public static S3Fault PermanentRedirect(string region) => new()
    {
        Error = new S3Error(
            301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified "
            + "endpoint.")
        {
            Details = new Dictionary<string, string> { ["Endpoint"] = $"s3.{region}.amazonaws.com" },
            Headers = new Dictionary<string, string> { ["x-amz-bucket-region"] = region },
        },
    };

    public static S3Fault Refusal(int status, string code, string message) =>
        new() { Error = new S3Error(status, code, message) };

    public static S3Fault Wait(TimeSpan delay) => new() { Delay = delay };

    /// <summary>Something happens, then the request is carried out.</summary>
    public static S3Fault Do(Action before) => new() { Before = before };

    /// <summary>The connection breaks after so many bytes of the request's body.</summary>
    public static S3Fault CutRequest(int bytes) => new() { CutsRequest = true, RequestBytes = bytes };

    /// <summary>The connection breaks after so many bytes of the answer's body; the request was carried out.</summary>
    public static S3Fault CutResponse(long bytes) => new() { ResponseBytes = bytes };

    /// <summary>Fewer bytes of the object than were asked for, in a proper answer.</summary>
    public static S3Fault ShortRange(long missing) => new() { MissingBytes = missing };

    /// <summary>A bit of the answer's body is wrong.</summary>
    public static S3Fault Flip(long position) => new() { FlippedByte = position };

    /// <summary>Waits before the request is carried out.</summary>
    public S3Fault AndWait(TimeSpan delay) => this with { Delay = delay };

    /// <summary>Refuses in the middle of the request's body.</summary>
    public S3Fault After(int requestBytes) => this with { RequestBytes = requestBytes };

    internal S3Response Change(S3Response response)
    {
        if (MissingBytes == 0 || response.Content is null) return response;
        var count = Math.Max(0, response.Count - MissingBytes);
        var headers = new Dictionary<string, string>(response.Headers);
        if (headers.ContainsKey("Content-Range"))
            headers["Content-Range"] = string.Create(
                CultureInfo.InvariantCulture,
                $"bytes {response.Offset}-{response.Offset + count - 1}/{response.Content.Length}");
        return response with { Count = count, Headers = headers };
    }
}

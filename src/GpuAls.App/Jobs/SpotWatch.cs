using System.Globalization;
using System.Net;
using System.Text.Json;

namespace GpuAls.App;

/// <summary>EC2 takes back the spot instance that a job runs on: the job has stopped in time.</summary>
/// <param name="notice">What was said.</param>
internal sealed class SpotInterruptedException(SpotNotice notice) : OperationCanceledException(string.Create(
    CultureInfo.InvariantCulture,
    $"stopped: EC2 will {notice.Action} this spot instance at {notice.Time}. Nothing half-written was left behind."))
{
}

/// <summary>The notice of an interruption, as instance-action has it.</summary>
/// <param name="Action">terminate, stop or hibernate.</param>
/// <param name="Time">When, as EC2 writes it.</param>
internal sealed record SpotNotice(string Action, string Time);

/// <summary>
/// Asks the instance metadata service (IMDSv2) of EC2 every few seconds whether the spot instance is to be interrupted,
/// which it says two minutes before, and then stops the job.
/// </summary>
internal sealed class SpotWatch : IAsyncDisposable
{
    /// <summary>Where the SDKs of AWS find another address of the service.</summary>
    public const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

    private const string UsualEndpoint = "http://169.254.169.254";
    private const string TokenHeader = "X-aws-ec2-metadata-token";
    private const int TokenSeconds = 21_600;

    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _stop;
    private readonly HttpClient _client;
    private readonly Uri _endpoint;
    private readonly TimeSpan _interval;
    private readonly IProgress<JobEvent>? _progress;
    private readonly Task _watching;
    private string? _token;
    private bool _isUnreachable;

    /// <summary>Begins to watch.</summary>
    /// <param name="progress">Told of a notice, or once that there is no service to ask.</param>
    /// <param name="cancellation">Stops the job for another reason.</param>
    /// <param name="endpoint">Address of the service; null takes it from the environment, or the usual one.</param>
    /// <param name="interval">Time from question to question; null for 5 seconds.</param>
    /// <exception cref="GpuAlsException">Kind Usage: the address in the environment is not one.</exception>
    public SpotWatch(
        IProgress<JobEvent>? progress, CancellationToken cancellation, Uri? endpoint = null, TimeSpan? interval = null)
    {
        (_endpoint, _interval, _progress) = (endpoint ?? Endpoint(), interval ?? UsualInterval, progress);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Patience };
        _client = new HttpClient(handler) { Timeout = Patience };
        _watching = Task.Run(WatchAsync, CancellationToken.None);
    }

    /// <summary>Stops the job.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The notice; null while there is none.</summary>
    public SpotNotice? Notice { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _client.Dispose();
        _stop.Dispose();
    }

    private static Uri Endpoint()
    {
        var given = Environment.GetEnvironmentVariable(EndpointVariable);
        var text = string.IsNullOrEmpty(given) ? UsualEndpoint : given;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new GpuAlsException(
                FailureKind.Usage,
                $"{EndpointVariable} is '{text}'; expected an address such as {UsualEndpoint}.");
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            do
            {
                if (await AskAsync().ConfigureAwait(false) is not { } notice) continue;
                Notice = notice;
                _progress?.Report(new SpotNoticed(notice));
                await _stop.CancelAsync().ConfigureAwait(false);
                return;
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Polls once. Only the first failure is reported; the service may be back at the next poll.</summary>
    private async Task<SpotNotice?> AskAsync()
    {
        try
        {
            _token ??= await TokenAsync().ConfigureAwait(false);
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri(_endpoint, "/latest/meta-data/spot/instance-action"));
            request.Headers.Add(TokenHeader, _token);
            using var response = await _client.SendAsync(request, _stop.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.Unauthorized) _token = null; // It has expired.
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) return null;
            response.EnsureSuccessStatusCode();
            return Parse(await response.Content.ReadAsByteArrayAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            if (!_isUnreachable && !_stop.IsCancellationRequested)
                _progress?.Report(new SpotUnknown(_endpoint.ToString(), Reason(failure)));
            _isUnreachable = true;
            return null;
        }
    }

    private async Task<string> TokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(_endpoint, "/latest/api/token"));
        request.Headers.Add($"{TokenHeader}-ttl-seconds", TokenSeconds.ToString(CultureInfo.InvariantCulture));
        using var response = await _client.SendAsync(request, _stop.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(_stop.Token).ConfigureAwait(false);
    }

    private static SpotNotice Parse(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        string Text(string name) => json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()! : throw new JsonException($"its answer has no {name}");
        return new SpotNotice(Text("action"), Text("time"));
    }

    private bool IsExpected(Exception failure) => failure is HttpRequestException or JsonException
        || (failure is OperationCanceledException && !_stop.IsCancellationRequested);

    private static string Reason(Exception failure) =>
        failure is OperationCanceledException ? "it does not answer" : failure.Message.TrimEnd('.');
}

namespace GpuAls.Cli;

/// <summary>Where one kind of telemetry goes.</summary>
/// <param name="Endpoint">The URL of the collector for it.</param>
/// <param name="IsGrpc">Whether it is sent by gRPC, else as protobuf by HTTP.</param>
/// <param name="Headers">Headers of each request, which may have secrets; null for none.</param>
internal sealed record OtlpTarget(Uri Endpoint, bool IsGrpc, string? Headers)
{
    /// <summary>The URL for messages, without a password.</summary>
    public string Name => $"{Endpoint.GetLeftPart(UriPartial.Scheme)}{Endpoint.Authority}{Endpoint.AbsolutePath}";
}

/// <summary>
/// What the standard variables of OpenTelemetry ask for. Variables of one signal go before those of all. It knows no
/// type of OpenTelemetry, so that nothing of it is loaded where no variable asks for it.
/// </summary>
internal sealed record OtlpSettings
{
    private const string Http = "http/protobuf";
    private const string Grpc = "grpc";

    /// <summary>Whether any endpoint is given.</summary>
    public static bool AreGiven =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is not null
        || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is not null
        || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") is not null;

    /// <summary>Where traces go; null for nowhere.</summary>
    public OtlpTarget? Traces { get; private init; }

    /// <summary>Where metrics go; null for nowhere.</summary>
    public OtlpTarget? Metrics { get; private init; }

    /// <summary>What is wrong with the variables; null for nothing.</summary>
    public string? Mistake { get; private init; }

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">The value of a variable; null where it is not set.</param>
    public static OtlpSettings Read(Func<string, string?> variable)
    {
        if (string.Equals(Value("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            return new OtlpSettings();
        try
        {
            return new OtlpSettings { Traces = Target("TRACES"), Metrics = Target("METRICS") };
        }
        catch (FormatException mistake)
        {
            return new OtlpSettings { Mistake = mistake.Message };
        }

        string? Value(string name) => variable(name) is { Length: > 0 } value ? value.Trim() : null;

        OtlpTarget? Target(string signal)
        {
            if (Value($"OTEL_{signal}_EXPORTER") is { } exporter && exporter != "otlp") return null;
            var (name, isOwn) = ($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", true);
            if (Value(name) is null) (name, isOwn) = ("OTEL_EXPORTER_OTLP_ENDPOINT", false);
            if (Value(name) is not { } url) return null;
            if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
                throw new FormatException($"{name} is not an http or https URL");
            var protocol = OfSignal("PROTOCOL") ?? Http;
            if (protocol is not (Http or Grpc))
                throw new FormatException(
                    $"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}'; expected {Http} or {Grpc}");
            // The endpoint of all signals is a base; that of one signal is used as it is.
            if (!isOwn && protocol == Http)
                endpoint = new Uri($"{url.TrimEnd('/')}/v1/{signal.ToLowerInvariant()}");
            return new OtlpTarget(endpoint, protocol == Grpc, OfSignal("HEADERS"));

            string? OfSignal(string what) =>
                Value($"OTEL_EXPORTER_OTLP_{signal}_{what}") ?? Value($"OTEL_EXPORTER_OTLP_{what}");
        }
    }
}

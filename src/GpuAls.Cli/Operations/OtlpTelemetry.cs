using System.Diagnostics;
using System.Diagnostics.Metrics;
using GpuAls.App;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GpuAls.Cli;

/// <summary>
/// A run as a trace, with a span for each phase, iteration and trial, and its summary as metrics, sent to a collector
/// of OpenTelemetry. Spans are sent beside the work. No failure of the collector is one of the run, and the end of the
/// run waits for it only for a moment. It is loaded only where <see cref="OtlpSettings"/> ask for it.
/// </summary>
internal sealed class OtlpTelemetry
{
    private const string Name = "gpuals";

    /// <summary>How long the end of a run waits for the collector.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly ActivitySource Source = new(Name, ProductVersion.Text);

    private readonly OtlpSettings _settings;
    private readonly ExportResults _results = new();
    private readonly TracerProvider? _tracer;
    private readonly Activity? _run;
    private Activity? _phase;
    private DateTime _last = DateTime.UtcNow;

    /// <summary>The run begins.</summary>
    /// <param name="settings">Which collectors it is sent to.</param>
    /// <param name="command">The command.</param>
    public OtlpTelemetry(OtlpSettings settings, string command)
    {
        _settings = settings;
        if (settings.Traces is { } target)
            _tracer = Sdk.CreateTracerProviderBuilder()
                .AddSource(Name)
                .SetResourceBuilder(Resource())
                .AddProcessor(new BatchActivityExportProcessor(new TraceExporter(Options(target), _results)))
                .Build();
        _run = Source.StartActivity($"{Name} {command}");
        _run?.SetTag("gpuals.command", command);
        BeginPhase();
    }

    /// <summary>Adds what an event says.</summary>
    public void Report(JobEvent value)
    {
        foreach (var line in value.Lines.Where(line => line.Level != LogLevel.Info))
            _run?.AddEvent(
                new ActivityEvent(line.Event.Name, tags: new ActivityTagsCollection { ["message"] = line.Text }));
        switch (value)
        {
            case EngineChosen chosen:
                _run?.SetTag("gpuals.device", chosen.Engine.ToString());
                break;
            case IterationDone { Report: var report } done:
                Span(
                    "iteration", ("gpuals.iteration", report.Iteration), ("gpuals.loss", report.Loss),
                    ("gpuals.metric", done.Metric), ("gpuals.value", report.Metric));
                break;
            case TrialDone { Result: var result } trial:
                var span = Span(
                    "trial", ("gpuals.trial", result.Trial), ("gpuals.options", trial.Words),
                    ("gpuals.metric", trial.Metric.ToString()),
                    ("gpuals.value", result.Measured(trial.Metric)?.Value));
                if (result.Failure is { } failure) span?.SetStatus(ActivityStatusCode.Error, failure.Message);
                break;
            case PhaseEnded ended:
                EndPhase(ended.Phase);
                BeginPhase();
                break;
            default: break; // The summary has the rest.
        }
    }

    /// <summary>Ends the trace and sends what is left of it, and the metrics.</summary>
    /// <param name="summary">What the run came to.</param>
    /// <param name="failure">Why it failed; null if it did not.</param>
    /// <returns>What the collector did not get, for people; null where it got everything.</returns>
    public async Task<string?> EndAsync(JobSummary summary, string? failure)
    {
        if (failure is null && _phase is not null)
            _phase.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // Nothing came after the last phase.
        EndPhase("unfinished", failure);
        foreach (var fact in SummaryFacts.All.Where(fact => fact.Labels.Count == 0))
            foreach (var value in fact.Values(summary)) _run?.SetTag($"gpuals.{fact.Name}", value.Value);
        _run?.SetTag("gpuals.exit_code", summary.ExitCode);
        _run?.SetStatus(failure is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, failure);
        _run?.Stop();
        var sent = Task.WhenAll(
            Task.Run(() => _tracer?.ForceFlush((int)Patience.TotalMilliseconds)),
            Task.Run(() => SendMetrics(summary)));
        // What hangs is left behind: its threads do not keep the process alive.
        var isOver = await Task.WhenAny(sent, Task.Delay(Patience)).ConfigureAwait(false) == sent;
        if (sent.IsCompletedSuccessfully && !_results.HasFailure) return null;
        OtlpTarget[] targets = [.. new[] { _settings.Traces, _settings.Metrics }.OfType<OtlpTarget>()];
        var names = string.Join(" and ", targets.Select(target => target.Name).Distinct());
        return $"telemetry could not be sent to {names} by {(targets[0].IsGrpc ? "gRPC" : "HTTP")}"
            + $"{(isOver ? "" : $" within {Patience.TotalSeconds} seconds")}; the run is not affected. Check that the "
            + "collector can be reached, OTEL_EXPORTER_OTLP_PROTOCOL and OTEL_EXPORTER_OTLP_HEADERS.";
    }

    private void BeginPhase()
    {
        _phase = Source.StartActivity("phase", ActivityKind.Internal, _run?.Context ?? default);
        _last = _phase?.StartTimeUtc ?? default;
    }

    /// <summary>A phase has its name when it ends.</summary>
    private void EndPhase(string name, string? failure = null)
    {
        if (_phase is null) return;
        _phase.DisplayName = name;
        if (failure is not null) _phase.SetStatus(ActivityStatusCode.Error, failure);
        _phase.Stop();
    }

    /// <summary>A part of the phase, from the end of the part before it until now.</summary>
    private Activity? Span(string name, params ReadOnlySpan<(string Name, object? Value)> tags)
    {
        var span = Source.StartActivity(
            name, ActivityKind.Internal, _phase?.Context ?? default, startTime: _last);
        foreach (var (tag, value) in tags) span?.SetTag(tag, value);
        _last = DateTime.UtcNow;
        span?.SetEndTime(_last);
        span?.Stop();
        return span;
    }

    private void SendMetrics(JobSummary summary)
    {
        if (_settings.Metrics is not { } target) return;
        using var meter = new Meter(Name, ProductVersion.Text);
        var command = KeyValuePair.Create<string, object?>("command", summary.Command);
        Add("last_run_success", "Whether the run succeeded", [new(summary.HasSucceeded ? 1 : 0)], []);
        Add("last_run_exit_code", "Exit code of the run", [new(summary.ExitCode)], []);
        Add("last_run_duration_seconds", "Wall time of the run", [new(summary.Seconds)], []);
        foreach (var fact in SummaryFacts.All) Add(fact.Name, fact.Help, [.. fact.Values(summary)], fact.Labels);
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(Name)
            .SetResourceBuilder(Resource())
            .AddReader(new BaseExportingMetricReader(new MetricExporter(Options(target), _results)))
            .Build();
        provider.Shutdown((int)Patience.TotalMilliseconds); // which sends them; a flush before would send them twice

        void Add(string name, string help, SummaryValue[] values, IReadOnlyList<string> labels)
        {
            if (values.Length == 0) return;
            var (stem, unit) = Unit(name);
            meter.CreateObservableGauge(
                $"gpuals.{stem}",
                () => values.Select(value => new Measurement<double>(
                    value.Value,
                    [command, .. labels.Zip(value.Labels, KeyValuePair.Create<string, object?>)])),
                unit, help);
        }
    }

    /// <summary>In OpenTelemetry a unit is not part of the name; exporters to Prometheus put it back there.</summary>
    private static (string Stem, string? Unit) Unit(string name)
    {
        (string Suffix, string Unit)[] units = [("_bytes", "By"), ("_seconds", "s")];
        var found = units.FirstOrDefault(unit => name.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return found.Unit is null ? (name, null) : (name[..^found.Suffix.Length], found.Unit);
    }

    /// <summary>OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before what is said here.</summary>
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService(Name, serviceVersion: ProductVersion.Text)
        .AddEnvironmentVariableDetector();

    private static OtlpExporterOptions Options(OtlpTarget target)
    {
        var options = new OtlpExporterOptions
        {
            Endpoint = target.Endpoint,
            Protocol = target.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        };
        if (target.Headers is not null) options.Headers = target.Headers;
        return options;
    }

    /// <summary>What became of the requests.</summary>
    private sealed class ExportResults
    {
        private volatile bool _hasFailure;

        public bool HasFailure => _hasFailure;

        public ExportResult Add(ExportResult result)
        {
            if (result == ExportResult.Failure) _hasFailure = true;
            return result;
        }
    }

    private sealed class TraceExporter(OtlpExporterOptions options, ExportResults results) : OtlpTraceExporter(options)
    {
        public override ExportResult Export(in Batch<Activity> batch) => results.Add(base.Export(batch));
    }

    private sealed class MetricExporter(OtlpExporterOptions options, ExportResults results)
        : OtlpMetricExporter(options)
    {
        public override ExportResult Export(in Batch<OpenTelemetry.Metrics.Metric> batch) =>
            results.Add(base.Export(batch));
    }
}

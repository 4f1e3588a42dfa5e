using System.Runtime.CompilerServices;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>
/// What watches the run of a job from its first event to its exit code, and then tells what it came to: in the log, in
/// the metrics file and to a collector of OpenTelemetry.
/// </summary>
internal sealed class RunWatch : IProgress<JobEvent>
{
    private readonly Lock _lock = new();
    private JobMeter? _meter;
    private OtlpTelemetry? _telemetry;
    private string? _mistake;

    /// <inheritdoc/>
    public void Report(JobEvent value)
    {
        lock (_lock) // A spot notice comes from another thread.
        {
            _meter?.Report(value);
            if (_telemetry is not null) Tell(value);
        }
    }

    /// <summary>The job begins; what fails before is a mistake in its options.</summary>
    /// <param name="command">The command.</param>
    public void Begin(string command)
    {
        _meter = new JobMeter();
        if (!OtlpSettings.AreGiven) return;
        var settings = OtlpSettings.Read(Environment.GetEnvironmentVariable);
        _mistake = settings.Mistake;
        if (settings.Traces is null && settings.Metrics is null) return;
        try
        {
            Open(settings, command);
        }
        catch (Exception refusal) when (refusal is ArgumentException or InvalidOperationException or FormatException)
        {
            // Its message may have what is in OTEL_EXPORTER_OTLP_HEADERS, such as a password.
            _mistake = $"telemetry is off: OpenTelemetry refuses a variable OTEL_… ({refusal.GetType().Name}). Check "
                + "OTEL_EXPORTER_OTLP_HEADERS, which is NAME=VALUE,NAME=VALUE.";
        }
    }

    /// <summary>Tells what the run came to. Nothing of this fails the run.</summary>
    /// <param name="command">The command.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="options">Which metrics file is written, if any.</param>
    /// <param name="log">Takes the summary.</param>
    public async Task EndAsync(string command, int exitCode, LogOptions options, RunLog log)
    {
        var hasBegun = _meter is not null;
        var summary = (_meter ?? new JobMeter()).End(command, exitCode);
        if (hasBegun) log.Write(summary);
        var mistake = _telemetry is null ? _mistake : await EndTelemetryAsync(summary, log).ConfigureAwait(false);
        if (mistake is not null) log.Write(CliEvents.TelemetryFailed.Line(mistake));
        if (options.MetricsFile is not { } file) return;
        try
        {
            await MetricsFile.WriteAsync(file, summary).ConfigureAwait(false);
        }
        catch (GpuAlsException failure)
        {
            log.Write(CliEvents.MetricsFailed.Line($"the metrics could not be written: {failure.Message}"));
        }
    }

    // The methods below have the types of OpenTelemetry, which are loaded where they are called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Open(OtlpSettings settings, string command) => _telemetry = new OtlpTelemetry(settings, command);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Tell(JobEvent value) => _telemetry!.Report(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task<string?> EndTelemetryAsync(JobSummary summary, RunLog log) =>
        _telemetry!.EndAsync(summary, summary.HasSucceeded ? null : log.LastError ?? "");
}

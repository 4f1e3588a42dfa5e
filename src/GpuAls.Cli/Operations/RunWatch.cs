using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>
/// What watches the run of a job from its first event to its exit code, and then tells what it came to: in the log, and
/// in the metrics file.
/// </summary>
internal sealed class RunWatch : IProgress<JobEvent>
{
    private readonly JobMeter _meter = new();
    private bool _hasBegun;

    /// <inheritdoc/>
    public void Report(JobEvent value)
    {
        lock (_meter) _meter.Report(value); // A spot notice comes from another thread.
    }

    /// <summary>The job begins; what fails before is a mistake in its options.</summary>
    public void Begin() => _hasBegun = true;

    /// <summary>Tells what the run came to. Nothing of this fails the run.</summary>
    /// <param name="command">The command.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="options">What is told.</param>
    /// <param name="log">Takes the summary.</param>
    public async Task EndAsync(string command, int exitCode, LogOptions options, RunLog log)
    {
        var summary = _meter.End(command, exitCode);
        // For people the error says it all.
        if (_hasBegun && (summary.HasSucceeded || options.Format == LogFormat.Json)) log.Write(SummaryLine.Of(summary));
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
}

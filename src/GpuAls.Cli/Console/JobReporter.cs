using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>
/// The events of a job as lines of the log. Progress gets a line only after a while without any other.
/// </summary>
/// <param name="log">Takes the lines.</param>
/// <param name="time">Measures that while.</param>
internal sealed class JobReporter(RunLog log, TimeProvider time) : IProgress<JobEvent>
{
    /// <summary>How long the log is silent before progress is reported.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private long _lastLine = time.GetTimestamp();

    public void Report(JobEvent value)
    {
        var isSilent = true;
        foreach (var line in value.Lines)
        {
            log.Write(line);
            isSilent = false;
        }

        if (isSilent)
        {
            if (value.Progress is not { } progress || time.GetElapsedTime(_lastLine) < Silence) return;
            log.Write(progress.Line);
        }

        _lastLine = time.GetTimestamp();
    }
}

/// <summary>Adds up what is reported once, at the end of a job, whether it failed or not.</summary>
internal sealed class JitterCount
{
    private long _rows;
    private int _firstIteration;

    public void Add(JobEvent value)
    {
        if (value is not IterationDone { Report: { JitteredRows: > 0 } report }) return;
        if (_rows == 0) _firstIteration = report.Iteration;
        _rows += report.JitteredRows;
    }

    public RowsJittered? Event => _rows > 0 ? new RowsJittered(_rows, _firstIteration) : null;
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace GpuAls.App;

/// <summary>A phase of a job has ended.</summary>
/// <param name="Phase">Its name.</param>
/// <param name="Seconds">Its wall time.</param>
internal sealed record PhaseEnded(string Phase, double Seconds) : JobEvent
{
    /// <summary>A clock that tells of each phase.</summary>
    public static PhaseClock Clock(IProgress<JobEvent>? progress) =>
        new((phase, seconds) => progress?.Report(new PhaseEnded(phase, seconds)));
}

/// <summary>A saved model was read.</summary>
/// <param name="Users">Its users.</param>
/// <param name="Items">Its items.</param>
/// <param name="Plays">Its pairs of a user and an item.</param>
internal sealed record ModelRead(int Users, int Items, long Plays) : JobEvent
{
    public static ModelRead Of(FactorModel model) => new(model.Users.Count, model.Items.Count, model.Plays.EntryCount);
}

/// <summary>Metrics were measured, those of the model or of the best trial among them.</summary>
/// <param name="Methods">Each way to recommend.</param>
internal sealed record MetricsMeasured(IReadOnlyList<MethodResult> Methods) : JobEvent;

/// <summary>The work on a device has ended.</summary>
/// <param name="Usage">What was used of it.</param>
internal sealed record DeviceUsed(DeviceUsage Usage) : JobEvent;

/// <summary>Adds up the events of a run to its summary.</summary>
internal sealed class JobMeter : IProgress<JobEvent>
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly (long Read, long Written) _moved = (MovedBytes.Read, MovedBytes.Written);
    private readonly Dictionary<string, double> _phases = [];
    private readonly List<IterationReport> _iterations = [];
    private JobSummary _summary =
        new() { Command = "", StartedAt = DateTime.UtcNow, Seconds = 0, ExitCode = 0 };

    /// <inheritdoc/>
    public void Report(JobEvent value)
    {
        var s = _summary;
        switch (value)
        {
            case EngineChosen chosen:
                _summary = s with { Device = chosen.Engine.ToString() };
                break;
            case DataLoaded { Data: var data }:
                _summary = s with
                {
                    RowsRead = (s.RowsRead ?? 0) + data.Read.Rows,
                    ZeroWeightRows = s.ZeroWeightRows + data.Read.ZeroWeightRows,
                    RowsOutsidePeriod = s.RowsOutsidePeriod + data.Read.RowsOutsidePeriod,
                    BadRows = s.BadRows + data.Read.BadRows,
                    CancelledPairs = s.CancelledPairs + data.CancelledPairs,
                    // The plays come first, those to measure with after them.
                    Users = s.Users ?? data.Users,
                    Items = s.Items ?? data.Items,
                    Plays = s.Plays ?? data.Plays,
                };
                break;
            case ProcessesWaited waits:
                _summary = s with { Waits = waits };
                break;
            case ModelRead model:
                _summary = s with { Users = model.Users, Items = model.Items, Plays = model.Plays };
                break;
            case SplitMade { Counts.HeldOut: var heldOut } made:
                _summary = s with
                {
                    UnseenPairs = s.UnseenPairs + (made.ColdStart == ColdStart.Drop ? heldOut.UnseenPairs : 0),
                    RepeatedPairs = s.RepeatedPairs + heldOut.RepeatedPairs,
                };
                break;
            case IterationDone { Report: var report } done:
                _iterations.Add(report);
                _summary = s with
                {
                    Iterations = s.Iterations + 1,
                    Loss = report.Loss,
                    Metrics = Measured(done.Metric, report.Metric),
                };
                break;
            case BestKept best:
                _summary = s with
                {
                    Loss = _iterations.FindLast(report => report.Iteration == best.Iteration)?.Loss,
                    Metrics = Measured(best.Metric, best.Value),
                };
                break;
            case TrialProgress:
                _summary = s with { Iterations = s.Iterations + 1 };
                break;
            case TrialDone { Result: var trial }:
                _summary = s with
                {
                    Trials = s.Trials + 1,
                    FailedTrials = s.FailedTrials + (trial.Failure is null ? 0 : 1),
                };
                break;
            case MetricsMeasured { Methods: var methods }:
                _summary = s with { Metrics = methods };
                break;
            case ListsMade made:
                _summary = s with { Lists = made.Lists };
                break;
            case PhaseEnded ended:
                _phases[ended.Phase] = Math.Round(_phases.GetValueOrDefault(ended.Phase) + ended.Seconds, 3);
                break;
            case DeviceUsed used:
                _summary = s with { DeviceUsage = used.Usage };
                break;
            default: break; // It has no number of the summary.
        }
    }

    /// <summary>The summary of a run that ends now.</summary>
    /// <param name="command">The command.</param>
    /// <param name="exitCode">Its exit code.</param>
    public JobSummary End(string command, int exitCode) => _summary with
    {
        Command = command,
        ExitCode = exitCode,
        Seconds = Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3),
        PhaseSeconds = _phases,
        PeakHostBytes = ProcessMemory.Peak(),
        InputBytes = MovedBytes.Read - _moved.Read,
        OutputBytes = MovedBytes.Written - _moved.Written,
    };

    /// <summary>The metric after which iterations are chosen; none where it is the loss.</summary>
    private static IReadOnlyList<MethodResult> Measured(string? name, double? value) =>
        name is null || value is null || MetricChoice.Parse(name) is not { IsLoss: false } choice
            ? []
            : [new MethodResult(EvaluateJob.ModelName, [new MetricValue(choice.Metric, value.Value, null, null)])];
}

/// <summary>The memory of this process.</summary>
internal static class ProcessMemory
{
    private const string PeakLine = "VmHWM:";

    /// <summary>The most physical memory that it had at a time, in bytes; null where the system doesn't say.</summary>
    public static long? Peak()
    {
        if (!OperatingSystem.IsLinux()) return PeakElsewhere();
        try
        {
            var line = File.ReadLines("/proc/self/status")
                .FirstOrDefault(line => line.StartsWith(PeakLine, StringComparison.Ordinal));
            return line is null
                ? null
                : long.Parse(line.AsSpan(PeakLine.Length).Trim(" \tkB"), CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return null; // A container may hide it.
        }
    }

    /// <summary>Apart, so that its library is not loaded on Linux.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long PeakElsewhere()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}

using System.Diagnostics;

namespace GpuAls;

/// <summary>Seconds of each phase of a job.</summary>
/// <param name="ended">Told each phase that has ended, and its seconds this time.</param>
internal sealed class PhaseClock(Action<string, double>? ended = null)
{
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private readonly Dictionary<string, double> _seconds = [];
    private double _last;

    /// <summary>Seconds by phase, in their order.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>When the job began, in UTC.</summary>
    public DateTime StartedAt { get; } = DateTime.UtcNow;

    /// <summary>Seconds since the start.</summary>
    public double Total => _total.Elapsed.TotalSeconds;

    /// <summary>
    /// Ends a phase, which began when the one before ended; what it took when it came before is added.
    /// </summary>
    /// <returns>Its seconds.</returns>
    public double End(string phase)
    {
        var now = Total;
        _seconds[phase] = Math.Round(_seconds.GetValueOrDefault(phase) + now - _last, 3);
        ended?.Invoke(phase, now - _last);
        _last = now;
        return _seconds[phase];
    }
}

using GpuAls.App;
using static System.FormattableString;

namespace GpuAls.Cli;

/// <summary>
/// How fast a phase goes, and the time it will take still. Both are measured from its first event on, so that what was
/// done before, such as the iterations of an earlier run, does not count.
/// </summary>
/// <param name="time">Measures time.</param>
internal sealed class ProgressPace(TimeProvider time)
{
    /// <summary>Before so much time nothing can be said.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private JobProgress? _first;
    private JobProgress? _last;
    private TimeSpan _firstAt;
    private TimeSpan _lastAt;

    /// <summary>Adds an event of the phase.</summary>
    public void Add(JobProgress progress)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            if (_first is null) (_first, _firstAt) = (progress, now);
            if (_last is not { Fraction: >= 1 }) (_last, _lastAt) = (progress, now);
        }
    }

    /// <summary>
    /// Such as <c>1,250,000 rows/s, 0:42 left</c>; once it has ended, the rate and the time it took.
    /// </summary>
    public string Text()
    {
        lock (_lock)
        {
            if (_first is null || _last is null) return "";
            var taken = _lastAt - _firstAt;
            var rate = taken >= Least ? Rate(_last.Done - _first.Done, _last.Unit, taken) : "";
            var left = _last.Fraction >= 1 ? Clock(_lastAt)
                : taken >= Least && _last.Fraction > _first.Fraction ? $"{Clock(Left(taken))} left"
                : "";
            return string.Join(", ", new[] { rate, left }.Where(part => part.Length > 0));
        }
    }

    /// <summary>Units in a second or, where one takes longer, seconds or minutes for a unit.</summary>
    public static string Rate(long? done, string? unit, TimeSpan taken)
    {
        if (unit is null || done is not > 0) return "";
        var perSecond = done.Value / taken.TotalSeconds;
        return perSecond >= 10 ? Invariant($"{perSecond:N0} {unit}s/s")
            : perSecond >= 1 ? Invariant($"{perSecond:F1} {unit}s/s")
            : perSecond > 1.0 / 60 ? Invariant($"{1 / perSecond:F1} s/{unit}")
            : Invariant($"{1 / perSecond / 60:F1} min/{unit}");
    }

    /// <summary>A duration as a clock shows it: <c>0:07</c>, <c>12:30</c>, <c>3:05:00</c>.</summary>
    public static string Clock(TimeSpan duration)
    {
        var seconds = (long)Math.Round(Math.Max(0, duration.TotalSeconds), MidpointRounding.AwayFromZero);
        return seconds < 3600
            ? Invariant($"{seconds / 60}:{seconds % 60:00}")
            : Invariant($"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>What is left counts down between the events.</summary>
    private TimeSpan Left(TimeSpan taken) =>
        (taken * ((1 - _last!.Fraction) / (_last.Fraction - _first!.Fraction)))
            - (time.GetElapsedTime(_start) - _lastAt);
}

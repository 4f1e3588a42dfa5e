namespace GpuAls;

/// <summary>
/// The time of a search. What trials have taken is counted by their own seconds, so that a search that was killed and
/// goes on decides as it did before; the one in progress is stopped by the clock.
/// </summary>
/// <param name="limit">The time; null for no limit.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="cancellation">Stops trials too.</param>
internal sealed class TimeBudget(TimeSpan? limit, TimeProvider clock, CancellationToken cancellation) : IDisposable
{
    /// <summary>The share of the time after which <see cref="ITrialSource"/> prepares for the end.</summary>
    private const double EndingShare = 0.6;

    private double _spent;
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _either;

    /// <summary>Whether most of the time is over.</summary>
    public bool IsEnding => limit is { } most && _spent >= EndingShare * most.TotalSeconds;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _timer is { IsCancellationRequested: true };

    /// <summary>Whether something of a length is likely to end in time.</summary>
    public bool Allows(double seconds) => limit is not { } most || _spent + seconds < most.TotalSeconds;

    /// <summary>Counts the time of a trial.</summary>
    public void Spend(double seconds) => _spent += seconds;

    /// <summary>What stops trials; the clock runs from the first one, less what was spent before.</summary>
    public CancellationToken Start()
    {
        if (limit is not { } most) return cancellation;
        if (_either is null)
        {
            var left = Math.Max(0, most.TotalSeconds - _spent);
            _timer = new CancellationTokenSource(TimeSpan.FromSeconds(left), clock);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellation);
        }

        return _either.Token;
    }

    public void Dispose()
    {
        _either?.Dispose();
        _timer?.Dispose();
    }
}

using System.Diagnostics;

namespace GpuAls;

/// <summary>
/// The processes that run the trials of a search, each with an engine and plays of its own. Process 0 decides what is
/// tried and tells the others, so that a process that is free begins the next trial at once. One process alone runs
/// its trials in turn.
/// </summary>
/// <param name="group">The processes.</param>
/// <param name="runner">Runs those of this process.</param>
/// <param name="progress">
/// Told of the iterations of a trial when it has ended, where several processes run them; one process tells by itself.
/// </param>
internal sealed class TrialCrew(IProcessGroup group, TrialRunner runner, IProgress<TrialStep>? progress) : IDisposable
{
    /// <summary>How long a process that trains goes without asking for news.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly BackgroundTrial _own = new(runner);
    private TimeSpan _pause;

    /// <summary>Number of processes.</summary>
    public int Size => group.Size;

    /// <summary>Seconds that this process waited for others.</summary>
    public double IdleSeconds { get; private set; }

    /// <summary>Trials that wait for a process of the crew.</summary>
    /// <param name="cost">The time that a trial takes, in any unit.</param>
    public TrialQueue Queue(Func<int, double> cost) => new(group.Size, cost);

    /// <summary>Runs trials until there are no more; on process 0, while the others <see cref="Help"/>.</summary>
    /// <param name="next">What a process that is free does next; null for nothing at present.</param>
    /// <param name="ended">
    /// Told the process and what its trial came to; returns whether any other is still needed.
    /// </param>
    /// <param name="cancellation">Stops all trials.</param>
    public void Run(Func<int, TrialOrder?> next, Func<int, TrialResult, bool> ended, CancellationToken cancellation)
    {
        if (group.Size > 1)
        {
            Share(next, ended, cancellation);
            return;
        }

        while (next(0) is { } order)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!ended(0, runner.Run(order, cancellation))) return;
        }
    }

    /// <summary>Runs what process 0 gives this one, until there is no more.</summary>
    /// <param name="cancellation">Stops it.</param>
    public void Help(CancellationToken cancellation)
    {
        while (true)
        {
            var sent = new TrialMessage?[group.Size];
            if (_own.TryEnd(_pause, out var result)) sent[0] = new TrialMessage { Result = result };
            cancellation.ThrowIfCancellationRequested();
            var received = Exchange(sent)[0];
            if (received is { Dismisses: true }) return;
            if (received is { Stops: true }) _own.Stop();
            if (received is { Order: { } order }) _own.Begin(order, cancellation);
        }
    }

    /// <summary>Lets the others go, after the last trial.</summary>
    public void Dismiss()
    {
        if (group.Size > 1) Exchange(Enumerable.Repeat(new TrialMessage { Dismisses = true }, group.Size));
    }

    public void Dispose() => _own.Dispose();

    private void Share(
        Func<int, TrialOrder?> next, Func<int, TrialResult, bool> ended, CancellationToken cancellation)
    {
        var running = new TrialOrder?[group.Size];
        var (isOver, isStopped, wasCancelled) = (false, false, false);
        while (true)
        {
            var sent = new TrialMessage?[group.Size];
            var isCancelled = cancellation.IsCancellationRequested;
            for (var process = 0; process < group.Size && !isOver; process++)
            {
                if (running[process] is not null || next(process) is not { } order) continue;
                isOver = wasCancelled = isCancelled;
                if (isOver) break;
                running[process] = order;
                if (process == 0) _own.Begin(order, CancellationToken.None);
                else sent[process] = new TrialMessage { Order = order };
            }

            if (running.All(order => order is null)) break;
            wasCancelled |= isCancelled;
            isOver |= isCancelled;
            if (isOver && !isStopped)
            {
                isStopped = true;
                Array.Fill(sent, new TrialMessage { Stops = true });
                _own.Stop();
            }

            var received = Exchange(sent);
            if (_own.TryEnd(received.Any(message => message is not null) ? TimeSpan.Zero : _pause, out var own))
                received[0] = new TrialMessage { Result = own };
            for (var process = 0; process < group.Size; process++)
            {
                if (received[process] is not { } message) continue;
                var order = running[process]!;
                running[process] = null;
                if (message.Result is not { } result) continue;
                foreach (var done in result.Iterations.Skip(order.Before?.Iterations.Count ?? 0))
                    progress?.Report(new TrialStep(order.Trial, done.Iteration, order.Iterations));
                isOver |= !ended(process, result);
            }
        }

        if (wasCancelled) cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Sends a message to each process, null for none, and gets theirs. All do so again and again; the longer there is
    /// no news, the less often.
    /// </summary>
    private TrialMessage?[] Exchange(IEnumerable<TrialMessage?> sent)
    {
        var start = Stopwatch.GetTimestamp();
        byte[][] bytes = [.. sent.Select((message, to) => to == group.Rank ? [] : message?.ToBytes() ?? [])];
        var received = group.AllToAll<byte>(
            bytes.SelectMany(one => one).ToArray(), [.. bytes.Select(one => (long)one.Length)], out var lengths);
        var starts = ProcessGroupExtensions.Starts(lengths);
        TrialMessage?[] messages =
        [
            .. lengths.Select((length, from) => length == 0
                ? null
                : TrialMessage.Of(received.AsSpan((int)starts[from], (int)length))),
        ];
        if (!_own.IsRunning) IdleSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        _pause = received.Length > 0 || bytes.Any(one => one.Length > 0)
            ? TimeSpan.FromMilliseconds(1)
            : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
        return messages;
    }
}

/// <summary>A trial that runs while its process talks to others.</summary>
/// <param name="runner">Runs it.</param>
internal sealed class BackgroundTrial(TrialRunner runner) : IDisposable
{
    private Task<TrialResult>? _running;
    private CancellationTokenSource? _stop;

    /// <summary>Whether there is a trial.</summary>
    public bool IsRunning => _running is not null;

    /// <summary>Begins a trial, when there is none.</summary>
    public void Begin(TrialOrder order, CancellationToken cancellation)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (_stop, _running) = (stop, Task.Factory.StartNew(
            () => runner.Run(order, stop.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    /// <summary>Stops the trial, if there is one.</summary>
    public void Stop() => _stop?.Cancel();

    /// <summary>Waits a while for the end of the trial, if there is one.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="result">What it came to; null where it was stopped.</param>
    /// <returns>Whether it has ended now.</returns>
    public bool TryEnd(TimeSpan patience, out TrialResult? result)
    {
        result = null;
        if (_running is not { } running || !Task.WhenAny(running).Wait(patience)) return false;
        var isStopped = _stop!.IsCancellationRequested;
        Forget();
        try
        {
            result = running.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (isStopped)
        {
            // It came to nothing.
        }

        return true;
    }

    /// <summary>Stops the trial and waits until it lets go of the engine.</summary>
    public void Dispose()
    {
        Stop();
        if (_running is { } running) Task.WhenAny(running).Wait();
        Forget();
    }

    private void Forget()
    {
        _stop?.Dispose();
        (_stop, _running) = (null, null);
    }
}

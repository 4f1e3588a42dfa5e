using System.Collections.Concurrent;
using System.Diagnostics;

namespace GpuAls;

/// <summary>What a writer of checkpoints tells.</summary>
internal abstract record CheckpointEvent;

/// <summary>A checkpoint is written, and durable.</summary>
/// <param name="Iteration">After which iteration.</param>
/// <param name="Seconds">Wall time of the writing.</param>
internal sealed record CheckpointWritten(int Iteration, double Seconds) : CheckpointEvent;

/// <summary>A checkpoint could not be written, or deleted; the run goes on.</summary>
/// <param name="Reason">The message of the failure.</param>
internal sealed record CheckpointFailed(string Reason) : CheckpointEvent;

/// <summary>
/// Writes the checkpoints of one training beside it: the training goes on while one is written, and a checkpoint that
/// comes due meanwhile waits for the next iteration. Two copies of the factors are enough: the one that is written, and
/// the newest, which is written when the run is stopped.
/// </summary>
internal sealed class CheckpointWriter : ITrainingKeeper, IAsyncDisposable
{
    private readonly CheckpointFolder _folder;
    private readonly CheckpointJob _job;
    private readonly CheckpointInterval _every;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly FactorMatrices[] _copies = [new(), new()];
    private readonly ConcurrentQueue<CheckpointEvent> _events = [];
    private readonly IProgress<CheckpointEvent>? _progress;
    private readonly int _from;
    private long _lastTime = Stopwatch.GetTimestamp();
    private int _lastIteration;
    private TrainingState? _newest;
    private TrainingState? _written;
    private Task _writing = Task.CompletedTask;

    /// <param name="folder">Where they go.</param>
    /// <param name="job">What each says of the training.</param>
    /// <param name="every">How often one is written.</param>
    /// <param name="from">The state that is in a checkpoint already, whose arrays are used again; null begins.</param>
    /// <param name="progress">Told on the thread of the training.</param>
    public CheckpointWriter(
        CheckpointFolder folder, CheckpointJob job, CheckpointInterval every, TrainingState? from = null,
        IProgress<CheckpointEvent>? progress = null)
    {
        (_folder, _job, _every, _progress) = (folder, job, every, progress);
        if (from is null) return;
        _from = _lastIteration = from.Iteration;
        if (from.Best?.State.Iteration != from.Iteration) _copies[0] = from.Factors;
    }

    /// <inheritdoc/>
    public FactorMatrices Spare()
    {
        var busy = _writing.IsCompleted ? null : _written?.Factors;
        if (Array.Find(_copies, copy => copy != busy && copy != _newest?.Factors) is { } spare) return spare;
        _newest = null; // It is written over, and what is half-written must not be kept.
        return _copies.First(copy => copy != busy);
    }

    /// <inheritdoc/>
    public void Keep(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _newest = state;
        Report();
        if (_writing.IsCompleted && _every.IsDue(state.Iteration - _lastIteration, Stopwatch.GetElapsedTime(_lastTime)))
            Begin(state);
    }

    /// <summary>Writes the newest state, if it has not been written yet. A failure is reported, not thrown.</summary>
    /// <returns>The iteration of the newest checkpoint that is there; 0 without any.</returns>
    public async Task<int> WriteNewestAsync()
    {
        await _writing.ConfigureAwait(false);
        if (_newest is { } state && state.Iteration > (_written?.Iteration ?? _from))
        {
            Begin(state);
            await _writing.ConfigureAwait(false);
        }

        Report();
        return _written?.Iteration ?? _from;
    }

    /// <summary>Deletes all checkpoints: the training is done, and what it came to is published.</summary>
    public async Task ClearAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        await TryAsync(() => _folder.ClearAsync(CancellationToken.None)).ConfigureAwait(false);
        Report();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _abandoned.Dispose();
    }

    private void Begin(TrainingState state)
    {
        var before = _written;
        (_written, _lastIteration, _lastTime) = (state, state.Iteration, Stopwatch.GetTimestamp());
        _writing = Task.Run(async () =>
        {
            var start = Stopwatch.GetTimestamp();
            if (await TryAsync(() => _folder.WriteAsync(_job, state, _abandoned.Token)).ConfigureAwait(false))
                _events.Enqueue(new CheckpointWritten(
                    state.Iteration, Stopwatch.GetElapsedTime(start).TotalSeconds));
            else _written = before;
        });
    }

    /// <returns>Whether it was done.</returns>
    private async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure) when (failure is GpuAlsException or IOException or UnauthorizedAccessException)
        {
            _events.Enqueue(new CheckpointFailed(failure.Message));
            return false;
        }
    }

    private void Report()
    {
        while (_events.TryDequeue(out var told)) _progress?.Report(told);
    }
}

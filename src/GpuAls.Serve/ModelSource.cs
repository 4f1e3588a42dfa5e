using System.Diagnostics;
using System.IO.Hashing;
using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>
/// The model that is served now. A new version is read beside it, from time to time looked for, and takes its place at
/// once: requests under way end with the model they began with. A version that cannot be read, or is not whole, is
/// refused, and the model stays.
/// </summary>
internal sealed class ModelSource : IDisposable
{
    /// <summary>A version that was refused is read again after 1, 2, 4, … polls, at most so many.</summary>
    private const int MostPolls = 32;

    private readonly ServeJobOptions _options;
    private readonly ServeMetrics _metrics;
    private readonly IProgress<JobEvent>? _progress;
    private readonly CancellationTokenSource _stop = new();
    private volatile ServedModel _current;
    private ModelState _state;

    private ModelSource(
        ServeJobOptions options, ServeMetrics metrics, IProgress<JobEvent>? progress, ServedModel current,
        ModelState state) =>
        (_options, _metrics, _progress, _current, _state) = (options, metrics, progress, current, state);

    /// <summary>Reads the model, and from then on looks for new versions.</summary>
    /// <param name="options">Where it is, and how often it is looked at.</param>
    /// <param name="metrics">Told what is served.</param>
    /// <param name="progress">Told which model it is.</param>
    /// <param name="cancellation">Stops the first reading.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot be read.</exception>
    public static async Task<ModelSource> OpenAsync(
        ServeJobOptions options, ServeMetrics metrics, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var state = await ModelState.OfAsync(options.Model, cancellation).ConfigureAwait(false);
        var served = await ServedModel.ReadAsync(state.Location, options, metrics, progress, cancellation)
            .ConfigureAwait(false);
        var source = new ModelSource(options, metrics, progress, served, state);
        source.Report(served, clock, before: null);
        if (options.Poll is { } every) _ = Task.Run(() => source.WatchAsync(every, source._stop.Token), cancellation);
        return source;
    }

    /// <summary>The model that is served now; it stays while the lease is held.</summary>
    public ModelLease Lease()
    {
        while (true)
        {
            var current = _current;
            if (current.TryLease()) return new ModelLease(current);
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        }
    }

    /// <summary>Serves nothing any more; leases are given back later.</summary>
    public void Dispose()
    {
        lock (_stop)
        {
            if (_stop.IsCancellationRequested) return;
            _stop.Cancel(); // without a timer or a wait handle there is nothing to free
            _current.Dispose();
        }
    }

    private async Task WatchAsync(TimeSpan every, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(every);
        var (refused, failures, pause, told) = (default(ModelState), 0, 0, "");
        while (await NextAsync(timer, cancellation).ConfigureAwait(false))
        {
            var found = new ModelState(_options.Model, 0);
            try
            {
                found = await ModelState.OfAsync(_options.Model, cancellation).ConfigureAwait(false);
                // To read gigabytes in vain at each poll would slow down requests.
                if (found == refused && pause-- > 0) continue;
                if (found != _state) await SwapAsync(found, cancellation).ConfigureAwait(false);
                (refused, told) = (default, "");
            }
            catch (Exception exception)
            {
                if (cancellation.IsCancellationRequested) return;
                failures = found == refused ? failures + 1 : 0;
                (refused, pause) = (found, Math.Min(MostPolls, 1 << failures) - 1);
                _metrics.Refused();
                if (exception.Message == told) continue;
                told = exception.Message;
                _progress?.Report(new ModelRefused(found.Location, told, _current.Location));
            }
        }
    }

    private async Task SwapAsync(ModelState found, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var before = _current;
        await found.RequireWholeAsync(cancellation).ConfigureAwait(false);
        var next = await ServedModel.ReadAsync(found.Location, _options, _metrics, _progress, cancellation)
            .ConfigureAwait(false);
        try
        {
            next.PrepareLike(before);
            lock (_stop)
            {
                cancellation.ThrowIfCancellationRequested();
                (_state, _current) = (found, next);
            }
        }
        catch
        {
            next.Dispose();
            throw;
        }

        Report(next, clock, before.Location);
        before.Dispose();
    }

    private void Report(ServedModel served, Stopwatch clock, string? before)
    {
        _metrics.Served(served);
        var model = served.Model;
        _progress?.Report(new ModelServed(
            served.Location, model.Users.Count, model.Items.Count, model.Rank, clock.Elapsed.TotalSeconds, before));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>A model in use.</summary>
/// <param name="Served">The model.</param>
internal readonly record struct ModelLease(ServedModel Served) : IDisposable
{
    public void Dispose() => Served.Dispose();
}

/// <summary>What tells a model from the next one. Its manifest has the checksums of all other files.</summary>
/// <param name="Location">The folder: what <c>latest</c> names, or the location itself.</param>
/// <param name="Manifest">A hash of the manifest; 0 where there is none.</param>
internal readonly record struct ModelState(string Location, ulong Manifest)
{
    /// <summary>What is there now.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: <c>latest</c> does not name a version.</exception>
    public static async Task<ModelState> OfAsync(string location, CancellationToken cancellation)
    {
        var folder = await LatestModel.ResolveAsync(location, cancellation).ConfigureAwait(false);
        var file = await Stores.FindFileAsync(Stores.Combine(folder, ModelFiles.Manifest), cancellation)
            .ConfigureAwait(false);
        var hash = file is null
            ? 0
            : XxHash3.HashToUInt64(await file.ReadAllAsync(cancellation).ConfigureAwait(false));
        return new ModelState(folder, hash);
    }

    /// <summary>Fails where the model was not published whole, or is being replaced.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: so it is.</exception>
    public async Task RequireWholeAsync(CancellationToken cancellation)
    {
        if (Manifest == 0) return; // there is nothing at all, as reading it says
        var mark = await Stores.FindFileAsync(Stores.Combine(Location, FolderOutput.SuccessFile), cancellation)
            .ConfigureAwait(false);
        if (mark is null)
            throw ModelErrors.Damaged(
                Location, $"was not published whole, or is being replaced: {FolderOutput.SuccessFile} is missing");
    }
}

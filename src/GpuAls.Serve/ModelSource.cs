using System.Diagnostics;
using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>The model that is served now.</summary>
internal sealed class ModelSource : IDisposable
{
    private ServedModel _current;
    private volatile bool _isDisposed;

    private ModelSource(ServedModel current) => _current = current;

    /// <summary>Reads the model.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="metrics">Told what is served.</param>
    /// <param name="progress">Told which model it is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot be read.</exception>
    public static async Task<ModelSource> OpenAsync(
        ServeJobOptions options, ServeMetrics metrics, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var location = await LatestModel.ResolveAsync(options.Model, cancellation).ConfigureAwait(false);
        var served = await ServedModel.ReadAsync(location, options, metrics, progress, cancellation)
            .ConfigureAwait(false);
        var model = served.Model;
        progress?.Report(new ModelServed(
            location, model.Users.Count, model.Items.Count, model.Rank, clock.Elapsed.TotalSeconds, Before: null));
        return new ModelSource(served);
    }

    /// <summary>The model that is served now; it stays while the lease is held.</summary>
    public ModelLease Lease()
    {
        while (true)
        {
            var current = Volatile.Read(ref _current);
            if (current.TryLease()) return new ModelLease(current);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        }
    }

    /// <summary>Serves nothing any more; leases are given back later.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _current.Dispose();
    }
}

/// <summary>A model in use.</summary>
/// <param name="Served">The model.</param>
internal readonly record struct ModelLease(ServedModel Served) : IDisposable
{
    public void Dispose() => Served.Dispose();
}

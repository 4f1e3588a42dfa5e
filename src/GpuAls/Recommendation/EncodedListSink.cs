namespace GpuAls;

/// <summary>
/// A file of lists: encodes blocks on several threads and writes them in their order, while the next are computed. Few
/// are underway at a time, which bounds the memory.
/// </summary>
/// <param name="encoder">The format.</param>
/// <param name="stream">The file from its start; stays open.</param>
internal sealed class EncodedListSink(IListEncoder encoder, Stream stream) : IRecommendationSink
{
    /// <summary>Blocks underway: four threads encode faster than a disk takes what they make.</summary>
    private static readonly int Most = Math.Min(4, Environment.ProcessorCount);

    private readonly Queue<Task> _underway = new();
    private Task? _last;
    private long _offset;

    /// <inheritdoc/>
    public int BlockRows => encoder.BlockRows;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ListBlock block, CancellationToken cancellation)
    {
        if (_underway.Count == Most) await _underway.Dequeue().ConfigureAwait(false);
        _last = AppendAsync(Last(cancellation), Task.Run(() => encoder.Encode(block), cancellation), cancellation);
        _underway.Enqueue(_last);
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        await Last(cancellation).ConfigureAwait(false);
        await AddAsync(encoder.End(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Whatever went wrong: nothing is written any more when the caller closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_last is not null) await _last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The block that was given last; before the first, what the file begins with.</summary>
    private Task Last(CancellationToken cancellation) => _last ??= AddAsync(encoder.Start(), cancellation);

    private async Task AppendAsync(Task before, Task<EncodedLists> encoding, CancellationToken cancellation)
    {
        await before.ConfigureAwait(false);
        var block = await encoding.ConfigureAwait(false);
        encoder.WrittenAt(block, _offset);
        await AddAsync(block.Bytes, cancellation).ConfigureAwait(false);
    }

    private async Task AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        _offset += bytes.Length;
    }
}

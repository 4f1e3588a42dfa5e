namespace GpuAls;

/// <summary>
/// Encodes blocks on several threads and writes them in their order, while the next are computed. Few are underway at a time, which
/// bounds the memory.
/// </summary>
/// <param name="encoder">The form.</param>
/// <param name="write">Takes what is next in the file.</param>
internal sealed class OrderedOutput(IListEncoder encoder, Func<ReadOnlyMemory<byte>, ValueTask> write)
{
    /// <summary>Blocks underway: four threads encode faster than a disk takes what they make.</summary>
    private static readonly int Most = Math.Min(4, Environment.ProcessorCount);

    private readonly Queue<Task> _underway = new();
    private long _offset;

    /// <summary>Writes a whole file.</summary>
    public async Task WriteAsync(IEnumerable<ListBlock> blocks)
    {
        await AddAsync(encoder.Start()).ConfigureAwait(false);
        var last = Task.CompletedTask;
        try
        {
            foreach (var block in blocks)
            {
                if (_underway.Count == Most) await _underway.Dequeue().ConfigureAwait(false);
                last = AppendAsync(last, Task.Run(() => encoder.Encode(block)));
                _underway.Enqueue(last);
            }

            await last.ConfigureAwait(false);
        }
        finally
        {
            // Whatever went wrong: nothing is written any more when the caller closes the file.
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await AddAsync(encoder.End()).ConfigureAwait(false);
    }

    private async Task AppendAsync(Task before, Task<EncodedLists> encoding)
    {
        await before.ConfigureAwait(false);
        var block = await encoding.ConfigureAwait(false);
        encoder.Place(block, _offset);
        await AddAsync(block.Bytes).ConfigureAwait(false);
    }

    private async Task AddAsync(ReadOnlyMemory<byte> bytes)
    {
        await write(bytes).ConfigureAwait(false);
        _offset += bytes.Length;
    }
}

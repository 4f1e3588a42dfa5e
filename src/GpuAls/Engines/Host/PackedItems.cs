namespace GpuAls;

/// <summary>
/// Item factors turned for scoring: blocks of <see cref="BlockItems"/> items, within a block factor by factor,
/// [blocks, stride, BlockItems]. Items beyond the last are zero.
/// </summary>
internal sealed unsafe class PackedItems : IDisposable
{
    /// <summary>Two of the widest vectors.</summary>
    public const int BlockItems = 32;

    private readonly NativeFloats _values;
    private readonly int _rank;

    public PackedItems(HostFactors items, int threadCount)
    {
        _rank = items.Rank;
        ItemCount = items.RowCount;
        BlockCount = (ItemCount + BlockItems - 1) / BlockItems;
        _values = new NativeFloats((long)BlockCount * _rank * BlockItems);
        ParallelChunks.Run(threadCount, BlockCount, () => Stream.Null, (_, block) => Pack(items, block));
    }

    public int ItemCount { get; }

    public int BlockCount { get; }

    /// <summary>[rank, BlockItems].</summary>
    public float* Block(int block) => _values.Pointer + ((long)block * _rank * BlockItems);

    public void Dispose() => _values.Dispose();

    private void Pack(HostFactors items, int block)
    {
        var target = Block(block);
        var count = Math.Min(BlockItems, ItemCount - (block * BlockItems));
        for (var item = 0; item < count; item++)
        {
            var source = items.Row((block * BlockItems) + item);
            for (var factor = 0; factor < _rank; factor++) target[(factor * BlockItems) + item] = source[factor];
        }
    }
}

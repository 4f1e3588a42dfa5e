namespace GpuAls;

/// <summary>
/// The items that queries may list, as one bit per item of a window of blocks, [blocks, queries]: not those past the
/// last item, nor those that the query has seen.
/// </summary>
/// <param name="queries">Maximum queries at a time.</param>
/// <param name="items">The items.</param>
/// <param name="seen">[lists, items]; null to exclude nothing.</param>
internal sealed unsafe class AllowedItems(int queries, ItemIndex items, CsrMatrix? seen) : IDisposable
{
    /// <summary>
    /// Most blocks in a window: 128 KiB of bits with 64 queries. The rows of seen items are read once a window.
    /// </summary>
    public const int MostBlocks = 512;

    private const int Block = PackedItems.BlockItems;

    private readonly NativeFloats _bits = new((long)Math.Min(MostBlocks, items.Packed.BlockCount) * queries);
    private int _firstBlock;

    /// <summary>[queries], the bits of a block in the window.</summary>
    public uint* Bits(int block) => (uint*)_bits.Pointer + ((long)(block - _firstBlock) * queries);

    /// <summary>Moves the window.</summary>
    /// <param name="lists">The row of seen items of each query.</param>
    /// <param name="blocks">The window.</param>
    public void MoveTo(ReadOnlySpan<int> lists, RowRange blocks)
    {
        _firstBlock = blocks.Start;
        for (var block = blocks.Start; block < blocks.Start + blocks.Count; block++)
        {
            var bits = new Span<uint>(Bits(block), queries);
            bits[..lists.Length].Fill(uint.MaxValue >> (Block - items.Items(block).Length));
            bits[lists.Length..].Clear();
        }

        var (first, count) = (blocks.Start * Block, (uint)(blocks.Count * Block));
        for (var query = 0; seen is not null && query < lists.Length; query++)
        {
            var column = Bits(blocks.Start) + query;
            foreach (var item in seen.RowIndices(lists[query]))
            {
                var inside = (uint)(items.Positions[item] - first);
                if (inside < count) column[(long)(inside / Block) * queries] &= ~(1u << (int)(inside % Block));
            }
        }
    }

    public void Dispose() => _bits.Dispose();
}

namespace GpuAls;

/// <summary>
/// Which items some queries may list, a bit for each item of a stretch of blocks, [blocks, queries]: not those beyond the last item, and not
/// those that a query has seen. The rows of seen items are walked along as the stretch moves.
/// </summary>
/// <param name="queries">Queries at a time.</param>
/// <param name="itemCount">Number of items.</param>
/// <param name="seen">[lists, items]; null where nothing is left out.</param>
internal sealed unsafe class AllowedItems(int queries, int itemCount, CsrMatrix? seen) : IDisposable
{
    /// <summary>Blocks of a stretch: with 64 queries 16 KiB of bits.</summary>
    public const int StretchBlocks = 64;

    private const int Block = PackedItems.BlockItems;

    private readonly NativeFloats _bits = new((long)StretchBlocks * queries);
    private readonly int[] _passed = new int[queries];
    private int _firstList;
    private int _count;
    private int _firstBlock;

    /// <summary>[queries], the bits of a block of the stretch.</summary>
    public uint* Bits(int block) => (uint*)_bits.Pointer + ((long)(block - _firstBlock) * queries);

    /// <summary>Takes other queries, whose stretches begin at a block.</summary>
    public void Start(int firstList, int count, int firstBlock)
    {
        (_firstList, _count) = (firstList, count);
        for (var query = 0; seen is not null && query < count; query++)
        {
            var place = seen.RowIndices(firstList + query).BinarySearch(firstBlock * Block);
            _passed[query] = place < 0 ? ~place : place;
        }
    }

    /// <summary>Moves on to a stretch, not before the last one.</summary>
    public void MoveTo(int firstBlock, int blockCount)
    {
        _firstBlock = firstBlock;
        for (var block = firstBlock; block < firstBlock + blockCount; block++)
        {
            var items = itemCount - (block * Block);
            var bits = new Span<uint>(Bits(block), queries);
            bits[.._count].Fill(items >= Block ? uint.MaxValue : (1u << items) - 1);
            bits[_count..].Clear();
        }

        for (var query = 0; seen is not null && query < _count; query++) LeaveOut(query, seen.RowIndices(_firstList + query), (firstBlock + blockCount) * Block);
    }

    public void Dispose() => _bits.Dispose();

    private void LeaveOut(int query, ReadOnlySpan<int> row, int endItem)
    {
        var passed = _passed[query];
        for (; passed < row.Length && row[passed] < endItem; passed++) Bits(row[passed] / Block)[query] &= ~(1u << (row[passed] % Block));
        _passed[query] = passed;
    }
}

namespace GpuAls.Engines.Host;

/// <summary>
/// Scores eight queries at a time against tiles of items with the micro-kernel and keeps the k best of each on the fly:
/// queries × items is never written out, only [8, tile] scores that stay in the cache.
/// </summary>
internal static unsafe class HostTopK<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int QueryRows = OuterProductTile<TSimd, TVector>.Rows;

    /// <summary>Items of a tile: their factors stay in the second-level cache while the queries of a chunk pass.</summary>
    private const int TileBlocks = 16;

    private const int TileItems = TileBlocks * PackedItems.BlockItems;

    public static void Select(in TopKQuery query, int threadCount, Span<int> indices, Span<float> scores)
    {
        using var items = new PackedItems((HostFactors)query.Items, threadCount);
        fixed (int* indexPointer = indices)
        {
            fixed (float* scorePointer = scores)
            {
                var lists = new Lists(query, items, indexPointer, scorePointer);
                var chunks = (query.Rows.Count + QueryRows - 1) / QueryRows;
                var rank = query.Queries.Rank;
                ParallelChunks.Run(threadCount, chunks, () => new Scratch(rank), (scratch, chunk) => lists.Fill(scratch, chunk * QueryRows));
            }
        }
    }

    private sealed class Scratch(int rank) : IDisposable
    {
        /// <summary>[8, rank], zero where there is no query.</summary>
        public NativeFloats Queries { get; } = new((long)QueryRows * rank);

        /// <summary>[8, TileItems].</summary>
        public NativeFloats Scores { get; } = new((long)QueryRows * TileItems);

        public void Dispose()
        {
            Queries.Dispose();
            Scores.Dispose();
        }
    }

    private sealed class Lists(TopKQuery query, PackedItems items, int* indices, float* scores)
    {
        private readonly HostFactors _queries = (HostFactors)query.Queries;
        private readonly Sparse.CsrMatrix? _seen = (query.Seen as HostPlays)?.Matrix;
        private readonly int _rank = query.Queries.Rank;

        /// <summary>Lists of up to eight queries, from query <paramref name="first"/> of the range.</summary>
        public void Fill(Scratch scratch, int first)
        {
            var count = Math.Min(QueryRows, query.Rows.Count - first);
            scratch.Queries.Clear();
            for (var q = 0; q < count; q++)
                new ReadOnlySpan<float>(_queries.Row(query.Rows.Start + first + q), _rank).CopyTo(new Span<float>(scratch.Queries.Pointer + (q * _rank), _rank));
            Span<int> kept = stackalloc int[QueryRows];
            Span<int> passed = stackalloc int[QueryRows];
            kept.Clear();
            passed.Clear();
            for (var block = 0; block < items.BlockCount; block += TileBlocks)
            {
                ScoreTile(scratch, block, Math.Min(TileBlocks, items.BlockCount - block));
                for (var q = 0; q < count; q++) Scan(scratch, first + q, q, block * PackedItems.BlockItems, ref kept[q], ref passed[q]);
            }

            for (var q = 0; q < count; q++) Heap(first + q, kept[q]).Sort();
        }

        private void ScoreTile(Scratch scratch, int firstBlock, int blockCount)
        {
            scratch.Scores.Clear();
            for (var block = 0; block < blockCount; block++)
                OuterProductTile<TSimd, TVector>.Add(
                    scratch.Queries.Pointer, 1, _rank, items.Block(firstBlock + block), PackedItems.BlockItems, _rank,
                    scratch.Scores.Pointer + (block * PackedItems.BlockItems), TileItems, PackedItems.BlockItems);
        }

        /// <summary>Offers one query's scores of a tile to its heap.</summary>
        private void Scan(Scratch scratch, int list, int q, int firstItem, ref int kept, ref int passed)
        {
            var tile = scratch.Scores.Pointer + (q * TileItems);
            var count = Math.Min(TileItems, items.ItemCount - firstItem);
            Mask(tile, list, firstItem, count, ref passed);
            var heap = Heap(list, kept);
            for (var item = 0; item < count; item += TSimd.Width)
            {
                if (!TSimd.AnyGreater(TSimd.Load(tile + item), TSimd.Broadcast(heap.Threshold))) continue;
                var end = Math.Min(count, item + TSimd.Width);
                for (var lane = item; lane < end; lane++)
                    if (tile[lane] > heap.Threshold) heap.Push(firstItem + lane, tile[lane]);
            }

            kept = heap.Count;
        }

        /// <summary>Seen items score negative infinity, which no threshold lets pass.</summary>
        private void Mask(float* tile, int list, int firstItem, int count, ref int passed)
        {
            if (_seen is null) return;
            var seen = _seen.RowIndices(list);
            for (; passed < seen.Length && seen[passed] < firstItem + count; passed++) tile[seen[passed] - firstItem] = float.NegativeInfinity;
        }

        private TopKHeap Heap(int list, int kept)
        {
            var offset = (long)list * query.K;
            return new TopKHeap(new Span<int>(indices + offset, query.K), new Span<float>(scores + offset, query.K)) { Count = kept };
        }
    }
}

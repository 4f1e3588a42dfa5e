using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The lists of a group's queries in global memory, each with a buffer of the same length for candidates. A candidate
/// is a score as good as the list's k-th; it is appended to the buffer. A full buffer is sorted in shared memory and
/// merged into the list.
/// </summary>
internal struct TopKLists
{
    /// <summary>The shortest list, which is also the smallest number of items offered at a time.</summary>
    public const int MinimumLength = 16;

    /// <summary>Shared memory for sorting the keys of one list, or of several short ones.</summary>
    private readonly ArrayView<ulong> _memory;

    /// <summary>[TileQueries], what keys must be better than: the k-th key of each list.</summary>
    private readonly ArrayView<ulong> _limits;

    /// <summary>[TileQueries], the scores of the limits; infinity if there is no query.</summary>
    private readonly ArrayView<Float4> _thresholds;

    /// <summary>
    /// [TileQueries], <see cref="TopKBound"/> of each query; then [TileQueries], the norm that items must have.
    /// </summary>
    private readonly ArrayView<Float4> _bounds;

    /// <summary>
    /// [TileQueries + 1], the number of candidates for each buffer, including those that did not fit; then a flag that
    /// some did not.
    /// </summary>
    private readonly ArrayView<int> _counts;

    private readonly ArrayView<ulong> _lists;
    private readonly ArrayView<TopKCandidate> _candidates;
    private readonly int _length;

    /// <summary>Candidates in the buffer of this thread's query that are kept if the next offer overflows it.</summary>
    private int _kept;

    /// <summary>Creates empty lists, which may be used after a barrier.</summary>
    /// <param name="arguments">The shapes.</param>
    /// <param name="firstQuery">Position of the group's first query.</param>
    /// <param name="split">The split.</param>
    public TopKLists(in TopKArguments arguments, int firstQuery, int split)
    {
        _memory = SharedMemory.Allocate1D<ulong>(BitonicSort.MemoryLength).AsContiguous();
        _limits = SharedMemory.Allocate1D<ulong>(TopKThread.TileQueries).AsContiguous();
        _thresholds = SharedMemory.Allocate1D<Float4>(TopKThread.TileQueries / Float4.Width).AsContiguous();
        _bounds = SharedMemory.Allocate1D<Float4>(2 * TopKThread.TileQueries / Float4.Width).AsContiguous();
        _counts = SharedMemory.Allocate1D<int>(TopKThread.TileQueries + 1).AsContiguous();
        _length = arguments.ListLength;
        _kept = 0;
        var queries = IntrinsicMath.Min(TopKThread.TileQueries, arguments.QueryCount - firstQuery);
        var start = _length * (((long)split * arguments.QueryCount) + firstQuery);
        _lists = arguments.Lists.SubView(arguments.FirstKey + start, (long)_length * queries);
        _candidates = arguments.Candidates.SubView(start, (long)_length * queries);
        for (var i = Group.IdxX; i <= TopKThread.TileQueries; i += Group.DimX) _counts[i] = 0;
        for (var i = Group.IdxX; i < _length * queries; i += Group.DimX) _lists[i] = TopKKey.None;
        for (var query = Group.IdxX; query < TopKThread.TileQueries; query += Group.DimX)
            Start(arguments, firstQuery + query, query, query < queries);
    }

    /// <summary>No item of a smaller norm can enter a list of the group; to be asked for after a barrier.</summary>
    public readonly float LeastCutoff()
    {
        var least = float.PositiveInfinity;
        for (var four = TopKThread.TileQueries / Float4.Width; four < 2 * TopKThread.TileQueries / Float4.Width; four++)
        {
            var cutoffs = _bounds[four];
            var low = IntrinsicMath.Min(cutoffs.X, cutoffs.Y);
            least = IntrinsicMath.Min(least, IntrinsicMath.Min(low, IntrinsicMath.Min(cutoffs.Z, cutoffs.W)));
        }

        return least;
    }

    /// <summary>Writes the norm that items must have for each query, after the search of the first items.</summary>
    public readonly void WriteCutoffs(in TopKArguments arguments, int firstQuery)
    {
        var query = firstQuery + Group.IdxX;
        if (arguments.IsRest != 0 || Group.IdxX >= TopKThread.TileQueries || query >= arguments.QueryCount) return;
        arguments.Cutoffs[query] = _bounds.Cast<float>()[TopKThread.TileQueries + Group.IdxX];
    }

    /// <summary>
    /// Offers the scores of a tile in item order: all at once if the buffers have room, otherwise in parts. A part has
    /// at least 16 items, which always fit in an empty buffer.
    /// </summary>
    /// <param name="arguments">The seen items.</param>
    /// <param name="scores">The thread's scores.</param>
    /// <param name="thread">This thread.</param>
    /// <param name="firstQuery">Position of the group's first query.</param>
    /// <param name="firstItem">Position of the tile's first item.</param>
    /// <param name="end">End of the tile's items within the split (exclusive).</param>
    /// <param name="part">Number of items in the first part.</param>
    public void Offer(
        in TopKArguments arguments, in Tile8 scores, in TopKThread thread, int firstQuery, int firstItem, int end,
        int part)
    {
        var from = firstItem;
        while (from < end)
        {
            var to = IntrinsicMath.Min(from + part, end);
            Append(arguments, scores, thread, firstItem, from, to);
            Group.Barrier();
            var overflow = _counts[TopKThread.TileQueries] != 0;
            if (!overflow) _kept = _counts[Group.IdxX % TopKThread.TileQueries];
            Group.Barrier();
            if (overflow)
            {
                // Drop this part's candidates; they are offered again after the merge.
                if (Group.IdxX < TopKThread.TileQueries) _counts[Group.IdxX] = _kept;
                if (Group.IdxX == 0) _counts[TopKThread.TileQueries] = 0;
                Merge(arguments, firstQuery);
                part = IntrinsicMath.Max(part / 2, MinimumLength);
            }
            else
            {
                from = to;
                part = IntrinsicMath.Min(2 * part, TopKThread.TileItems);
            }
        }
    }

    /// <summary>Merges the buffers of all queries into their lists.</summary>
    public void Merge(in TopKArguments arguments, int firstQuery)
    {
        var queries = IntrinsicMath.Min(TopKThread.TileQueries, arguments.QueryCount - firstQuery);

        // The buffers are read by other threads than those that wrote them.
        GlobalMemory.Barrier();
        for (var query = 0; query < queries; query += BitonicSort.KeyCount / _length)
        {
            var key = (query * _length) + (Group.IdxX * Keys8.Count);
            MergeEight(arguments, firstQuery, key / _length, key & (_length - 1), queries);
            Group.Barrier();
        }

        if (Group.IdxX < TopKThread.TileQueries) _counts[Group.IdxX] = 0;
        _kept = 0;
        GlobalMemory.Barrier();
    }

    private readonly void Start(in TopKArguments arguments, int position, int query, bool exists)
    {
        var id = exists ? arguments.QueryOrder.Cast<int>()[position] : 0;
        var limit = exists ? TopKKey.Lowest : ulong.MaxValue;
        if (exists && arguments.IsRest != 0)
            limit = IntrinsicMath.Max(limit, arguments.Lists[((long)id * _length) + arguments.K - 1]);
        var threshold = exists ? TopKKey.Score(limit) : float.PositiveInfinity;
        var bound = exists ? TopKBound.OfQuery(arguments, arguments.FirstQuery + id) : 1;
        var bounds = _bounds.Cast<float>();
        _limits[query] = limit;
        _thresholds.Cast<float>()[query] = threshold;
        bounds[query] = bound;
        bounds[TopKThread.TileQueries + query] =
            exists ? TopKBound.Cutoff(threshold, bound) : float.PositiveInfinity;
    }

    /// <summary>The thread's part of a merge: eight keys of a list, starting at a position.</summary>
    private readonly void MergeEight(in TopKArguments arguments, int firstQuery, int query, int position, int queries)
    {
        var sort = new BitonicSort(_memory, _length);
        var exists = query < queries;
        var first = exists ? (query * _length) + position : 0;
        var count = exists ? _counts[query] - position : 0;
        var own = sort.Own;
        for (var i = 0; i < Keys8.Count; i++)
            own[i] = i < count ? Key(arguments, firstQuery + query, _candidates[first + i]) : TopKKey.None;
        var keys = sort.Ascending(Keys8.At(own, 0));

        // The list is descending and the buffer ascending: the higher keys of all pairs are the top of both, and form a
        // bitonic sequence.
        keys.Keep(Keys8.At(_lists, first), higher: true);
        keys = sort.BitonicDescending(keys);
        if (!exists) return;
        keys.Store(_lists, first);
        if (position == (arguments.K - 1) / Keys8.Count * Keys8.Count)
            Limit(query, _lists[(query * _length) + arguments.K - 1]);
    }

    private readonly void Limit(int query, ulong key)
    {
        if (key <= _limits[query]) return; // a list of the rest that is not full yet
        var threshold = TopKKey.Score(key);
        var bounds = _bounds.Cast<float>();
        _limits[query] = key;
        _thresholds.Cast<float>()[query] = threshold;
        bounds[TopKThread.TileQueries + query] = TopKBound.Cutoff(threshold, bounds[query]);
    }

    private static ulong Key(in TopKArguments arguments, int query, TopKCandidate candidate)
    {
        var item = arguments.ItemOrder.Cast<int>()[candidate.Item];
        return IsSeen(arguments, arguments.QueryOrder.Cast<int>()[query], item)
            ? TopKKey.None
            : TopKKey.Of(new TopKCandidate(candidate.Score, item));
    }

    private static bool IsSeen(in TopKArguments arguments, int query, int item)
    {
        if (arguments.HasSeen == 0) return false;
        var low = arguments.SeenIndptr[arguments.FirstList + query];
        var last = arguments.SeenIndptr[arguments.FirstList + query + 1];
        var high = last;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (arguments.SeenIndices[middle] < item) low = middle + 1;
            else high = middle;
        }

        return low < last && arguments.SeenIndices[low] == item;
    }

    /// <summary>Appends the thread's scores as good as the thresholds, for items [from, to).</summary>
    private readonly void Append(
        in TopKArguments arguments, in Tile8 scores, in TopKThread thread, int firstItem, int from, int to)
    {
        var items = new Items(arguments.ItemOrder.Cast<int>(), firstItem + (Float4.Width * thread.LowItems), from, to);
        var low = _thresholds[thread.LowQueries];
        var high = _thresholds[thread.HighQueries];
        var lowQuery = Float4.Width * thread.LowQueries;
        var highQuery = Float4.Width * thread.HighQueries;
        Append(lowQuery, low.X, scores.A.R0, scores.C.R0, items);
        Append(lowQuery + 1, low.Y, scores.A.R1, scores.C.R1, items);
        Append(lowQuery + 2, low.Z, scores.A.R2, scores.C.R2, items);
        Append(lowQuery + 3, low.W, scores.A.R3, scores.C.R3, items);
        Append(highQuery, high.X, scores.B.R0, scores.D.R0, items);
        Append(highQuery + 1, high.Y, scores.B.R1, scores.D.R1, items);
        Append(highQuery + 2, high.Z, scores.B.R2, scores.D.R2, items);
        Append(highQuery + 3, high.W, scores.B.R3, scores.D.R3, items);
    }

    private readonly void Append(int query, float threshold, Float4 low, Float4 high, in Items items)
    {
        // Most rows have none. If the maximum is NaN, other scores may still be candidates, and the test is false.
        if (Max(Max(low), Max(high)) < threshold) return;
        Append(query, threshold, low.X, items.Low, items);
        Append(query, threshold, low.Y, items.Low1, items);
        Append(query, threshold, low.Z, items.Low2, items);
        Append(query, threshold, low.W, items.Low3, items);
        Append(query, threshold, high.X, items.High, items);
        Append(query, threshold, high.Y, items.High1, items);
        Append(query, threshold, high.Z, items.High2, items);
        Append(query, threshold, high.W, items.High3, items);
    }

    // The slot of a candidate depends on thread order; the resulting list does not.
    private readonly void Append(int query, float threshold, float score, int item, in Items items)
    {
        if (!(score >= threshold) || item < items.From || item >= items.To) return;

        // Of equal scores, only that of a lower item is better. In OpenCL, NaN gets here too, and has no key.
        if (TopKKey.Of(new TopKCandidate(score, items.Order[item])) <= _limits[query]) return;
        var slot = Atomic.Add(ref _counts[query], 1);
        if (slot < _length) _candidates[(query * _length) + slot] = new TopKCandidate(score, item);
        else Atomic.Or(ref _counts[TopKThread.TileQueries], 1);
    }

    private static float Max(Float4 a) => Max(Max(a.X, a.Y), Max(a.Z, a.W));

    private static float Max(float a, float b) => IntrinsicMath.Max(a, b);

    /// <summary>The positions of a thread's items, and the range of valid ones.</summary>
    private readonly struct Items(ArrayView<int> order, int low, int from, int to)
    {
        public readonly ArrayView<int> Order = order;
        public readonly int Low = low, Low1 = low + 1, Low2 = low + 2, Low3 = low + 3;
        public readonly int High = low + Half, High1 = low + Half + 1, High2 = low + Half + 2, High3 = low + Half + 3;
        public readonly int From = from;
        public readonly int To = to;

        private const int Half = TopKThread.TileItems / 2;
    }
}

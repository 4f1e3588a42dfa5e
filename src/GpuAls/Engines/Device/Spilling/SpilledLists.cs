namespace GpuAls;

/// <summary>
/// Lists on a device that does not have all factors: of as many items as fit at a time, for some queries at a time. A
/// score has the same bits as if all were there.
/// </summary>
/// <param name="store">The device's memory.</param>
/// <param name="operations">What the device does with factors in its memory.</param>
internal sealed class SpilledLists(DeviceStore store, DeviceOperations operations)
{
    /// <summary>Queries that are brought to the device at a time, at most.</summary>
    private const int MostQueries = 1 << 16;

    /// <summary>Lists of all items, or of those that fit at a time, which are merged.</summary>
    public void Make(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores)
    {
        if (query.Items is not HostFactors all)
        {
            Search(query, prunes, indices, scores);
            return;
        }

        indices.Fill(-1);
        scores.Fill(float.NegativeInfinity);
        var (ofWindow, ofScores) = (new int[indices.Length], new float[scores.Length]);
        var itemBytes = DeviceFactors.BytesOf(1, all.Rank) + (2 * sizeof(int)); // and where it is in the order
        var windowRows = (int)Math.Clamp(Room(query) / itemBytes, 1, all.RowCount);
        for (var first = 0; first < all.RowCount; first += windowRows)
        {
            var count = Math.Min(windowRows, all.RowCount - first);
            using var items = new DeviceFactors(store, count, all.Rank);
            FactorCopy.Rows(all, new RowRange(first, count), items, 0);
            using var seen = query.Seen is DevicePlays mask
                ? new DevicePlays(store, mask.Matrix.SliceColumns(first, count)) : null;
            Search(query with { Items = items, Seen = seen }, prunes, ofWindow, ofScores);
            MergedLists.Add(indices, scores, ofWindow, ofScores, first, query.K);
        }
    }

    /// <summary>Lists of items on the device.</summary>
    private void Search(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores)
    {
        if (query.Queries is not HostFactors)
        {
            operations.TopK(query, prunes, indices, scores);
            return;
        }

        var batchRows = (int)Math.Clamp(Room(query) / DeviceFactors.BytesOf(1, query.Queries.Rank), 1, MostQueries);
        for (var first = 0; first < query.Rows.Count; first += batchRows)
        {
            var count = Math.Min(batchRows, query.Rows.Count - first);
            using var queries = new DeviceFactors(store, count, query.Queries.Rank);
            FactorCopy.Rows(query.Queries, new RowRange(query.Rows.Start + first, count), queries, 0);
            using var seen = query.Seen is DevicePlays mask
                ? new DevicePlays(store, mask.Matrix.Slice(first, count)) : null;
            var (start, length) = (first * query.K, count * query.K);
            operations.TopK(
                query with { Queries = queries, Rows = new RowRange(0, count), Seen = seen },
                prunes, indices.Slice(start, length), scores.Slice(start, length));
        }
    }

    /// <summary>Half of the memory that a search leaves: for items, or for queries; there may be both.</summary>
    private long Room(in TopKQuery query)
    {
        operations.Release(); // what a training keeps for its next iteration
        var longest = query.Seen is DevicePlays mask ? mask.Scratch.LongestRow : 0;
        return (store.Memory.Left + store.PlaysBytes - DeviceTopK.LeastBytes(longest, itemCount: 1, query.K)) / 2;
    }
}

/// <summary>Best-first lists that are made of those of several windows of items.</summary>
internal static class MergedLists
{
    /// <summary>Adds the lists of items that come after all before, also where their scores are equal.</summary>
    /// <param name="indices">[lists, k], item indices, -1 beyond the end of a list.</param>
    /// <param name="scores">[lists, k].</param>
    /// <param name="moreIndices">[lists, k], counted from <paramref name="firstItem"/>.</param>
    /// <param name="moreScores">[lists, k].</param>
    /// <param name="firstItem">What is added to them.</param>
    /// <param name="k">Length of a list.</param>
    public static void Add(
        Span<int> indices, Span<float> scores, ReadOnlySpan<int> moreIndices, ReadOnlySpan<float> moreScores,
        int firstItem, int k)
    {
        var (items, best) = (new int[k], new float[k]);
        for (var start = 0; start < indices.Length; start += k)
        {
            var (one, other) = (start, start);
            for (var i = 0; i < k; i++)
            {
                var isOther = moreIndices[other] >= 0 && (indices[one] < 0 || moreScores[other] > scores[one]);
                (items[i], best[i]) = isOther
                    ? (firstItem + moreIndices[other], moreScores[other]) : (indices[one], scores[one]);
                if (isOther) other++;
                else one++;
            }

            items.CopyTo(indices[start..]);
            best.CopyTo(scores[start..]);
        }
    }
}

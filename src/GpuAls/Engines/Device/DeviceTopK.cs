using GpuAls.Kernels;
using ILGPU;

namespace GpuAls;

/// <summary>Makes top-k lists: for all queries at once, or for as many at a time as fit in memory.</summary>
/// <param name="store">The device memory.</param>
/// <param name="pass">Streams the mask.</param>
/// <param name="releaseScratch">Frees scratch that training keeps, if memory is needed.</param>
internal sealed class DeviceTopK(DeviceStore store, PlaysPass pass, Action releaseScratch) : IDisposable
{
    private readonly TopKLauncher _launcher = new(store.Accelerator);

    /// <summary>Minimum bytes for a search, with the mask streamed query by query.</summary>
    /// <param name="longestRow">Maximum number of items that a query has seen.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="k">List length.</param>
    public static long LeastBytes(int longestRow, int itemCount, int k) =>
        TopKItems.BytesFor(itemCount) + TopKLauncher.LeastBytes(k)
        + ((Staging.Slots + 1) * PlaysCut.LargestRow(longestRow, isScheduled: false, ListBytes(k)));

    /// <summary>The kernels.</summary>
    public IEnumerable<DeviceKernel> Kernels => _launcher.Kernels;

    /// <summary>Makes the lists.</summary>
    /// <param name="query">Queries, items, the mask and k.</param>
    /// <param name="prunes">Whether searches end where no later item can enter a list; lists are the same.</param>
    /// <param name="indices">[queries, k].</param>
    /// <param name="scores">[queries, k].</param>
    public void Search(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores)
    {
        if (query.Rows.Count == 0) return;
        if (store.Memory.Left < TopKItems.BytesFor(query.Items.RowCount)) releaseScratch();
        var order = ((DeviceFactors)query.Items).Order(prunes);
        var listBytes = ListBytes(query.K);
        var spared = TopKLauncher.LeastBytes(query.K);
        if (store.Memory.Left < (query.Rows.Count * listBytes) + spared) releaseScratch();
        while (store.Memory.Left < listBytes + spared && store.GiveUpPlays()) { }
        if ((DevicePlays?)query.Seen is { Resident: null } streamed)
        {
            var blocks = pass.Cut(streamed, isScheduled: false, listBytes, spared);
            Search(query, order, pass.Stream(blocks), blocks.Max(block => block.Size.Rows.Count), indices, scores);
        }
        else
        {
            var most = (int)Math.Clamp((store.Memory.Left - spared) / listBytes, 1, query.Rows.Count);
            var blocks = Parts(((DevicePlays?)query.Seen)?.Resident, query.Rows.Count, most);
            Search(query, order, blocks, most, indices, scores);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _launcher.Dispose();

    private static long ListBytes(int k) => (long)k * (sizeof(int) + sizeof(float));

    /// <summary>Blocks of queries whose mask, if any, is resident on the device.</summary>
    private static IEnumerable<PlaysBlock> Parts(PlaysBlock? seen, int queryCount, int most)
    {
        for (var first = 0; first < queryCount; first += most)
        {
            var rows = new RowRange(first, Math.Min(most, queryCount - first));
            yield return seen is { } all
                ? all with { Rows = rows, Indptr = all.Indptr.SubView(first, rows.Count + 1) }
                : new PlaysBlock(rows, ArrayView<long>.Empty, ArrayView<int>.Empty, ArrayView<float>.Empty, null);
        }
    }

    private void Search(
        in TopKQuery query, TopKItems order, IEnumerable<PlaysBlock> blocks, int most, Span<int> indices,
        Span<float> scores)
    {
        var k = query.K;
        // Not from the store, which might evict the mask.
        using var listIndices = store.Memory.Allocate<int>((long)most * k);
        using var listScores = store.Memory.Allocate<float>((long)most * k);
        try
        {
            foreach (var block in blocks)
                Search(query, order, block, listIndices.View, listScores.View, indices, scores);
        }
        finally
        {
            _launcher.Release(); // training may need the memory
        }
    }

    private void Search(
        in TopKQuery query, TopKItems order, PlaysBlock block, ArrayView<int> listIndices,
        ArrayView<float> listScores, Span<int> indices, Span<float> scores)
    {
        var (items, k) = ((DeviceFactors)query.Items, query.K);
        var arguments = new TopKArguments
        {
            Queries = ((DeviceFactors)query.Queries).View,
            Items = items.View,
            SeenIndptr = block.Indptr,
            SeenIndices = block.Indices,
            ListIndices = listIndices,
            ListScores = listScores,
            FirstQuery = query.Rows.Start + block.Rows.Start,
            QueryCount = block.Rows.Count,
            ItemCount = items.RowCount,
            Rank4 = items.Rank4,
            K = k,
            HasSeen = query.Seen is null ? 0 : 1,
        };
        _launcher.Launch(arguments, order);
        var (first, length) = (block.Rows.Start * k, block.Rows.Count * k);
        Transfer.ToHost(listIndices, indices.Slice(first, length));
        Transfer.ToHost(listScores, scores.Slice(first, length));
    }
}

using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Launches the scoring of queries against all items.</summary>
public sealed class TopKLauncher : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<TopKArguments> _search;
    private readonly DeviceKernel<TopKArguments> _merge;
    private readonly ReusableBuffer<ulong> _lists;
    private readonly ReusableBuffer<TopKCandidate> _candidates;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public TopKLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _lists = new ReusableBuffer<ulong>(accelerator);
        _candidates = new ReusableBuffer<TopKCandidate>(accelerator);
        _search = KernelCatalog.TopK.LoadOn(accelerator);
        _merge = KernelCatalog.TopKMerge.LoadOn(accelerator);
    }

    /// <summary>
    /// The minimum device memory for a search with lists of length k, in bytes, not counting the output.
    /// </summary>
    public static long LeastBytes(int k) => TopKPlan.LeastBytes(k);

    /// <summary>The kernels.</summary>
    public IEnumerable<DeviceKernel> Kernels => [_search, _merge];

    /// <summary>Launches the search for the k best items of each query.</summary>
    /// <param name="arguments">
    /// The matrices, seen items, output lists, <c>FirstQuery</c>, counts, rank and k; the rest is set here.
    /// </param>
    public void Launch(TopKArguments arguments)
    {
        var queryCount = arguments.QueryCount;
        if (queryCount == 0) return;
        var bytes = DeviceMemory.Of(_accelerator).Left + _lists.Bytes + _candidates.Bytes;
        var plan = TopKPlan.For(_accelerator, queryCount, arguments.ItemCount, arguments.K, bytes);
        var firstRow = arguments.FirstQuery;
        arguments.ListLength = plan.ListLength;
        arguments.SplitItems = plan.SplitItems;
        arguments.SplitCount = plan.SplitCount;
        var slots = (long)plan.ListLength * plan.SplitCount * Math.Min(plan.Queries, queryCount);
        (arguments.Lists, arguments.Candidates) = (_lists.Take(slots), _candidates.Take(slots));
        for (var first = 0; first < queryCount; first += plan.Queries)
        {
            arguments.FirstQuery = firstRow + first;
            arguments.FirstList = first;
            arguments.QueryCount = Math.Min(plan.Queries, queryCount - first);
            LaunchPart(arguments);
        }
    }

    /// <summary>Frees the device memory kept between searches; the next one allocates it again.</summary>
    public void Release()
    {
        _lists.Dispose();
        _candidates.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void LaunchPart(in TopKArguments arguments)
    {
        var stream = _accelerator.DefaultStream;
        var tiles = (arguments.QueryCount + TopKThread.TileQueries - 1) / TopKThread.TileQueries;
        if (arguments.ItemCount == 0) arguments.Lists.MemSetToZero();
        else _search.Launch(stream, new KernelConfig(tiles * arguments.SplitCount, TopKThread.GroupSize), arguments);
        var groupQueries = BitonicSort.KeyCount / arguments.ListLength;
        var groups = (arguments.QueryCount + groupQueries - 1) / groupQueries;
        _merge.Launch(stream, new KernelConfig(groups, BitonicSort.Threads), arguments);
    }
}

/// <summary>How the queries and items of a search are split.</summary>
/// <param name="ListLength">Capacity of a list while it grows.</param>
/// <param name="Queries">Queries per launch, a whole number of tiles.</param>
/// <param name="SplitItems">Items per split, a whole number of tiles.</param>
/// <param name="SplitCount">Number of splits.</param>
internal readonly record struct TopKPlan(int ListLength, int Queries, int SplitItems, int SplitCount)
{
    private const int GroupsPerMultiprocessor = 4;

    /// <summary>With fewer items, maintaining each split's own lists takes longer than scoring.</summary>
    private const int MinimumSplitItems = 32 * TopKThread.TileItems;

    /// <summary>Maximum bytes of lists and buffers in device memory; more is not faster.</summary>
    private const long MaximumListBytes = 128L << 20;

    /// <summary>Bytes of lists and buffers for one tile of queries and one split.</summary>
    public static long LeastBytes(int k) => 2L * sizeof(ulong) * LengthFor(k) * TopKThread.TileQueries;

    /// <summary>
    /// The plan. Items are split if there are fewer tiles of queries than the device can process at a time.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="queryCount">Number of queries, at least 1.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="bytes">Maximum bytes for lists and buffers; <see cref="LeastBytes"/> is the minimum.</param>
    public static TopKPlan For(Accelerator accelerator, int queryCount, int itemCount, int k, long bytes)
    {
        var length = LengthFor(k);
        var most = Math.Max(1, Math.Min(bytes, MaximumListBytes) / LeastBytes(k));
        var tiles = Tiles(queryCount, TopKThread.TileQueries);
        var wanted = (GroupsPerMultiprocessor * accelerator.NumMultiprocessors + tiles - 1) / tiles;
        var splits = (int)Math.Min(most, Math.Clamp(wanted, 1, Math.Max(1, itemCount / MinimumSplitItems)));
        var splitItems = Math.Max(1, Tiles(Tiles(itemCount, splits), TopKThread.TileItems)) * TopKThread.TileItems;
        splits = Math.Max(1, Tiles(itemCount, splitItems));
        var queryTiles = (int)Math.Clamp(most / splits, 1, tiles);
        return new TopKPlan(length, queryTiles * TopKThread.TileQueries, splitItems, splits);
    }

    private static int LengthFor(int k)
    {
        var length = TopKLists.MinimumLength;
        while (length < k) length *= 2;
        return length;
    }

    private static int Tiles(int count, int size) => (count + size - 1) / size;
}

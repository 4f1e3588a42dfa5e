using System.Runtime.InteropServices;
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
    private readonly ReusableBuffer<Int4> _order;
    private readonly ReusableBuffer<int> _positions;
    private readonly ReusableBuffer<float> _cutoffs;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public TopKLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _lists = new ReusableBuffer<ulong>(accelerator);
        _candidates = new ReusableBuffer<TopKCandidate>(accelerator);
        _order = new ReusableBuffer<Int4>(accelerator);
        _positions = new ReusableBuffer<int>(accelerator);
        _cutoffs = new ReusableBuffer<float>(accelerator);
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
    /// <param name="items">The order of the items.</param>
    public void Launch(TopKArguments arguments, TopKItems items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var queryCount = arguments.QueryCount;
        if (queryCount == 0) return;
        var own = _lists.Bytes + _candidates.Bytes + _order.Bytes + _positions.Bytes + _cutoffs.Bytes;
        var plan = TopKPlan.For(queryCount, arguments.K, DeviceMemory.Of(_accelerator).Left + own);
        var firstRow = arguments.FirstQuery;
        arguments.ListLength = plan.ListLength;
        (arguments.ItemOrder, arguments.TileNorms) = (items.Order, items.TileNorms);
        for (var first = 0; first < queryCount; first += plan.Queries)
        {
            arguments.FirstQuery = firstRow + first;
            arguments.FirstList = first;
            arguments.QueryCount = Math.Min(plan.Queries, queryCount - first);
            LaunchPart(arguments, items, plan);
        }
    }

    /// <summary>Frees the device memory kept between searches; the next one allocates it again.</summary>
    public void Release()
    {
        _lists.Dispose();
        _candidates.Dispose();
        _order.Dispose();
        _positions.Dispose();
        _cutoffs.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void LaunchPart(TopKArguments arguments, TopKItems items, in TopKPlan plan)
    {
        var queryCount = arguments.QueryCount;
        var first = Math.Min(plan.FirstItems, arguments.ItemCount);
        var keys = (long)plan.ListLength * queryCount;
        // Lists of the rest are made later, beside these, where there is no rest to be split.
        var most = plan.MostLists(_accelerator, queryCount, arguments.ItemCount - first);
        arguments.Lists = _lists.Take(keys + (plan.ListLength * most));
        arguments.Candidates = _candidates.Take(plan.ListLength * Math.Max(queryCount, most));
        arguments.Cutoffs = _cutoffs.Take(queryCount);
        arguments.Positions = _positions.Take(queryCount);
        (arguments.FirstKey, arguments.SplitCount) = (0, 0);
        if (first == 0) arguments.Lists.MemSetToZero();
        else Search(arguments, [.. Enumerable.Range(0, queryCount)], 0, first, 1);
        arguments.FirstKey = keys;
        if (first < arguments.ItemCount) arguments = LaunchRest(arguments, items, plan, first);
        var groupQueries = BitonicSort.KeyCount / arguments.ListLength;
        var groups = (queryCount + groupQueries - 1) / groupQueries;
        _merge.Launch(_accelerator.DefaultStream, new KernelConfig(groups, BitonicSort.Threads), arguments);
    }

    /// <summary>Searches the items after the first ones, for the queries that they may matter to.</summary>
    private TopKArguments LaunchRest(TopKArguments arguments, TopKItems items, in TopKPlan plan, int first)
    {
        var queryCount = arguments.QueryCount;
        var cutoffs = new float[queryCount];
        Transfer.ToHost(arguments.Cutoffs, cutoffs);
        var norm = items.NormFrom(first);
        int[] rest = [.. Enumerable.Range(0, queryCount).Where(query => norm >= cutoffs[query])];
        if (rest.Length == 0) return arguments;
        Array.Sort([.. rest.Select(query => cutoffs[query])], rest);
        var positions = new int[queryCount];
        Array.Fill(positions, -1);
        for (var position = 0; position < rest.Length; position++) positions[rest[position]] = position;
        Transfer.ToDevice(positions, arguments.Positions);
        var end = Math.Clamp(items.End(cutoffs[rest[0]]), first, arguments.ItemCount);
        var (splits, splitItems) = plan.Splits(_accelerator, rest.Length, end - first);
        var search = arguments;
        (search.IsRest, search.QueryCount, search.SplitItems) = (1, rest.Length, splitItems);
        Search(search, rest, first, end, splits);
        (arguments.RestCount, arguments.SplitCount) = (rest.Length, splits);
        return arguments;
    }

    private void Search(TopKArguments arguments, int[] queries, int first, int end, int splits)
    {
        var tiles = (queries.Length + TopKThread.TileQueries - 1) / TopKThread.TileQueries;
        var padded = new int[tiles * TopKThread.TileQueries];
        queries.CopyTo(padded, 0);
        padded.AsSpan(queries.Length).Fill(queries[^1]);
        arguments.QueryOrder = _order.Fill(MemoryMarshal.Cast<int, Int4>(padded));
        (arguments.FirstItem, arguments.EndItem) = (first, end);
        if (splits == 1) arguments.SplitItems = Math.Max(1, end - first);
        _search.Launch(
            _accelerator.DefaultStream, new KernelConfig(tiles * splits, TopKThread.GroupSize), arguments);
    }
}

/// <summary>How the queries of a search are divided, and the items after the first ones.</summary>
/// <param name="ListLength">Capacity of a list while it grows.</param>
/// <param name="Tiles">Tiles of queries per launch.</param>
/// <param name="Units">Lists for a tile of queries that fit in memory.</param>
internal readonly record struct TopKPlan(int ListLength, int Tiles, long Units)
{
    private const int GroupsPerMultiprocessor = 4;

    /// <summary>With fewer items, maintaining each split's own lists takes longer than scoring.</summary>
    private const int MinimumSplitItems = 32 * TopKThread.TileItems;

    /// <summary>Maximum bytes of lists and buffers in device memory; more is not faster.</summary>
    private const long MaximumListBytes = 128L << 20;

    /// <summary>Lists and their buffers, for a search of all items at once.</summary>
    private const int LeastUnits = 2;

    /// <summary>Lists of the first items and of the rest, and one buffer for either.</summary>
    private const int UnitsOfTwoSearches = 3;

    /// <summary>
    /// Items that are searched for all queries, enough to tell where each query stops. All, if lists of the rest don't
    /// fit in memory.
    /// </summary>
    public int FirstItems => Units < UnitsOfTwoSearches ? int.MaxValue : 8 * TopKThread.TileItems;

    /// <summary>Queries per launch.</summary>
    public int Queries => Tiles * TopKThread.TileQueries;

    /// <summary>Bytes of lists and buffers for one tile of queries and one split.</summary>
    public static long LeastBytes(int k) => LeastUnits * UnitBytes(LengthFor(k));

    /// <summary>The plan.</summary>
    /// <param name="queryCount">Number of queries, at least 1.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="bytes">Maximum bytes for lists and buffers; <see cref="LeastBytes"/> is the minimum.</param>
    public static TopKPlan For(int queryCount, int k, long bytes)
    {
        var length = LengthFor(k);
        var units = Math.Max(LeastUnits, Math.Min(bytes, MaximumListBytes) / UnitBytes(length));
        var tiles = (int)Math.Clamp(units / UnitsOfTwoSearches, 1, TilesOf(queryCount, TopKThread.TileQueries));
        return new TopKPlan(length, tiles, units);
    }

    /// <summary>
    /// Splits of some items: more than one if there are fewer tiles of queries than the device can process at a time.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="queryCount">Number of queries, at most <see cref="Queries"/>.</param>
    /// <param name="itemCount">Number of items.</param>
    public (int Count, int Items) Splits(Accelerator accelerator, int queryCount, int itemCount)
    {
        var tiles = TilesOf(queryCount, TopKThread.TileQueries);
        var most = Math.Max(1, (Units - Tiles) / 2 / tiles);
        var wanted = TilesOf(GroupsPerMultiprocessor * accelerator.NumMultiprocessors, tiles);
        var splits = (int)Math.Min(most, Math.Clamp(wanted, 1, Math.Max(1, itemCount / MinimumSplitItems)));
        var items = Math.Max(1, TilesOf(TilesOf(itemCount, splits), TopKThread.TileItems)) * TopKThread.TileItems;
        return (Math.Max(1, TilesOf(itemCount, items)), items);
    }

    /// <summary>The most lists that <see cref="Splits"/> makes of some items, for all queries or for some.</summary>
    public long MostLists(Accelerator accelerator, int queryCount, int itemCount)
    {
        if (itemCount <= 0) return 0;
        var tiles = TilesOf(queryCount, TopKThread.TileQueries);
        var wanted = (GroupsPerMultiprocessor * accelerator.NumMultiprocessors) + tiles;
        var worth = (long)tiles * Math.Max(1, itemCount / MinimumSplitItems);
        return TopKThread.TileQueries * Math.Max(tiles, Math.Min((Units - Tiles) / 2, Math.Min(wanted, worth)));
    }

    private static long UnitBytes(int length) =>
        TopKThread.TileQueries * (((long)length * sizeof(ulong)) + (2 * sizeof(int)));

    private static int LengthFor(int k)
    {
        var length = TopKLists.MinimumLength;
        while (length < k) length *= 2;
        return length;
    }

    private static int TilesOf(int count, int size) => (count + size - 1) / size;
}

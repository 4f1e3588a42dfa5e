using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Launches the scoring of queries against all items.</summary>
public sealed class TopKLauncher : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<TopKArguments> _search;
    private readonly DeviceKernel<TopKArguments> _merge;
    private readonly ReusableBuffer<ulong> _lists;
    private readonly ReusableBuffer<TopKCandidate> _candidates;

    /// <param name="accelerator">Where to launch; kernels are compiled when first needed.</param>
    public TopKLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _lists = new ReusableBuffer<ulong>(accelerator);
        _candidates = new ReusableBuffer<TopKCandidate>(accelerator);
        _search = KernelCatalog.TopK.LoadOn(accelerator);
        _merge = KernelCatalog.TopKMerge.LoadOn(accelerator);
    }

    /// <summary>The least bytes of device memory that a search for lists of a length takes, beside the lists.</summary>
    public static long LeastBytes(int k) => TopKPlan.LeastBytes(k);

    /// <summary>The kernels.</summary>
    public IEnumerable<DeviceKernel> Kernels => [_search, _merge];

    /// <summary>Launches the search for the k best items of each query.</summary>
    /// <param name="arguments">The matrices, the seen items, the lists to write, <c>FirstQuery</c>, the counts, rank and k; the rest is set here.</param>
    public void Launch(TopKArguments arguments)
    {
        var queryCount = arguments.QueryCount;
        if (queryCount == 0) return;
        var bytes = DeviceMemory.Of(_accelerator).Left + _lists.Bytes + _candidates.Bytes;
        var plan = TopKPlan.For(_accelerator, queryCount, arguments.ItemCount, arguments.K, bytes);
        var firstRow = arguments.FirstQuery;
        (arguments.ListLength, arguments.SplitItems, arguments.SplitCount) = (plan.ListLength, plan.SplitItems, plan.SplitCount);
        var places = (long)plan.ListLength * plan.SplitCount * Math.Min(plan.Queries, queryCount);
        (arguments.Lists, arguments.Candidates) = (_lists.Take(places), _candidates.Take(places));
        for (var first = 0; first < queryCount; first += plan.Queries)
        {
            (arguments.FirstQuery, arguments.FirstList, arguments.QueryCount) = (firstRow + first, first, Math.Min(plan.Queries, queryCount - first));
            LaunchPart(arguments);
        }
    }

    /// <summary>Gives back the device memory that a search took; the next one takes it anew.</summary>
    public void Release()
    {
        _lists.Dispose();
        _candidates.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void LaunchPart(in TopKArguments arguments)
    {
        var tiles = (arguments.QueryCount + TopKPlace.TileQueries - 1) / TopKPlace.TileQueries;
        if (arguments.ItemCount == 0) arguments.Lists.MemSetToZero();
        else _search.Launch(_accelerator.DefaultStream, new KernelConfig(tiles * arguments.SplitCount, TopKPlace.GroupSize), arguments);
        var together = BitonicSort.KeyCount / arguments.ListLength;
        _merge.Launch(_accelerator.DefaultStream, new KernelConfig((arguments.QueryCount + together - 1) / together, BitonicSort.Threads), arguments);
    }
}

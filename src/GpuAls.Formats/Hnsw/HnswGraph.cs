namespace GpuAls.Formats;

/// <summary>How a graph is built.</summary>
/// <param name="M">Links that a node makes on each level; level 0 keeps twice as many.</param>
/// <param name="EfConstruction">Candidates among which they are chosen.</param>
internal sealed record HnswOptions(int M = 16, int EfConstruction = 200)
{
    /// <summary>The seed of the levels: the same factors give the same graph.</summary>
    public const long Seed = 100;

    /// <summary>The most links that a node keeps on a level.</summary>
    public int MaximumLinks(int level) => level == 0 ? 2 * M : M;

    /// <summary>The mean height of nodes, 1/ln M.</summary>
    public double LevelScale => 1 / Math.Log(M);
}

/// <summary>
/// A hierarchical navigable small world graph (Malkov and Yashunin, 2018) over vectors that are compared by inner
/// product. Each node is on level 0 and, ever more rarely, on the levels above; on each it has links to nodes that are
/// near it, but not near each other.
/// </summary>
internal sealed class HnswGraph
{
    private readonly HnswOptions _options;

    /// <summary>[nodes, 1 + links of level 0], the number of links before them.</summary>
    private readonly int[] _ground;

    /// <summary>[nodes][level - 1, 1 + links], the same for the levels above; null without any.</summary>
    private readonly int[]?[] _upper;

    /// <param name="options">How it is built.</param>
    /// <param name="levels">[nodes], the highest level of each.</param>
    public HnswGraph(HnswOptions options, int[] levels)
    {
        (_options, Levels) = (options, levels);
        _ground = new int[(long)levels.Length * (options.MaximumLinks(0) + 1)];
        _upper = Array.ConvertAll(levels, level => level == 0 ? null : new int[level * (options.M + 1)]);
    }

    /// <summary>[nodes], the highest level of each.</summary>
    public IReadOnlyList<int> Levels { get; }

    /// <summary>Where searches begin: a node of the highest level.</summary>
    public int Entry { get; set; }

    /// <summary>The links of a node on a level.</summary>
    public ReadOnlySpan<int> Links(int node, int level)
    {
        var slot = Slot(node, level);
        return slot.Slice(1, slot[0]);
    }

    /// <summary>Replaces the links of a node on a level.</summary>
    public void SetLinks(int node, int level, ReadOnlySpan<int> links)
    {
        var slot = Slot(node, level);
        slot[0] = links.Length;
        links.CopyTo(slot[1..]);
        slot[(1 + links.Length)..].Clear();
    }

    private Span<int> Slot(int node, int level)
    {
        var length = _options.MaximumLinks(level) + 1;
        return level == 0
            ? _ground.AsSpan(node * length, length)
            : _upper[node].AsSpan((level - 1) * length, length);
    }
}

using System.Collections.Concurrent;

namespace GpuAls.Formats;

/// <summary>
/// Builds a graph batch by batch: the nodes of a batch look for neighbours in what was there before, and among those
/// that come before them in the batch. So a batch is built on all cores, and the graph does not depend on their number.
/// </summary>
internal sealed class HnswBuilder
{
    private const int MaximumBatch = 256;

    /// <summary>A batch is at most this share of what is there, so that few nodes miss their neighbours.</summary>
    private const int GrowthShare = 8;

    private readonly HnswVectors _vectors;
    private readonly HnswOptions _options;
    private readonly HnswGraph _graph;
    private readonly ConcurrentBag<HnswSearch> _searches = [];
    private int _top;

    private HnswBuilder(HnswVectors vectors, HnswOptions options)
    {
        (_vectors, _options) = (vectors, options);
        _graph = new HnswGraph(options, [.. Enumerable.Range(0, vectors.Count).Select(Level)]);
        _top = _graph.Levels[0];
    }

    /// <summary>Builds the graph of some vectors, at least one.</summary>
    public static HnswGraph Build(HnswVectors vectors, HnswOptions options, CancellationToken cancellation)
    {
        var builder = new HnswBuilder(vectors, options);
        for (var first = 1; first < vectors.Count;)
        {
            var count = Math.Min(Math.Clamp(first / GrowthShare, 1, MaximumBatch), vectors.Count - first);
            builder.Add(first, count, cancellation);
            first += count;
        }

        return builder._graph;
    }

    private int Level(int node)
    {
        var random = SeededRandom.Of(HnswOptions.Seed, (ulong)node);
        return (int)(-Math.Log(1 - random.NextDouble()) * _options.LevelScale);
    }

    private void Add(int first, int count, CancellationToken cancellation)
    {
        var chosen = new int[count][][];
        Parallel.For(
            0, count, new ParallelOptions { CancellationToken = cancellation },
            () => _searches.TryTake(out var search) ? search : new HnswSearch(_vectors, _graph),
            (at, _, search) =>
            {
                chosen[at] = Choose(first, first + at, search);
                return search;
            },
            _searches.Add);
        for (var at = 0; at < count; at++)
            for (var level = 0; level < chosen[at].Length; level++)
                _graph.SetLinks(first + at, level, chosen[at][level]);
        LinkBack(first, chosen, cancellation);
        for (var node = first; node < first + count; node++)
            if (_graph.Levels[node] > _top) (_top, _graph.Entry) = (_graph.Levels[node], node);
    }

    /// <summary>[levels of the node][links], the neighbours that a node chooses.</summary>
    private int[][] Choose(int firstOfBatch, int node, HnswSearch search)
    {
        var query = _vectors.Of(node);
        var levels = _graph.Levels;
        var chosen = new int[levels[node] + 1][];
        var entry = _graph.Entry;
        for (var level = _top; level > levels[node]; level--) entry = search.Best(query, entry, level);
        for (var level = levels[node]; level >= 0; level--)
        {
            var candidates = level > _top ? [] : search.Near(query, entry, _options.EfConstruction, level);
            if (candidates.Count > 0) entry = candidates[0].Node;
            for (var other = firstOfBatch; other < node; other++)
                if (levels[other] >= level) candidates.Add(new Neighbour(other, _vectors.Score(other, query)));
            chosen[level] = Diverse(candidates, _options.M);
        }

        return chosen;
    }

    /// <summary>Whom a node has chosen links to it, as long as it has room or the node is among its best.</summary>
    private void LinkBack(int first, int[][][] chosen, CancellationToken cancellation)
    {
        var links = new List<(int Target, int Level, int Source)>();
        for (var at = 0; at < chosen.Length; at++)
            for (var level = 0; level < chosen[at].Length; level++)
                foreach (var target in chosen[at][level]) links.Add((target, level, first + at));
        var groups = links.GroupBy(link => (link.Target, link.Level)).ToArray();
        Parallel.ForEach(groups, new ParallelOptions { CancellationToken = cancellation }, group =>
        {
            var ((target, level), limit) = (group.Key, _options.MaximumLinks(group.Key.Level));
            foreach (var (_, _, source) in group)
            {
                int[] all = [.. _graph.Links(target, level), source];
                if (all.Length > limit)
                {
                    var query = _vectors.Of(target);
                    var candidates = new List<Neighbour>(all.Length);
                    foreach (var node in all) candidates.Add(new Neighbour(node, _vectors.Score(node, query)));
                    all = Diverse(candidates, limit);
                }

                _graph.SetLinks(target, level, all);
            }
        });
    }

    /// <summary>
    /// The best candidates, without those that are nearer to a better one than to the node: a path leads to them.
    /// </summary>
    private int[] Diverse(List<Neighbour> candidates, int count)
    {
        candidates.Sort();
        if (candidates.Count <= count) return [.. candidates.Select(candidate => candidate.Node)];
        var kept = new List<int>(count);
        foreach (var candidate in candidates)
        {
            if (kept.Count == count) break;
            if (!HasNearer(candidate)) kept.Add(candidate.Node);
        }

        return [.. kept];

        bool HasNearer(Neighbour candidate)
        {
            var vector = _vectors.Of(candidate.Node);
            foreach (var other in kept)
                if (_vectors.Score(other, vector) > candidate.Score) return true;
            return false;
        }
    }
}

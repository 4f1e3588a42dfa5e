using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls.Formats;

/// <summary>
/// A node and its inner product with a vector; the best come first. Of equal ones the later comes first: so they form a
/// chain, rather than all linking to the first few, from which nothing would lead back.
/// </summary>
internal readonly record struct Neighbour(int Node, float Score) : IComparable<Neighbour>
{
    /// <inheritdoc/>
    public int CompareTo(Neighbour other) =>
        other.Score.CompareTo(Score) is var byScore and not 0 ? byScore : other.Node.CompareTo(Node);
}

/// <summary>The vectors of a graph.</summary>
/// <param name="vectors">[nodes, length].</param>
internal sealed class HnswVectors(FactorMatrix vectors)
{
    /// <summary>Number of vectors.</summary>
    public int Count => vectors.RowCount;

    /// <summary>Length of a vector.</summary>
    public int Length => vectors.Rank;

    /// <summary>A vector.</summary>
    public ReadOnlySpan<float> Of(int node) => vectors[node];

    /// <summary>The inner product of a vector with another.</summary>
    public float Score(int node, ReadOnlySpan<float> other)
    {
        var vector = Of(node);
        var left = MemoryMarshal.Cast<float, Vector<float>>(vector);
        var right = MemoryMarshal.Cast<float, Vector<float>>(other);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < left.Length; i++) sums += left[i] * right[i];
        var sum = Vector.Sum(sums);
        for (var i = left.Length * Vector<float>.Count; i < vector.Length; i++) sum += vector[i] * other[i];
        return sum;
    }
}

/// <summary>Searches a graph; for one thread.</summary>
internal sealed class HnswSearch(HnswVectors vectors, HnswGraph graph)
{
    private readonly int[] _visitedIn = new int[vectors.Count];
    private readonly PriorityQueue<int, float> _open = new();
    private readonly PriorityQueue<int, float> _found = new();
    private int _round;

    /// <summary>The best node of a level that a greedy walk reaches.</summary>
    public int Best(ReadOnlySpan<float> query, int entry, int level)
    {
        var (best, score) = (entry, vectors.Score(entry, query));
        for (var isBetter = true; isBetter;)
        {
            isBetter = false;
            foreach (var node in graph.Links(best, level))
            {
                if (vectors.Score(node, query) is var other && other <= score) continue;
                (best, score, isBetter) = (node, other, true);
            }
        }

        return best;
    }

    /// <summary>The best nodes of a level that a walk reaches which keeps some, best first.</summary>
    public List<Neighbour> Near(ReadOnlySpan<float> query, int entry, int keep, int level)
    {
        _round++;
        _open.Clear();
        Visit(query, entry, keep);
        while (_open.TryDequeue(out var node, out var negated))
        {
            _found.TryPeek(out _, out var worst);
            if (_found.Count == keep && -negated < worst) break;
            foreach (var next in graph.Links(node, level))
                if (_visitedIn[next] != _round) Visit(query, next, keep);
        }

        var found = new List<Neighbour>(_found.Count);
        while (_found.TryDequeue(out var node, out var score)) found.Add(new Neighbour(node, score));
        found.Sort();
        return found;
    }

    private void Visit(ReadOnlySpan<float> query, int node, int keep)
    {
        _visitedIn[node] = _round;
        var score = vectors.Score(node, query);
        if (_found.Count == keep && _found.TryPeek(out _, out var worst) && score <= worst) return;
        _open.Enqueue(node, -score);
        if (_found.Count == keep) _found.DequeueEnqueue(node, score);
        else _found.Enqueue(node, score);
    }
}

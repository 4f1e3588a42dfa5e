using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// What may still come into the lists of some queries: items above the query's threshold are appended, and when its buffer is full the
/// k best stay and the worst of them becomes the threshold. Items come by rising index, so an equal score never displaces a kept one.
/// </summary>
internal sealed unsafe class Candidates : IDisposable
{
    private const int Block = PackedItems.BlockItems;

    /// <summary>Fewer between two selections cost more of them than the better threshold spares.</summary>
    private const int LeastSlack = 16;

    private readonly int _k;
    private readonly int _capacity;
    private readonly ulong[] _keys;
    private readonly int[] _counts;
    private readonly BestKeys _best;
    private readonly NativeFloats _thresholds;

    /// <param name="queries">Queries at a time.</param>
    /// <param name="k">Length of a list.</param>
    public Candidates(int queries, int k)
    {
        _k = k;
        _capacity = k + Math.Max(k, LeastSlack) + Block;
        _keys = new ulong[queries * _capacity];
        _counts = new int[queries];
        _best = new BestKeys(_capacity);
        _thresholds = new NativeFloats(queries);
    }

    /// <summary>[queries], what a score must exceed.</summary>
    public float* Thresholds => _thresholds.Pointer;

    /// <summary>Forgets everything, for other queries.</summary>
    public void Clear()
    {
        new Span<float>(_thresholds.Pointer, _counts.Length).Fill(float.NegativeInfinity);
        _counts.AsSpan().Clear();
    }

    /// <summary>Appends a query's hits of a block.</summary>
    /// <param name="query">Whose.</param>
    /// <param name="hits">A bit for each item of the block that is above the threshold.</param>
    /// <param name="scores">[32], of the block.</param>
    /// <param name="firstItem">Index of the block's first item.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int query, uint hits, float* scores, int firstItem)
    {
        var count = _counts[query];
        var keys = _keys.AsSpan(query * _capacity, _capacity);
        for (; hits != 0; hits &= hits - 1)
        {
            var item = BitOperations.TrailingZeroCount(hits);
            keys[count++] = ScoreKey.Of(scores[item], firstItem + item);
        }

        _counts[query] = count;
        if (count > _capacity - Block) Tighten(query);
    }

    /// <summary>The best of a query, k at most, best first.</summary>
    public ReadOnlySpan<ulong> Best(int query)
    {
        if (_counts[query] > _k) Tighten(query);
        var best = _keys.AsSpan(query * _capacity, _counts[query]);
        _best.Sort(best);
        return best;
    }

    public void Dispose() => _thresholds.Dispose();

    private void Tighten(int query)
    {
        var keys = _keys.AsSpan(query * _capacity, _counts[query]);
        _best.Select(keys, _k);
        _counts[query] = _k;
        _thresholds.Pointer[query] = ScoreKey.Score(keys[_k - 1]);
    }
}

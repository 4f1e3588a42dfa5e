using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// Candidates for the lists of several queries. Items above a query's threshold are appended; when its buffer is full,
/// the k best are kept and the worst of them becomes the threshold. Items arrive by ascending index, so an equal score
/// never displaces a kept one.
/// </summary>
internal sealed unsafe class Candidates : IDisposable
{
    private const int Block = PackedItems.BlockItems;

    /// <summary>With fewer free elements, the extra selections cost more than the tighter threshold saves.</summary>
    private const int LeastSlack = 16;

    private readonly int _k;
    private readonly int _capacity;
    private readonly ulong[] _keys;
    private readonly int[] _counts;
    private readonly BestKeys _best;
    private readonly NativeFloats _thresholds;

    /// <param name="queries">Maximum queries at a time.</param>
    /// <param name="k">List length.</param>
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

    /// <summary>Discards everything, to start over with other queries.</summary>
    public void Clear()
    {
        new Span<float>(_thresholds.Pointer, _counts.Length).Fill(float.NegativeInfinity);
        _counts.AsSpan().Clear();
    }

    /// <summary>Appends a query's hits in a block.</summary>
    /// <param name="query">The query.</param>
    /// <param name="hits">One bit per item of the block, set if it is above the threshold.</param>
    /// <param name="scores">[32], the scores of the block.</param>
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

    /// <summary>The best items of a query, at most k, best first.</summary>
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

/// <summary>
/// An item and its score as a single number; smaller is better. The upper half is the score, in descending order of
/// floats; the lower half is the item, so that the lower index wins among equal scores. Scores must not be NaN.
/// </summary>
internal static class ScoreKey
{
    private const uint SignBit = 1u << 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float score, int item)
    {
        // -0 and 0 are equal scores.
        return ((ulong)Reverse(BitConverter.SingleToUInt32Bits(score + 0f)) << 32) | (uint)item;
    }

    public static float Score(ulong key) => BitConverter.UInt32BitsToSingle(Reverse((uint)(key >> 32)));

    public static int Item(ulong key) => (int)(uint)key;

    /// <summary>
    /// Inverts all bits but the sign of positive numbers, so that the bits of all numbers are in descending order. It
    /// is its own inverse.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reverse(uint bits) => bits ^ (((uint)~((int)bits >> 31)) & ~SignBit);
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// Candidates for the lists of several queries. Keys better than a query's limit are appended; when its buffer is full,
/// the k best are kept and the worst of them becomes the limit.
/// </summary>
/// <param name="queries">Maximum queries at a time.</param>
/// <param name="k">List length.</param>
internal sealed unsafe class Candidates(int queries, int k)
{
    private const int Block = PackedItems.BlockItems;

    /// <summary>With fewer free elements, the extra selections cost more than the tighter limit saves.</summary>
    private const int LeastSlack = 16;

    private readonly int _capacity = Capacity(k);
    private readonly ulong[] _keys = new ulong[queries * Capacity(k)];
    private readonly int[] _counts = new int[queries];
    private readonly ulong[] _limits = new ulong[queries];
    private readonly BestKeys _best = new(Capacity(k));

    /// <summary>Keys in the buffer of a query.</summary>
    public static int Capacity(int k) => k + Math.Max(k, LeastSlack) + Block;

    /// <summary>Discards everything, to start over with other queries.</summary>
    /// <param name="limits">What the keys of each query must be better than.</param>
    public void Start(ReadOnlySpan<ulong> limits)
    {
        limits.CopyTo(_limits);
        _counts.AsSpan(0, limits.Length).Clear();
    }

    /// <summary>What a score must exceed, at least, to be better than the limit.</summary>
    public float Threshold(int query) => ScoreKey.Threshold(_limits[query]);

    /// <summary>The lowest score in the list as it is now; negative infinity if it is not full.</summary>
    public float LeastScore(int query) =>
        _limits[query] == ScoreKey.None ? float.NegativeInfinity : ScoreKey.Score(_limits[query]);

    /// <summary>Appends a query's hits in a block.</summary>
    /// <param name="query">The query.</param>
    /// <param name="hits">One bit per item of the block, set if it is above the threshold.</param>
    /// <param name="scores">[32], the scores of the block.</param>
    /// <param name="items">The items of the block.</param>
    /// <returns>Whether the limit has changed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(int query, uint hits, float* scores, ReadOnlySpan<int> items)
    {
        var (count, limit) = (_counts[query], _limits[query]);
        var keys = _keys.AsSpan(query * _capacity, _capacity);
        for (; hits != 0; hits &= hits - 1)
        {
            var item = BitOperations.TrailingZeroCount(hits);
            var key = ScoreKey.Of(scores[item], items[item]);
            keys[count] = key;
            count += key < limit ? 1 : 0; // an equal score of a later item is not better
        }

        _counts[query] = count;
        if (count <= _capacity - Block) return false;
        Tighten(query);
        return true;
    }

    /// <summary>The best items of a query, at most k, best first.</summary>
    public ReadOnlySpan<ulong> Best(int query)
    {
        if (_counts[query] > k) Tighten(query);
        var best = _keys.AsSpan(query * _capacity, _counts[query]);
        _best.Sort(best);
        return best;
    }

    private void Tighten(int query)
    {
        var keys = _keys.AsSpan(query * _capacity, _counts[query]);
        _best.Select(keys, k);
        _counts[query] = k;
        _limits[query] = keys[k - 1];
    }
}

/// <summary>
/// An item and its score as a single number; smaller is better. The upper half is the score, in descending order of
/// floats; the lower half is the item, so that the lower index wins among equal scores. Scores must not be NaN.
/// </summary>
internal static class ScoreKey
{
    /// <summary>Worse than any key.</summary>
    public const ulong None = ulong.MaxValue;

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
    /// What a score must exceed to be as good as that of a key. An item of a lower index is better with an equal score.
    /// </summary>
    public static float Threshold(ulong limit) =>
        limit == None ? float.NegativeInfinity : MathF.BitDecrement(Score(limit));

    /// <summary>
    /// Inverts all bits but the sign of positive numbers, so that the bits of all numbers are in descending order. It
    /// is its own inverse.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reverse(uint bits) => bits ^ (((uint)~((int)bits >> 31)) & ~SignBit);
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// A candidate as a single number: a higher key means a higher score or, for equal scores, a lower item index. The
/// order is total, so the k highest keys do not depend on the order in which candidates arrive.
/// </summary>
internal static class TopKKey
{
    /// <summary>No candidate; lower than any key.</summary>
    public const ulong None = 0;

    /// <summary>The highest key of a score of negative infinity, which no list holds.</summary>
    public const ulong Lowest = ((ulong)~(Sign | Infinity) << 32) | uint.MaxValue;

    private const uint Sign = 1u << 31;
    private const uint Infinity = 0x7F800000;

    /// <summary>
    /// The key of a candidate, or <see cref="None"/> if its score is NaN. NaN is tested by its bits: in the OpenCL that
    /// ILGPU emits, NaN compares as greater.
    /// </summary>
    public static ulong Of(TopKCandidate candidate)
    {
        var bits = Interop.FloatAsInt(candidate.Score);

        // -0 equals 0.
        if (bits == Sign) bits = 0;

        // The bits of negative scores are in descending order.
        var order = (bits & Sign) != 0 ? ~bits : bits | Sign;
        return (bits & ~Sign) > Infinity ? None : ((ulong)order << 32) | ~(uint)candidate.Item;
    }

    /// <summary>The score of a key; negative infinity for <see cref="None"/>.</summary>
    public static float Score(ulong key)
    {
        var order = (uint)(key >> 32);
        var score = Interop.IntAsFloat((order & Sign) != 0 ? order & ~Sign : ~order);
        return key == None ? float.NegativeInfinity : score;
    }

    /// <summary>The item of a key; -1 for <see cref="None"/>.</summary>
    public static int Item(ulong key) => key == None ? -1 : (int)~(uint)key;
}

/// <summary>An item that may enter a list.</summary>
/// <param name="score">Its score.</param>
/// <param name="item">The item.</param>
public readonly struct TopKCandidate(float score, int item)
{
    /// <summary>Its score.</summary>
    public readonly float Score = score;

    /// <summary>The item.</summary>
    public readonly int Item = item;
}

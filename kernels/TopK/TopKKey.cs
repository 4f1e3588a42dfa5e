using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// A candidate as one number: a higher key is a higher score or, at equal scores, a lower item. The order is total, so the k
/// highest keys are the same whatever the order in which candidates came.
/// </summary>
internal static class TopKKey
{
    /// <summary>Below every candidate.</summary>
    public const ulong None = 0;

    private const uint Sign = 1u << 31;
    private const uint Infinity = 0x7F800000;

    /// <summary>The key of a candidate; none where its score is not a number, by its bits: OpenCL C that ILGPU writes takes NaN as greater.</summary>
    public static ulong Of(TopKCandidate candidate)
    {
        var bits = Interop.FloatAsInt(candidate.Score);

        // -0 equals 0.
        if (bits == Sign) bits = 0;

        // Negative scores have falling bits.
        var order = (bits & Sign) != 0 ? ~bits : bits | Sign;
        return (bits & ~Sign) > Infinity ? None : ((ulong)order << 32) | ~(uint)candidate.Item;
    }

    /// <summary>The score of a key; negative infinity where there is none.</summary>
    public static float Score(ulong key)
    {
        var order = (uint)(key >> 32);
        var score = Interop.IntAsFloat((order & Sign) != 0 ? order & ~Sign : ~order);
        return key == None ? float.NegativeInfinity : score;
    }

    /// <summary>The item of a key; -1 where there is none.</summary>
    public static int Item(ulong key) => key == None ? -1 : (int)~(uint)key;
}

/// <summary>An item that may belong in a list.</summary>
/// <param name="score">Its score.</param>
/// <param name="item">The item.</param>
public readonly struct TopKCandidate(float score, int item)
{
    /// <summary>Its score.</summary>
    public readonly float Score = score;

    /// <summary>The item.</summary>
    public readonly int Item = item;
}

using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// An item and its score as one number: the smaller is the better. The score is above, in the falling order of floats; the item is below,
/// so that of equal scores the lower index wins. No score is NaN.
/// </summary>
internal static class ScoreKey
{
    private const uint SignBit = 1u << 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float score, int item)
    {
        // -0 and 0 are equal scores.
        return ((ulong)Turn(BitConverter.SingleToUInt32Bits(score + 0f)) << 32) | (uint)item;
    }

    public static float Score(ulong key) => BitConverter.UInt32BitsToSingle(Turn((uint)(key >> 32)));

    public static int Item(ulong key) => (int)(uint)key;

    /// <summary>Of numbers above 0 all bits but the sign are inverted, of those below none: both fall then. Twice is as before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Turn(uint bits) => bits ^ (((uint)~((int)bits >> 31)) & ~SignBit);
}

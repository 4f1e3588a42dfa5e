using System.Runtime.CompilerServices;

namespace GpuAls.Engines.Host;

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
        // -0 and 0 are equal scores. Of numbers above 0 all bits but the sign are inverted, of those below none: both fall then.
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return ((ulong)(bits ^ (((uint)~((int)bits >> 31)) & ~SignBit)) << 32) | (uint)item;
    }

    public static float Score(ulong key)
    {
        var bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(bits ^ (((uint)~((int)bits >> 31)) & ~SignBit));
    }

    public static int Item(ulong key) => (int)(uint)key;
}

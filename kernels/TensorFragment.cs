using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sixteen factors of eight plays as a warp holds them, rounded to tf32 and multiplied with √gram: lane 4·g + q has factors 2·g and 2·g + 1 of
/// plays q and q + 4. The operands of mma.m16n8k8 with 16 rows and with 8 columns are then the same registers.
/// </summary>
internal struct TensorFragment
{
    /// <summary>Factors 2·g and 2·g + 1 of play q.</summary>
    public uint Even, Odd;

    /// <summary>The same of play q + 4.</summary>
    public uint LaterEven, LaterOdd;

    /// <param name="first">Two factors of play q.</param>
    /// <param name="later">Two factors of play q + 4.</param>
    /// <param name="plays">Their scales.</param>
    public static TensorFragment Of(Float2 first, Float2 later, in TensorPlays plays) => new()
    {
        Even = Rounded(first.X, plays.Scale, plays.Split),
        Odd = Rounded(first.Y, plays.Scale, plays.Split),
        LaterEven = Rounded(later.X, plays.LaterScale, plays.LaterSplit),
        LaterOdd = Rounded(later.Y, plays.LaterScale, plays.LaterSplit),
    };

    /// <summary>y·scale to the 11 bits of a tf32 number by Veltkamp's splitting (Dekker, 1971), which keeps NaN as it is.</summary>
    private static uint Rounded(float y, float scale, float split)
    {
        var large = y * split;
        return Interop.FloatAsInt(large + ((y * scale) - large)); // as bits: mma takes no floats
    }
}

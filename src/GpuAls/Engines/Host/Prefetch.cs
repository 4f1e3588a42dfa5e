using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>Asks for memory that will soon be read; does nothing where the processor cannot be asked.</summary>
internal static unsafe class Prefetch
{
    private const int LineFloats = 16;

    /// <summary>Asks for the y of a play.</summary>
    /// <param name="y">All of them.</param>
    /// <param name="entries">A row of plays.</param>
    /// <param name="play">Counted from the first of the row; may be one of the rows behind it, or behind the last.</param>
    /// <param name="length">Floats that will be read.</param>
    public static void RowOfPlay(HostFactors y, RowEntries entries, int play, int length)
    {
        if (!Sse.IsSupported || play >= entries.IndicesOnward.Length) return;
        var row = y.Row(entries.IndicesOnward[play]);
        for (var i = 0; i < length; i += LineFloats) Sse.Prefetch0(row + i);
    }
}

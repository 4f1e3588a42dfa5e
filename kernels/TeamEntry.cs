using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What is known of a play before its row of y is gathered.</summary>
/// <param name="known">As shared memory has it.</param>
internal readonly struct TeamEntry(Float4 known)
{
    /// <summary>The row of y.</summary>
    public readonly int Column = (int)Interop.FloatAsInt(known.X);

    /// <summary>What its row of y is multiplied with.</summary>
    public readonly float Scale = known.Y;

    /// <summary>The weight of the scaled row on the right side.</summary>
    public readonly float Right = known.W;
}

namespace GpuAls.Kernels;

/// <summary>Two factors, loaded and stored as one 8-byte access.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
internal readonly struct Float2(float x, float y)
{
    /// <summary>First.</summary>
    public readonly float X = x;

    /// <summary>Second.</summary>
    public readonly float Y = y;
}

namespace GpuAls.Kernels;

/// <summary>Four factors, loaded and stored as one 16-byte access.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public readonly struct Float4(float x, float y, float z, float w)
{
    /// <summary>Floats in it.</summary>
    public const int Width = 4;

    /// <summary>Bytes of it.</summary>
    public const int Bytes = Width * sizeof(float);

    /// <summary>First.</summary>
    public readonly float X = x;

    /// <summary>Second.</summary>
    public readonly float Y = y;

    /// <summary>Third.</summary>
    public readonly float Z = z;

    /// <summary>Fourth.</summary>
    public readonly float W = w;

    /// <summary>Float4s that hold a row of some factors, padded with zeros to a multiple of eight: whole tiles of every kernel.</summary>
    public static int CountFor(int factors) => (factors + 7) / 8 * 2;

    /// <summary>Float4s that hold some floats.</summary>
    internal static int Holding(int floats) => (floats + Width - 1) / Width;

    internal static Float4 Zero => new(0, 0, 0, 0);
}

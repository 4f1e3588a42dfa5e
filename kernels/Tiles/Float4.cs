using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Four factors, loaded and stored as a single 16-byte access.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public readonly struct Float4(float x, float y, float z, float w)
{
    /// <summary>Number of floats.</summary>
    public const int Width = 4;

    /// <summary>Size in bytes.</summary>
    public const int Bytes = Width * sizeof(float);

    /// <summary>First.</summary>
    public readonly float X = x;

    /// <summary>Second.</summary>
    public readonly float Y = y;

    /// <summary>Third.</summary>
    public readonly float Z = z;

    /// <summary>Fourth.</summary>
    public readonly float W = w;

    /// <summary>
    /// The number of Float4s in a row of factors, which is padded with zeros to a multiple of eight so that it splits
    /// into whole tiles.
    /// </summary>
    public static int CountFor(int factors) => (factors + 7) / 8 * 2;

    /// <summary>The number of Float4s needed to hold this many floats.</summary>
    internal static int Holding(int floats) => (floats + Width - 1) / Width;

    internal static Float4 Zero => new(0, 0, 0, 0);
}

/// <summary>
/// Arithmetic on Float4s, passed by value: calling an instance method on an element of a view would load it float by
/// float.
/// </summary>
internal static class Float4Math
{
    public static Float4 Scaled(this Float4 a, float factor) =>
        new(a.X * factor, a.Y * factor, a.Z * factor, a.W * factor);

    public static Float4 Plus(this Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <summary>Element by element.</summary>
    public static Float4 Times(this Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    public static float Dot(this Float4 a, Float4 b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z) + (a.W * b.W);

    /// <summary>|x| + |y| + |z| + |w|.</summary>
    public static float Size(this Float4 a) => MathF.Abs(a.X) + MathF.Abs(a.Y) + MathF.Abs(a.Z) + MathF.Abs(a.W);

    public static bool IsFinite(this Float4 a) => Finite.Is(a.X) && Finite.Is(a.Y) && Finite.Is(a.Z) && Finite.Is(a.W);
}

/// <summary>
/// Eight consecutive Float4s, loaded from one address: indexing the view eight times would compute eight addresses.
/// </summary>
internal struct Float4x8
{
    public Float4 V0, V1, V2, V3, V4, V5, V6, V7;

    /// <summary>The first four.</summary>
    public readonly Tile4 Upper => new() { R0 = V0, R1 = V1, R2 = V2, R3 = V3 };

    /// <summary>The last four.</summary>
    public readonly Tile4 Lower => new() { R0 = V4, R1 = V5, R2 = V6, R3 = V7 };

    /// <summary>
    /// Loads eight Float4s starting at an index. Casting the view instead would round the index down to a multiple of
    /// eight on ILGPU's emulator.
    /// </summary>
    public static Float4x8 At(ArrayView<Float4> memory, int index) => Unsafe.As<Float4, Float4x8>(ref memory[index]);
}

/// <summary>Four indices, loaded and stored as a single 16-byte access.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public readonly struct Int4(int x, int y, int z, int w)
{
    /// <summary>First.</summary>
    public readonly int X = x;

    /// <summary>Second.</summary>
    public readonly int Y = y;

    /// <summary>Third.</summary>
    public readonly int Z = z;

    /// <summary>Fourth.</summary>
    public readonly int W = w;
}

/// <summary>Two factors, loaded and stored as a single 8-byte access.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
internal readonly struct Float2(float x, float y)
{
    /// <summary>First.</summary>
    public readonly float X = x;

    /// <summary>Second.</summary>
    public readonly float Y = y;
}

/// <summary>Four sums in fp64.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public readonly struct Double4(double x, double y, double z, double w)
{
    /// <summary>First.</summary>
    public readonly double X = x;

    /// <summary>Second.</summary>
    public readonly double Y = y;

    /// <summary>Third.</summary>
    public readonly double Z = z;

    /// <summary>Fourth.</summary>
    public readonly double W = w;
}

/// <summary>Tests for finite numbers that work on every device: a comparison with NaN is always false.</summary>
internal static class Finite
{
    public static bool Is(float value) => MathF.Abs(value) <= float.MaxValue;

    public static bool IsPositive(float value) => value > 0 && value <= float.MaxValue;
}

namespace GpuAls.Kernels;

/// <summary>
/// Arithmetic on Float4s, taken by value: a method of the struct, called on an element of a view, would load it float by float.
/// </summary>
internal static class Float4Math
{
    public static Float4 Scaled(this Float4 a, float factor) => new(a.X * factor, a.Y * factor, a.Z * factor, a.W * factor);

    public static Float4 Plus(this Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    public static float Dot(this Float4 a, Float4 b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z) + (a.W * b.W);

    /// <summary>|x| + |y| + |z| + |w|.</summary>
    public static float Size(this Float4 a) => MathF.Abs(a.X) + MathF.Abs(a.Y) + MathF.Abs(a.Z) + MathF.Abs(a.W);

    public static bool IsFinite(this Float4 a) => Finite.Is(a.X) && Finite.Is(a.Y) && Finite.Is(a.Z) && Finite.Is(a.W);
}

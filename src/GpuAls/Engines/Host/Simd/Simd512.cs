using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>Vectors of 16 floats.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => 16;

    public static bool HasManyRegisters => true;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(Vector512<float> vector, float* target) => vector.Store(target);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    public static Vector512<float> MultiplySubtract(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(-a, b, c);

    public static Vector512<float> ReciprocalRoot(Vector512<float> vector) =>
        Vector512<float>.One / Vector512.Sqrt(vector);

    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.Max(a, b);

    /// <summary>Squares of 4 × 4 in the 128-bit parts of four rows, then the parts of four such groups.</summary>
    public static void Transpose(float* source, nint sourceStep, float* target, nint targetStep)
    {
        Squares(source, sourceStep, out var a0, out var a1, out var a2, out var a3);
        Squares(source + (4 * sourceStep), sourceStep, out var b0, out var b1, out var b2, out var b3);
        Squares(source + (8 * sourceStep), sourceStep, out var c0, out var c1, out var c2, out var c3);
        Squares(source + (12 * sourceStep), sourceStep, out var d0, out var d1, out var d2, out var d3);
        StoreParts(a0, b0, c0, d0, target, targetStep);
        StoreParts(a1, b1, c1, d1, target + targetStep, targetStep);
        StoreParts(a2, b2, c2, d2, target + (2 * targetStep), targetStep);
        StoreParts(a3, b3, c3, d3, target + (3 * targetStep), targetStep);
    }

    public static float Sum(Vector512<float> vector) => Vector512.Sum(vector);

    public static uint GreaterBits(Vector512<float> a, Vector512<float> b) =>
        (uint)Vector512.GreaterThan(a, b).ExtractMostSignificantBits();

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Abs(Vector512<float> vector) => Vector512.Abs(vector);

    public static Vector512<float> WherePositive(Vector512<float> condition, Vector512<float> vector) =>
        Vector512.GreaterThan(condition, Vector512<float>.Zero) & vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        Vector512<float> e, Vector512<float> f, Vector512<float> g, Vector512<float> h, float* target)
    {
        Simd256.StoreSums(
            Halves(a), Halves(b), Halves(c), Halves(d), Halves(e), Halves(f), Halves(g), Halves(h), target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Squares(
        float* source, nint step, out Vector512<float> r0, out Vector512<float> r1, out Vector512<float> r2,
        out Vector512<float> r3)
    {
        var (s0, s1) = (Load(source), Load(source + step));
        var (s2, s3) = (Load(source + (2 * step)), Load(source + (3 * step)));
        var (low01, low23) = (Avx512F.UnpackLow(s0, s1).AsDouble(), Avx512F.UnpackLow(s2, s3).AsDouble());
        var (high01, high23) = (Avx512F.UnpackHigh(s0, s1).AsDouble(), Avx512F.UnpackHigh(s2, s3).AsDouble());
        r0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        r1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        r3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Part p of a, b, c and d goes to target + 4p·step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreParts(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint step)
    {
        var (low01, low23) = (Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(c, d, 0x44));
        var (high01, high23) = (Avx512F.Shuffle4x128(a, b, 0xEE), Avx512F.Shuffle4x128(c, d, 0xEE));
        Store(Avx512F.Shuffle4x128(low01, low23, 0x88), target);
        Store(Avx512F.Shuffle4x128(low01, low23, 0xDD), target + (4 * step));
        Store(Avx512F.Shuffle4x128(high01, high23, 0x88), target + (8 * step));
        Store(Avx512F.Shuffle4x128(high01, high23, 0xDD), target + (12 * step));
    }

    private static Vector256<float> Halves(Vector512<float> vector) => vector.GetLower() + vector.GetUpper();
}

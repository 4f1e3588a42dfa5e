using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>Vectors of 8 floats.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => 8;

    public static bool HasManyRegisters => false;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(Vector256<float> vector, float* target) => vector.Store(target);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    public static Vector256<float> MultiplySubtract(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(-a, b, c);

    public static Vector256<float> ReciprocalRoot(Vector256<float> vector) =>
        Vector256<float>.One / Vector256.Sqrt(vector);

    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);

    /// <summary>Squares of 4 × 4 in the halves of four rows, then the halves of two such groups.</summary>
    public static void Transpose(float* source, nint sourceStep, float* target, nint targetStep)
    {
        Squares(source, sourceStep, out var a0, out var a1, out var a2, out var a3);
        Squares(source + (4 * sourceStep), sourceStep, out var b0, out var b1, out var b2, out var b3);
        StoreHalves(a0, b0, target, targetStep);
        StoreHalves(a1, b1, target + targetStep, targetStep);
        StoreHalves(a2, b2, target + (2 * targetStep), targetStep);
        StoreHalves(a3, b3, target + (3 * targetStep), targetStep);
    }

    public static float Sum(Vector256<float> vector) => Vector256.Sum(vector);

    public static uint GreaterBits(Vector256<float> a, Vector256<float> b) =>
        Vector256.GreaterThan(a, b).ExtractMostSignificantBits();

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Abs(Vector256<float> vector) => Vector256.Abs(vector);

    public static Vector256<float> WherePositive(Vector256<float> condition, Vector256<float> vector) =>
        Vector256.GreaterThan(condition, Vector256<float>.Zero) & vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        Vector256<float> e, Vector256<float> f, Vector256<float> g, Vector256<float> h, float* target)
    {
        if (Avx.IsSupported)
        {
            var first = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
            var second = Avx.HorizontalAdd(Avx.HorizontalAdd(e, f), Avx.HorizontalAdd(g, h));
            (Avx.Permute2x128(first, second, 0x20) + Avx.Permute2x128(first, second, 0x31)).Store(target);
        }
        else
        {
            Simd128.StoreSums(
                Halves(a), Halves(b), Halves(c), Halves(d), Halves(e), Halves(f), Halves(g), Halves(h), target);
        }
    }

    private static Vector128<float> Halves(Vector256<float> vector) => vector.GetLower() + vector.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Squares(
        float* source, nint step, out Vector256<float> r0, out Vector256<float> r1, out Vector256<float> r2,
        out Vector256<float> r3)
    {
        var (s0, s1) = (Load(source), Load(source + step));
        var (s2, s3) = (Load(source + (2 * step)), Load(source + (3 * step)));
        var (low01, low23) = (Avx.UnpackLow(s0, s1).AsDouble(), Avx.UnpackLow(s2, s3).AsDouble());
        var (high01, high23) = (Avx.UnpackHigh(s0, s1).AsDouble(), Avx.UnpackHigh(s2, s3).AsDouble());
        r0 = Avx.UnpackLow(low01, low23).AsSingle();
        r1 = Avx.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx.UnpackLow(high01, high23).AsSingle();
        r3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Half p of a and b goes to target + 4p·step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(Vector256<float> a, Vector256<float> b, float* target, nint step)
    {
        Store(Avx.Permute2x128(a, b, 0x20), target);
        Store(Avx.Permute2x128(a, b, 0x31), target + (4 * step));
    }
}

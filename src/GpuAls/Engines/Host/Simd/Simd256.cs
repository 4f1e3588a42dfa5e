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

    public static Vector256<float> Gather(float* source, nint step) => Vector256.Create(
        source[0], source[step], source[2 * step], source[3 * step],
        source[4 * step], source[5 * step], source[6 * step], source[7 * step]);

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
}

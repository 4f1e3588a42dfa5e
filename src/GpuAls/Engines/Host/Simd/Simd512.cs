using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    public static Vector512<float> Gather(float* source, nint step) => Vector512.Create(
        source[0], source[step], source[2 * step], source[3 * step],
        source[4 * step], source[5 * step], source[6 * step], source[7 * step],
        source[8 * step], source[9 * step], source[10 * step], source[11 * step],
        source[12 * step], source[13 * step], source[14 * step], source[15 * step]);

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

    private static Vector256<float> Halves(Vector512<float> vector) => vector.GetLower() + vector.GetUpper();
}

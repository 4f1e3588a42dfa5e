using System.Runtime.Intrinsics;

namespace GpuAls.Engines.Host;

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

    public static Vector256<float> ReciprocalRoot(Vector256<float> vector) => Vector256<float>.One / Vector256.Sqrt(vector);

    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);

    public static Vector256<float> Gather(float* source, nint step) => Vector256.Create(
        source[0], source[step], source[2 * step], source[3 * step], source[4 * step], source[5 * step], source[6 * step], source[7 * step]);

    public static float Sum(Vector256<float> vector) => Vector256.Sum(vector);

    public static uint GreaterBits(Vector256<float> a, Vector256<float> b) => Vector256.GreaterThan(a, b).ExtractMostSignificantBits();
}

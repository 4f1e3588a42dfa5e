using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>Vectors of 4 floats.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Width => 4;

    public static bool HasManyRegisters => false;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static void Store(Vector128<float> vector, float* target) => vector.Store(target);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    public static Vector128<float> MultiplySubtract(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(-a, b, c);

    public static Vector128<float> ReciprocalRoot(Vector128<float> vector) =>
        Vector128<float>.One / Vector128.Sqrt(vector);

    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.Max(a, b);

    public static void Transpose(float* source, nint sourceStep, float* target, nint targetStep)
    {
        var (s0, s1) = (Load(source), Load(source + sourceStep));
        var (s2, s3) = (Load(source + (2 * sourceStep)), Load(source + (3 * sourceStep)));
        var (low01, low23) = (Low(s0, s1), Low(s2, s3));
        var (high01, high23) = (High(s0, s1), High(s2, s3));
        Store(Vector128.Create(low01.GetLower(), low23.GetLower()), target);
        Store(Vector128.Create(low01.GetUpper(), low23.GetUpper()), target + targetStep);
        Store(Vector128.Create(high01.GetLower(), high23.GetLower()), target + (2 * targetStep));
        Store(Vector128.Create(high01.GetUpper(), high23.GetUpper()), target + (3 * targetStep));
    }

    public static float Sum(Vector128<float> vector) => Vector128.Sum(vector);

    public static uint GreaterBits(Vector128<float> a, Vector128<float> b) =>
        Vector128.GreaterThan(a, b).ExtractMostSignificantBits();

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    public static Vector128<float> Abs(Vector128<float> vector) => Vector128.Abs(vector);

    public static Vector128<float> WherePositive(Vector128<float> condition, Vector128<float> vector) =>
        Vector128.GreaterThan(condition, Vector128<float>.Zero) & vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d,
        Vector128<float> e, Vector128<float> f, Vector128<float> g, Vector128<float> h, float* target)
    {
        Pairwise(Pairwise(a, b), Pairwise(c, d)).Store(target);
        Pairwise(Pairwise(e, f), Pairwise(g, h)).Store(target + 4);
    }

    /// <summary>a₀ + a₁, a₂ + a₃, b₀ + b₁, b₂ + b₃.</summary>
    private static Vector128<float> Pairwise(Vector128<float> a, Vector128<float> b)
    {
        if (Sse3.IsSupported) return Sse3.HorizontalAdd(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.AddPairwise(a, b);
        return Vector128.Create(a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]);
    }

    /// <summary>a0, b0, a1, b1.</summary>
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a2, b2, a3, b3.</summary>
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}

using System.Runtime.Intrinsics;

namespace GpuAls.Tests.Engines.Host;

public sealed unsafe class SimdTransposeTests
{
    [TestCase(0)]
    [TestCase(3)]
    public void Transpose_AnySteps_ExchangesRowsAndColumnsAndNothingElse(int padding)
    {
        Check<Simd128, Vector128<float>>(padding);
        if (Vector256.IsHardwareAccelerated) Check<Simd256, Vector256<float>>(padding);
        if (Vector512.IsHardwareAccelerated) Check<Simd512, Vector512<float>>(padding);
    }

    private static void Check<TSimd, TVector>(int padding)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var (width, sourceStep, targetStep) = (TSimd.Width, TSimd.Width + padding, TSimd.Width + (2 * padding));
        float[] source = [.. Enumerable.Range(0, width * sourceStep).Select(i => 1f + i)];
        var (target, expected) = (new float[width * targetStep], new float[width * targetStep]);
        for (var i = 0; i < width; i++)
            for (var j = 0; j < width; j++) expected[(j * targetStep) + i] = source[(i * sourceStep) + j];

        fixed (float* from = source, to = target) TSimd.Transpose(from, sourceStep, to, targetStep);

        Assert.That(target, Is.EqualTo(expected), $"{width} floats");
    }
}

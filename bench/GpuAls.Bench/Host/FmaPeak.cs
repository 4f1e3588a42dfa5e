using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GpuAls.Engines.Host;

namespace GpuAls.Bench.Host;

/// <summary>
/// What the processor multiplies at most: 16 chains of dependent multiplications with addition a thread, in registers, of the widest
/// vectors it has.
/// </summary>
internal static class FmaPeak
{
    private const int Chains = 16;
    private const int Steps = 2_000_000;
    private const int Tries = 3;

    /// <summary>Fp32 multiplications with addition in a second, in 10⁹, on some threads at once: the best of a few tries.</summary>
    public static double GigaFmas(int threads)
    {
        if (Vector512.IsHardwareAccelerated) return Best<Simd512, Vector512<float>>(threads);
        return Vector256.IsHardwareAccelerated ? Best<Simd256, Vector256<float>>(threads) : Best<Simd128, Vector128<float>>(threads);
    }

    /// <summary>Does some work, and measures the peak before it and after it: it drifts.</summary>
    /// <returns>What the work gave, and the mean of both.</returns>
    public static (T Result, double GigaFmas) Around<T>(int threads, Func<T> work)
    {
        var before = GigaFmas(threads);
        var result = work();
        return (result, (before + GigaFmas(threads)) / 2);
    }

    private static double Best<TSimd, TVector>(int threads)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        double best = 0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var clock = Stopwatch.StartNew();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Multiply<TSimd, TVector>());
            best = Math.Max(best, (double)threads * Steps * Chains * TSimd.Width / clock.Elapsed.TotalSeconds / 1e9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var (factor, term) = (TSimd.Broadcast(0.999f), TSimd.Broadcast(1e-3f));
        TVector a0 = term, a1 = term, a2 = term, a3 = term, a4 = term, a5 = term, a6 = term, a7 = term;
        TVector b0 = term, b1 = term, b2 = term, b3 = term, b4 = term, b5 = term, b6 = term, b7 = term;
        for (var step = 0; step < Steps; step++)
        {
            a0 = TSimd.MultiplyAdd(a0, factor, term);
            a1 = TSimd.MultiplyAdd(a1, factor, term);
            a2 = TSimd.MultiplyAdd(a2, factor, term);
            a3 = TSimd.MultiplyAdd(a3, factor, term);
            a4 = TSimd.MultiplyAdd(a4, factor, term);
            a5 = TSimd.MultiplyAdd(a5, factor, term);
            a6 = TSimd.MultiplyAdd(a6, factor, term);
            a7 = TSimd.MultiplyAdd(a7, factor, term);
            b0 = TSimd.MultiplyAdd(b0, factor, term);
            b1 = TSimd.MultiplyAdd(b1, factor, term);
            b2 = TSimd.MultiplyAdd(b2, factor, term);
            b3 = TSimd.MultiplyAdd(b3, factor, term);
            b4 = TSimd.MultiplyAdd(b4, factor, term);
            b5 = TSimd.MultiplyAdd(b5, factor, term);
            b6 = TSimd.MultiplyAdd(b6, factor, term);
            b7 = TSimd.MultiplyAdd(b7, factor, term);
        }

        return TSimd.Sum(a0) + TSimd.Sum(a1) + TSimd.Sum(a2) + TSimd.Sum(a3) + TSimd.Sum(a4) + TSimd.Sum(a5) + TSimd.Sum(a6) + TSimd.Sum(a7)
            + TSimd.Sum(b0) + TSimd.Sum(b1) + TSimd.Sum(b2) + TSimd.Sum(b3) + TSimd.Sum(b4) + TSimd.Sum(b5) + TSimd.Sum(b6) + TSimd.Sum(b7);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GpuAls.Bench.Host;

/// <summary>
/// The CPU's peak FMA rate: 12 independent chains of fused multiply-adds per thread, with the widest vectors available.
/// With their factor and term they fit in 16 registers, and they hide the latency of two FMA units (at most 5 cycles).
/// </summary>
internal static class FmaPeak
{
    private const int Chains = 12;
    private const int Steps = 10_000_000;
    private const int Attempts = 5;

    /// <summary>Fp32 FMAs per second on this many threads, in 10⁹: the best of several attempts.</summary>
    public static double GigaFmas(int threads)
    {
        if (Vector512.IsHardwareAccelerated) return Best<Simd512, Vector512<float>>(threads);
        return Vector256.IsHardwareAccelerated
            ? Best<Simd256, Vector256<float>>(threads)
            : Best<Simd128, Vector128<float>>(threads);
    }

    /// <summary>Runs work and measures the peak before and after it, because the peak drifts.</summary>
    /// <returns>The result of the work, and the mean of both peaks.</returns>
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
        for (var attempt = 0; attempt < Attempts; attempt++) best = Math.Max(best, Together<TSimd, TVector>(threads));
        return best;
    }

    /// <summary>Dedicated threads that start together: a thread pool might run both parts on one thread.</summary>
    private static double Together<TSimd, TVector>(int threads)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        using var start = new Barrier(threads);
        var rates = new double[threads];
        var workers = Enumerable.Range(0, threads).Select(worker => new Thread(() =>
        {
            start.SignalAndWait();
            var seconds = Clock.Seconds(() => Multiply<TSimd, TVector>());
            rates[worker] = (double)Steps * Chains * TSimd.Width / seconds / 1e9;
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return rates.Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var (factor, term) = (TSimd.Broadcast(0.999f), TSimd.Broadcast(1e-3f));
        TVector a0 = term, a1 = term, a2 = term, a3 = term, a4 = term, a5 = term, a6 = term, a7 = term;
        TVector b0 = term, b1 = term, b2 = term, b3 = term;
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
        }

        return TSimd.Sum(a0) + TSimd.Sum(a1) + TSimd.Sum(a2) + TSimd.Sum(a3)
            + TSimd.Sum(a4) + TSimd.Sum(a5) + TSimd.Sum(a6) + TSimd.Sum(a7)
            + TSimd.Sum(b0) + TSimd.Sum(b1) + TSimd.Sum(b2) + TSimd.Sum(b3);
    }
}

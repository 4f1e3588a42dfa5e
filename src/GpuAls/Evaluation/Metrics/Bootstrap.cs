using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>95 % intervals of metrics by the percentile bootstrap over users (Efron and Tibshirani, 1993).</summary>
internal static class Bootstrap
{
    private const double Tail = 0.025;

    /// <param name="values">[users, columns].</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="formulas">The metrics.</param>
    /// <param name="options">How many resamples.</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between resamples.</param>
    /// <returns>
    /// [metrics][resamples], the metric of each resample; the users of a resample depend on the seed and the number of
    /// users only, so methods that measure the same users are compared resample by resample.
    /// </returns>
    public static double[][] Draws(
        double[] values, int columns, IReadOnlyList<MetricFormula> formulas, BootstrapOptions options,
        IProgress<double>? progress, CancellationToken cancellation)
    {
        var work = new WorkProgress(options.Resamples, progress);
        var drawn = new double[formulas.Count][];
        for (var metric = 0; metric < drawn.Length; metric++) drawn[metric] = new double[options.Resamples];
        Parallel.For(
            0, options.Resamples, new ParallelOptions { CancellationToken = cancellation },
            () => new double[columns],
            (resample, _, sums) =>
            {
                Draw(values, sums, SeededRandom.Of(options.Seed, (ulong)resample));
                for (var metric = 0; metric < drawn.Length; metric++)
                    drawn[metric][resample] = formulas[metric].Of(sums);
                work.Add(1);
                return sums;
            },
            _ => { });
        return drawn;
    }

    /// <summary>
    /// Both ends of the interval of what was drawn; NaN where it is not defined for any resample. Few users may leave a
    /// resample without any that the metric is defined for; those are passed over.
    /// </summary>
    public static (double Low, double High) Interval(double[] drawn)
    {
        var sorted = Array.FindAll(drawn, value => !double.IsNaN(value));
        if (sorted.Length == 0) return (double.NaN, double.NaN);
        Array.Sort(sorted);
        return (Percentile(sorted, Tail), Percentile(sorted, 1 - Tail));
    }

    /// <summary>The value below which a share of sorted values lies, between two of them in proportion.</summary>
    public static double Percentile(ReadOnlySpan<double> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>Draws as many users as there are, and sums their columns.</summary>
    private static void Draw(double[] values, double[] sums, SeededRandom random)
    {
        Array.Clear(sums);
        var users = values.Length / sums.Length;
        for (var draw = 0; draw < users; draw++)
        {
            var row = values.AsSpan(random.Next(users) * sums.Length, sums.Length);
            var from = MemoryMarshal.Cast<double, Vector<double>>(row);
            var to = MemoryMarshal.Cast<double, Vector<double>>(sums.AsSpan());
            for (var i = 0; i < from.Length; i++) to[i] += from[i];
            for (var i = from.Length * Vector<double>.Count; i < row.Length; i++) sums[i] += row[i];
        }
    }
}

/// <summary>Bootstrap intervals over users (Efron's percentile method).</summary>
/// <param name="Resamples">Number of resamples; 0 for no intervals.</param>
/// <param name="Seed">Seed of the resamples, which are the same for every method.</param>
public sealed record BootstrapOptions(int Resamples = 1_000, long Seed = 42);

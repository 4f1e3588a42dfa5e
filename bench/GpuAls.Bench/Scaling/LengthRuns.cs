using System.Runtime.InteropServices;

namespace GpuAls.Bench.Scaling;

/// <summary>
/// Rows by falling length, as a number of rows for each length: a billion rows take no more room than their different
/// lengths.
/// </summary>
/// <param name="runs">A length, and how many rows have it; lengths fall.</param>
internal sealed class LengthRuns(IReadOnlyList<LengthRun> runs)
{
    /// <summary>How far the plays of a power law may be from those that are asked for, relative.</summary>
    public const double Tolerance = 1e-6;

    private const int MostSteps = 40;

    /// <summary>Number of rows.</summary>
    public long RowCount { get; } = runs.Sum(run => run.Rows);

    /// <summary>Number of plays.</summary>
    public long PlayCount { get; } = runs.Sum(run => run.Rows * run.Length);

    /// <summary>A length, and how many rows have it.</summary>
    public IReadOnlyList<LengthRun> Runs => runs;

    /// <summary>Rows by falling length.</summary>
    public static LengthRuns Of(ReadOnlySpan<int> lengths)
    {
        var runs = new List<LengthRun>();
        foreach (var length in lengths)
        {
            if (runs.Count > 0 && runs[^1].Length == length) CollectionsMarshal.AsSpan(runs)[^1].Rows++;
            else runs.Add(new LengthRun(length, 1));
        }

        return new LengthRuns(runs);
    }

    /// <summary>
    /// A power law: row i, from 0, has scale·(i + shift)^-exponent plays, from 1 to the longest, rounded down. The
    /// scale is the one at which they add up to the plays, as nearly as <see cref="Tolerance"/>.
    /// </summary>
    public static LengthRuns PowerLaw(long rows, long plays, double exponent, double shift, int longest)
    {
        var scale = (double)plays / rows;
        for (var step = 0; step < MostSteps; step++)
        {
            var total = (double)Scaled().Sum(run => run.Rows * run.Length);
            if (Math.Abs(total - plays) <= Tolerance * plays) break;
            scale *= plays / total;
        }

        return new LengthRuns([.. Scaled()]);

        IEnumerable<LengthRun> Scaled()
        {
            int Length(long row) => (int)Math.Clamp(scale * Math.Pow(row + shift, -exponent), 1, longest);

            for (long row = 0, end; row < rows; row = end)
            {
                var length = Length(row);
                end = length == 1 ? rows : Math.Clamp(
                    (long)(Math.Pow(scale / length, 1 / exponent) - shift) + 1, row + 1, rows);
                // Powers are rounded.
                while (end > row + 1 && Length(end - 1) < length) end--;
                while (end < rows && Length(end) == length) end++;
                yield return new LengthRun(length, end - row);
            }
        }
    }

    /// <summary>The sum of a value of each row.</summary>
    public double Sum(Func<int, double> value) => runs.Sum(run => run.Rows * value(run.Length));

    /// <summary>The rows of each process, as <see cref="RowShares.ByCost"/> shares them out.</summary>
    public LengthRuns[] ByCost(int processCount, Func<int, double> cost)
    {
        var total = Sum(cost);
        var shares = new LengthRuns[processCount];
        var share = new List<LengthRun>();
        var (process, before) = (0, 0.0);
        foreach (var run in runs)
        {
            var work = cost(run.Length);
            long taken = 0;
            while (process < processCount - 1)
            {
                var end = RowsBefore(total * (process + 1) / processCount, before + (taken * work), work);
                if (end >= run.Rows - taken) break;
                if (end > 0) share.Add(run with { Rows = end });
                taken += end;
                shares[process++] = new LengthRuns([.. share]);
                share.Clear();
            }

            share.Add(run with { Rows = run.Rows - taken });
            before += run.Rows * work;
        }

        for (; process < processCount; process++, share.Clear()) shares[process] = new LengthRuns([.. share]);
        return shares;

        // A row is of the process that has the larger part of its work.
        static long RowsBefore(double boundary, double before, double work) =>
            before + (work / 2) >= boundary ? 0
            : work > 0 ? (long)Math.Ceiling(((boundary - before) / work) - 0.5)
            : long.MaxValue;
    }
}

/// <summary>Rows of one length.</summary>
/// <param name="Length">Plays of a row.</param>
/// <param name="Rows">How many rows have it.</param>
internal record struct LengthRun(int Length, long Rows);

using System.Diagnostics;

namespace GpuAls;

/// <summary>
/// Runs a small training while plays are read, so that the runtime has optimized the inner loops before they are
/// needed. Without it, the first iteration runs quickly compiled, unoptimized code, which costs some tenths of a
/// second.
/// </summary>
internal sealed class HostPreparation
{
    private const int Rows = 96;

    /// <summary>Enough for the runtime to count calls and loops, and to compile them twice.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.3);

    private volatile bool _isStopped;

    /// <summary>
    /// Solves rows on a background thread until they have been optimized or <see cref="Stop"/> is called.
    /// </summary>
    /// <param name="operations">The operations to run, on one thread, so that reading has the other cores.</param>
    /// <param name="plan">The training to prepare.</param>
    public static HostPreparation Start(HostOperations operations, TrainingPlan plan)
    {
        var preparation = new HostPreparation();
        new Thread(() => preparation.Run(operations, plan)) { IsBackground = true, Name = "preparation" }.Start();
        return preparation;
    }

    /// <summary>Ends the preparation. Does not wait for it: a round takes milliseconds.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Solves the rows of a small matrix, again and again.</summary>
    /// <param name="operations">The operations.</param>
    /// <param name="plan">How they are solved.</param>
    /// <param name="goesOn">Asked before each round.</param>
    internal static void Repeat(HostOperations operations, TrainingPlan plan, Func<bool> goesOn)
    {
        using var plays = Plays(plan.Rank);
        using var columns = Factors(plays.Matrix.ColumnCount, plan.Rank);
        using var rows = Factors(Rows, plan.Rank);
        var gramian = new double[plan.Rank * plan.Rank];
        var lambdas = new float[Rows];
        Array.Fill(lambdas, 1);
        while (goesOn())
        {
            operations.Gramian(columns, RowRange.All(columns), columns.RowCount, gramian);
            operations.SolveRows(new RowSolveProblem
            {
                Rows = RowRange.All(rows),
                Plays = plays,
                Weights = new ConfidenceWeights(UnobservedWeight: 1, GramOffset: 0, RhsOffset: 1),
                FixedFactors = columns,
                Gramian = gramian,
                Regularization = lambdas,
                Target = rows,
                ConjugateGradientSteps = plan.ConjugateGradientSteps,
                BlockSize = plan.BlockSize,
                IsNonnegative = plan.IsNonnegative,
            });
        }
    }

    private void Run(HostOperations operations, TrainingPlan plan)
    {
        try
        {
            var clock = Stopwatch.StartNew();
            Repeat(operations, plan, () => !_isStopped && clock.Elapsed < Duration);
        }
        catch (Exception exception) when (exception is GpuAlsException or OutOfMemoryException)
        {
            // The training itself will report the problem.
        }
    }

    /// <summary>Rows with 4 plays up to four times the rank, mostly short, like those of real users.</summary>
    private static HostPlays Plays(int rank)
    {
        var columns = 4 * Math.Max(rank, 8);
        int[] lengths = [.. Enumerable.Range(0, Rows).Select(row => 4 + ((columns - 4) * (row % 8) * (row % 8) / 49))];
        var indptr = new long[Rows + 1];
        for (var row = 0; row < Rows; row++) indptr[row + 1] = indptr[row] + lengths[row];
        int[] indices = [.. lengths.SelectMany(length => Enumerable.Range(0, length))];
        var values = new float[indices.Length];
        Array.Fill(values, 1);
        return new HostPlays(new CsrMatrix(columns, indptr, indices, values));
    }

    private static HostFactors Factors(int rows, int rank)
    {
        var values = new float[rows * rank];
        for (var i = 0; i < values.Length; i++) values[i] = (float)SeededRandom.Uniform((ulong)i) - 0.5f;
        var factors = new HostFactors(rows, rank);
        factors.CopyFrom(RowRange.All(factors), values);
        return factors;
    }
}

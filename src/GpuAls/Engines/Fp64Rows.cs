namespace GpuAls;

/// <summary>
/// What every engine does with rows that fp32 cannot solve: a play of great weight hides the other terms of A behind
/// its rounding, so such rows are solved on the CPU in fp64.
/// </summary>
internal static class Fp64Rows
{
    /// <summary>Takes the solution of a row, [rank].</summary>
    internal delegate void RowWriter(int row, ReadOnlySpan<float> x);

    /// <summary>Solves some rows; each is the work of one thread, so the threads cannot change its bits.</summary>
    /// <param name="problem">The half-iteration.</param>
    /// <param name="plays">The plays of the problem.</param>
    /// <param name="rows">Rows of the plays, rising, none of them empty.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="start">x as it is; read only for a sweep over blocks.</param>
    /// <param name="write">Takes each solution, in the order of the rows.</param>
    /// <param name="pull">λp of each row; null where p is zero.</param>
    public static RowSolveReport Solve(
        in RowSolveProblem problem, CsrMatrix plays, int[] rows, FactorRow fixedFactors, FactorRow start,
        RowWriter write, FactorRow? pull = null)
    {
        if (rows.Length == 0) return RowSolveReport.Nothing;
        var rank = problem.FixedFactors.Rank;
        var (gramian, weights, regularization) =
            (problem.Gramian.ToArray(), problem.Weights, problem.Regularization.ToArray());
        var (isNonnegative, blockSize) = (problem.IsNonnegative, problem.BlockSize);
        var solutions = new float[rows.Length][];
        var outcomes = new PivotOutcome[rows.Length];
        var stopping = new ParallelOptions { CancellationToken = problem.Cancellation };
        Parallel.For(
            0, rows.Length, stopping, NewSolver,
            (i, _, solver) =>
            {
                solutions[i] = blockSize > 0 ? start(rows[i]).ToArray() : new float[rank];
                outcomes[i] = solver.Solve(
                    new RowEntries(plays, rows[i]), regularization[rows[i]], pull is null ? [] : pull(rows[i]),
                    fixedFactors, solutions[i]);
                return solver;
            },
            _ => { });
        for (var i = 0; i < rows.Length; i++) write(rows[i], solutions[i]);
        var failed = Array.IndexOf(outcomes, PivotOutcome.Failed);
        return new RowSolveReport(
            rows.Length, outcomes.Count(outcome => outcome == PivotOutcome.Jittered), failed < 0 ? -1 : rows[failed]);

        IFp64Row NewSolver() => blockSize > 0
            ? new Fp64Sweep(rank, blockSize, gramian, weights)
            : new Fp64Equation(rank, gramian, weights, isNonnegative);
    }
}

namespace GpuAls;

/// <summary>Solves all rows of a half-iteration; each row is the work of one thread, so the threads cannot change its bits.</summary>
internal static unsafe class HostRowSolver<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static RowSolveReport Solve(in RowSolveProblem problem, int threadCount)
    {
        var (rank, steps) = (problem.FixedFactors.Rank, problem.ConjugateGradientSteps);
        using var baseMatrix = BaseMatrix(problem.Gramian, rank, problem.Weights.UnobservedWeight);
        using var rotated = steps == 0 && !problem.IsNonnegative ? ShortRows<TSimd, TVector>.Prepare(problem, threadCount) : null;
        fixed (float* regularization = problem.Regularization)
        {
            var rows = new HostRows(problem, baseMatrix.Pointer, regularization);
            var boundaries = RowChunks.Split(rows.Matrix.Indptr, costPerRow: 1 + (rank / 4));
            ParallelChunks.Run(
                threadCount, boundaries.Length - 1, () => new ChunkSolver<TSimd, TVector>(rows, rank, steps, rotated),
                (solver, chunk) => solver.Solve(boundaries[chunk], boundaries[chunk + 1]));
            return Fp64Rows.Solve(problem, rows.Matrix, rows.Unsolved(), rows.FixedRow, rows.Store);
        }
    }

    /// <summary>α₀·YᵀY padded to whole vectors; ones on the diagonal of the padding keep it positive definite.</summary>
    private static NativeFloats BaseMatrix(ReadOnlySpan<double> gramian, int rank, float unobservedWeight)
    {
        var stride = HostFactors.StrideOf(rank);
        var matrix = new NativeFloats((long)stride * stride);
        for (var i = 0; i < rank; i++)
            for (var j = 0; j < rank; j++)
                matrix.Pointer[((long)i * stride) + j] = (float)(unobservedWeight * gramian[(i * rank) + j]);
        for (var i = rank; i < stride; i++) matrix.Pointer[((long)i * stride) + i] = 1;
        return matrix;
    }
}

namespace GpuAls.Engines.Host;

/// <summary>Solves all rows of a half-iteration; each row is the work of one thread, so the threads cannot change its bits.</summary>
internal static unsafe class HostRowSolver<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The largest rank whose rows are solved side by side: above it their matrices together outgrow the second-level cache, and a row alone is faster.</summary>
    private const int LargestLaneRank = 112;

    public static RowSolveReport Solve(in RowSolveProblem problem, int threadCount)
    {
        var (rank, steps) = (problem.FixedFactors.Rank, problem.ConjugateGradientSteps);
        using var baseMatrix = BaseMatrix(problem.Gramian, rank, problem.Weights.UnobservedWeight);
        fixed (float* regularization = problem.Regularization)
        {
            var rows = new Rows(problem, baseMatrix.Pointer, regularization);
            if (steps == 0 && rank <= LargestLaneRank)
                Run(rows, rank, threadCount, TSimd.Width, () => new LaneEquations<TSimd, TVector>(rank), rows.SolveSideBySide);
            else if (steps == 0)
                Run(rows, rank, threadCount, 1, () => new NormalEquation<TSimd, TVector>(rank), rows.SolveOneByOne);
            else
                Run(rows, rank, threadCount, 1, () => new ConjugateGradient<TSimd, TVector>(rank, steps), rows.SolveOneByOne);
            return Fp64Rows.Solve(problem, rows.Matrix, rows.Unsolved(), rows.FixedRow, rows.Store);
        }
    }

    /// <summary>Hands all rows to threads, in chunks of whole groups of rows.</summary>
    private static void Run<TState>(Rows rows, int rank, int threadCount, int rowGroup, Func<TState> makeState, Action<TState, int, int> solve)
        where TState : IDisposable
    {
        var boundaries = RowChunks.Split(rows.Matrix.Indptr, costPerRow: 1 + (rank / 4), rowGroup);
        ParallelChunks.Run(threadCount, boundaries.Length - 1, makeState, (state, chunk) => solve(state, boundaries[chunk], boundaries[chunk + 1]));
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

    /// <summary>The rows, what they need, and which of them fp32 could not solve.</summary>
    private sealed class Rows
    {
        private readonly SharedTerms _terms;
        private readonly HostFactors _target;
        private readonly int _firstTargetRow;
        private readonly float* _regularization;
        private readonly Lock _lock = new();
        private readonly List<int> _unsolved = [];

        public Rows(in RowSolveProblem problem, float* baseMatrix, float* regularization)
        {
            Matrix = ((HostPlays)problem.Plays).Matrix;
            _terms = new SharedTerms(problem.Weights, (HostFactors)problem.FixedFactors, baseMatrix);
            (_target, _firstTargetRow) = ((HostFactors)problem.Target, problem.FirstTargetRow);
            _regularization = regularization;
        }

        public Sparse.CsrMatrix Matrix { get; }

        /// <summary>Rows that fp32 could not solve, rising.</summary>
        public int[] Unsolved() => [.. _unsolved.Order()];

        public ReadOnlySpan<float> FixedRow(int row) => new(_terms.FixedFactors.Row(row), _terms.FixedFactors.Rank);

        public void Store(int row, ReadOnlySpan<float> x) => x.CopyTo(new Span<float>(_target.Row(_firstTargetRow + row), _target.Rank));

        public void SolveOneByOne(IRowEquation equation, int first, int end)
        {
            for (var row = first; row < end; row++)
            {
                var entries = new RowEntries(Matrix, row);
                var target = _target.Row(_firstTargetRow + row);
                if (entries.Length == 0) Clear(target);
                else if (!equation.Solve(entries, _terms, _regularization[row], target)) Postpone(row);
            }
        }

        public void SolveSideBySide(LaneEquations<TSimd, TVector> equations, int first, int end)
        {
            Span<int> rows = stackalloc int[TSimd.Width];
            var count = 0;
            for (var row = first; row < end; row++)
            {
                var entries = new RowEntries(Matrix, row);
                if (entries.Length == 0)
                {
                    Clear(_target.Row(_firstTargetRow + row));
                    continue;
                }

                equations.Assemble(count, entries, _terms, _regularization[row]);
                rows[count++] = row;
                if (count < TSimd.Width) continue;
                SolveLanes(equations, rows);
                count = 0;
            }

            if (count > 0) SolveLanes(equations, rows[..count]);
        }

        private void SolveLanes(LaneEquations<TSimd, TVector> equations, ReadOnlySpan<int> rows)
        {
            equations.Solve();
            Refine(equations, rows);
            for (var lane = 0; lane < rows.Length; lane++)
            {
                if (equations.IsSolved(lane)) Store(rows[lane], new ReadOnlySpan<float>(equations.Solution(lane), _target.Rank));
                else Postpone(rows[lane]);
            }
        }

        private void Refine(LaneEquations<TSimd, TVector> equations, ReadOnlySpan<int> rows)
        {
            var isDoubtful = false;
            for (var lane = 0; lane < rows.Length; lane++)
            {
                if (!equations.IsDoubtful(lane)) continue;
                if (!isDoubtful) equations.ClearResiduals();
                isDoubtful = true;
                equations.SumResidual(lane, new RowEntries(Matrix, rows[lane]), _terms, _regularization[rows[lane]]);
            }

            if (isDoubtful) equations.Refine();
        }

        private void Postpone(int row)
        {
            lock (_lock) _unsolved.Add(row);
        }

        private void Clear(float* target) => new Span<float>(target, _target.Stride).Clear();
    }
}

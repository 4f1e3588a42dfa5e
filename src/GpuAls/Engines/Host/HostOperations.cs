using System.Runtime.Intrinsics;

namespace GpuAls;

/// <summary>The engine's operations for one vector width.</summary>
internal abstract class HostOperations
{
    /// <summary>Uses the widest vectors that this CPU supports in hardware.</summary>
    public static HostOperations Widest(int threadCount)
    {
        if (Vector512.IsHardwareAccelerated) return OfWidth(512, threadCount);
        return OfWidth(Vector256.IsHardwareAccelerated ? 256 : 128, threadCount);
    }

    /// <summary>Uses vectors of this width, in hardware or not.</summary>
    /// <param name="vectorBits">512, 256 or 128.</param>
    /// <param name="threadCount">Threads.</param>
    public static HostOperations OfWidth(int vectorBits, int threadCount) => vectorBits switch
    {
        512 => new HostOperations<Simd512, Vector512<float>>(threadCount),
        256 => new HostOperations<Simd256, Vector256<float>>(threadCount),
        128 => new HostOperations<Simd128, Vector128<float>>(threadCount),
        _ => throw new ArgumentOutOfRangeException(nameof(vectorBits)),
    };

    /// <summary>Vector width in bits.</summary>
    public abstract int VectorBits { get; }

    public abstract void Gramian(HostFactors factors, RowRange rows, int blockRows, Span<double> sums);

    public abstract RowSolveReport SolveRows(in RowSolveProblem problem);

    public abstract double PlaysLoss(
        HostPlays plays, HostFactors rowFactors, int firstRow, HostFactors columnFactors, in ConfidenceWeights weights);

    public abstract double WeightedSquaredNorm(HostFactors factors, int firstRow, ReadOnlySpan<float> rowWeights);

    public abstract void Combine(HostFactors target, float a, HostFactors x, float b, HostFactors y);

    /// <returns>Pairs of a query and an item that were scored.</returns>
    public abstract long TopK(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores);

    public abstract void ScoreRows(HostFactors queries, int[] rows, HostFactors items, ScoreReader read);

    public abstract void ScorePairs(CsrMatrix pairs, HostFactors rowFactors, HostFactors columnFactors, float[] scores);
}

/// <inheritdoc/>
internal sealed class HostOperations<TSimd, TVector>(int threadCount) : HostOperations
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public override int VectorBits => TSimd.Width * 32;

    public override void Gramian(HostFactors factors, RowRange rows, int blockRows, Span<double> sums) =>
        HostGramian<TSimd, TVector>.Sum(factors, rows, blockRows, threadCount, sums);

    public override RowSolveReport SolveRows(in RowSolveProblem problem) =>
        HostRowSolver<TSimd, TVector>.Solve(problem, threadCount);

    public override double PlaysLoss(
        HostPlays plays, HostFactors rowFactors, int firstRow, HostFactors columnFactors,
        in ConfidenceWeights weights) =>
        HostLoss<TSimd, TVector>.Plays(plays.Matrix, rowFactors, firstRow, columnFactors, weights, threadCount);

    public override double WeightedSquaredNorm(HostFactors factors, int firstRow, ReadOnlySpan<float> rowWeights) =>
        HostLoss<TSimd, TVector>.WeightedSquaredNorm(factors, firstRow, rowWeights, threadCount);

    public override unsafe void Combine(HostFactors target, float a, HostFactors x, float b, HostFactors y)
    {
        const int ChunkRows = 4096;
        var chunks = (target.RowCount + ChunkRows - 1) / ChunkRows;
        ParallelChunks.Run(threadCount, chunks, chunk =>
        {
            var first = chunk * ChunkRows;
            var length = (nint)Math.Min(ChunkRows, target.RowCount - first) * target.Stride;
            VectorMath<TSimd, TVector>.Combine(a, x.Row(first), b, y.Row(first), target.Row(first), length);
        });
    }

    public override long TopK(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores)
    {
        var items = ((HostFactors)query.Items).Index(threadCount, prunes);
        return new HostTopK<TSimd, TVector>(query, items, threadCount).Select(indices, scores);
    }

    public override void ScoreRows(HostFactors queries, int[] rows, HostFactors items, ScoreReader read) =>
        HostScores<TSimd, TVector>.Rows(queries, rows, items, threadCount, read);

    public override void ScorePairs(
        CsrMatrix pairs, HostFactors rowFactors, HostFactors columnFactors, float[] scores) =>
        HostScores<TSimd, TVector>.Pairs(pairs, rowFactors, columnFactors, threadCount, scores);
}

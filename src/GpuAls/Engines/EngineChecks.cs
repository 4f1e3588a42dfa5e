namespace GpuAls;

/// <summary>The shapes that every engine expects, checked once at its edge.</summary>
internal static class EngineChecks
{
    public static void Gramian(IEngineFactors factors, RowRange rows, Span<double> gramian)
    {
        Range(rows, factors.RowCount);
        Require.Length(gramian.Length, (long)factors.Rank * factors.Rank, nameof(gramian));
    }

    public static void SolveRows(in RowSolveProblem problem)
    {
        var rank = problem.FixedFactors.Rank;
        SameRank(problem.Target, problem.FixedFactors);
        Require.Length(problem.Gramian.Length, (long)rank * rank, nameof(problem.Gramian));
        Require.Length(problem.Regularization.Length, problem.Plays.RowCount, nameof(problem.Regularization));
        Require.Length(problem.FixedFactors.RowCount, problem.Plays.ColumnCount, nameof(problem.FixedFactors));
        Range(new RowRange(problem.FirstTargetRow, problem.Plays.RowCount), problem.Target.RowCount);
        ArgumentOutOfRangeException.ThrowIfNegative(problem.ConjugateGradientSteps);
    }

    /// <exception cref="GpuAlsException">Kind Device: the engine cannot solve with x ≥ 0.</exception>
    public static void Nonnegative(IAlsEngine engine, bool isNonnegative)
    {
        if (isNonnegative && !engine.SolvesNonnegative)
            throw new GpuAlsException(FailureKind.Device, $"--nonnegative: {engine.Description} solves rows without bounds only. Use --device cpu.");
    }

    /// <exception cref="GpuAlsException">Kind Device: the engine cannot sum in a precision.</exception>
    public static void Precision(IAlsEngine engine, SumPrecision precision)
    {
        if (precision == SumPrecision.Tf32 && engine.WhyNoTf32 is { } reason)
            throw new GpuAlsException(FailureKind.Device, $"--precision tf32: {engine.Description} {reason}; it needs an NVIDIA GPU of compute capability 8.0 or newer. Use --precision fp32.");
    }

    /// <remarks>Matrices of which one is made of the other share their places, which is seen at once.</remarks>
    public static void SamePlaces(CsrMatrix plays, CsrMatrix values)
    {
        Require.Length(values.ColumnCount, plays.ColumnCount, nameof(values));
        if (!values.Indptr.SequenceEqual(plays.Indptr) || !values.Indices.SequenceEqual(plays.Indices)) throw new ArgumentException("the values are those of other places.", nameof(values));
    }

    public static void PlaysLoss(IEnginePlays plays, IEngineFactors rowFactors, IEngineFactors columnFactors)
    {
        SameRank(rowFactors, columnFactors);
        Require.Length(rowFactors.RowCount, plays.RowCount, nameof(rowFactors));
        Require.Length(columnFactors.RowCount, plays.ColumnCount, nameof(columnFactors));
    }

    public static void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        SameRank(query.Queries, query.Items);
        Range(query.Rows, query.Queries.RowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.K, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.K, TopKQuery.MaximumK);
        Require.Length(indices.Length, (long)query.Rows.Count * query.K, nameof(indices));
        Require.Length(scores.Length, (long)query.Rows.Count * query.K, nameof(scores));
        if (query.Seen is null) return;
        Require.Length(query.Seen.RowCount, query.Rows.Count, nameof(query.Seen));
        Require.Length(query.Seen.ColumnCount, query.Items.RowCount, nameof(query.Seen));
    }

    public static void ScoreRows(IEngineFactors queries, ReadOnlySpan<int> rows, IEngineFactors items)
    {
        SameRank(queries, items);
        if (rows.ContainsAnyExceptInRange(0, queries.RowCount - 1)) throw new ArgumentException($"a row is not among the {queries.RowCount} queries.", nameof(rows));
    }

    public static void ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors)
    {
        SameRank(rowFactors, columnFactors);
        Require.Length(rowFactors.RowCount, pairs.RowCount, nameof(rowFactors));
        Require.Length(columnFactors.RowCount, pairs.ColumnCount, nameof(columnFactors));
    }

    private static void SameRank(IEngineFactors a, IEngineFactors b)
    {
        if (a.Rank != b.Rank) throw new ArgumentException($"factors of rank {a.Rank} meet factors of rank {b.Rank}.");
    }

    private static void Range(RowRange rows, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows.Start);
        ArgumentOutOfRangeException.ThrowIfNegative(rows.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Start, rowCount - rows.Count);
    }
}

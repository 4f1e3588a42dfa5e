namespace GpuAls;

/// <summary>What every engine expects, checked once at its edge: shapes, and what it is capable of.</summary>
internal static class EngineChecks
{
    public static void CreateFactors(IAlsEngine engine, int rowCount, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, engine.Capabilities.MaximumRank);
    }

    public static void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums)
    {
        Range(rows, factors.RowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockRows, 1);
        var blocks = (long)EngineRows.BlockCount(rows, blockRows);
        Require.Length(sums.Length, blocks * factors.Rank * factors.Rank, nameof(sums));
    }

    /// <exception cref="GpuAlsException">Kind Device: the engine cannot do what is asked for.</exception>
    public static void SolveRows(IAlsEngine engine, in RowSolveProblem problem)
    {
        var rank = problem.FixedFactors.Rank;
        SameRank(problem.Target, problem.FixedFactors);
        Require.Length(problem.Gramian.Length, (long)rank * rank, nameof(problem.Gramian));
        Require.Length(problem.Plays.RowCount, problem.Rows.Count, nameof(problem.Plays));
        Require.Length(problem.Regularization.Length, problem.Rows.Count, nameof(problem.Regularization));
        Require.Length(problem.FixedFactors.RowCount, problem.Plays.ColumnCount, nameof(problem.FixedFactors));
        Range(problem.Rows, problem.Target.RowCount);
        if (problem.Pull is not null)
        {
            SameRank(problem.Pull, problem.Target);
            Require.Length(problem.Pull.RowCount, problem.Target.RowCount, nameof(problem.Pull));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(problem.ConjugateGradientSteps);
        ArgumentOutOfRangeException.ThrowIfNotEqual(problem.BlockSize % EngineLimits.BlockSizeStep, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)problem.BlockSize, (uint)EngineLimits.MaximumBlockSize);
        var plan = new TrainingPlan(rank, problem.ConjugateGradientSteps, problem.Precision, problem.IsNonnegative)
        {
            BlockSize = problem.BlockSize,
        };
        Plan(engine, plan);
    }

    /// <exception cref="GpuAlsException">Kind Device: the engine cannot train so.</exception>
    public static void Plan(IAlsEngine engine, TrainingPlan plan)
    {
        var can = engine.Capabilities;
        if (!can.Precisions.Contains(plan.Precision))
            throw Cannot(
                engine,
                "--precision tf32",
                $"{WhyNoTf32(can)}; it needs an NVIDIA GPU of compute capability 8.0 or newer",
                "Use --precision fp32");
        if (plan.IsNonnegative && !can.SolvesNonnegative)
            throw Cannot(engine, "--nonnegative", "solves rows without bounds only", "Use --device cpu");
        var solver = Words.Of(plan.Solver);
        if (!can.MaximumRanks.TryGetValue(plan.Solver, out var largest))
            throw Cannot(engine, $"--solver {solver}", "does not have this solver", "Use --device cpu");
        if (plan.Rank > largest)
            throw Cannot(
                engine, $"--rank {plan.Rank}", $"takes ranks up to {largest} with --solver {solver}",
                OtherRankOrSolver(can, plan.Rank, largest));
    }

    private static string OtherRankOrSolver(EngineCapabilities can, int rank, int largest) =>
        can.MaximumRanks.GetValueOrDefault(Solver.BlockCoordinates) < rank
            ? $"Lower --rank to {largest}, or use --device cpu"
            : $"Use --solver {Words.Of(Solver.BlockCoordinates)}, lower --rank to {largest}, or use --device cpu";

    /// <summary>Throws unless both matrices have the same pattern (indptr and indices).</summary>
    public static void SamePattern(CsrMatrix plays, CsrMatrix values)
    {
        Require.Length(values.ColumnCount, plays.ColumnCount, nameof(values));
        if (!values.Indptr.SequenceEqual(plays.Indptr) || !values.Indices.SequenceEqual(plays.Indices))
            throw new ArgumentException("the values belong to other rows or columns.", nameof(values));
    }

    public static void PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors)
    {
        SameRank(rowFactors, columnFactors);
        Range(rows, rowFactors.RowCount);
        Require.Length(plays.RowCount, rows.Count, nameof(plays));
        Require.Length(columnFactors.RowCount, plays.ColumnCount, nameof(columnFactors));
    }

    public static void SquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Range(rows, factors.RowCount);
        Require.Length(rowWeights.Length, rows.Count, nameof(rowWeights));
    }

    public static void Combine(IEngineFactors target, IEngineFactors x, IEngineFactors y)
    {
        foreach (var other in new[] { x, y })
        {
            SameRank(target, other);
            Require.Length(other.RowCount, target.RowCount, nameof(target));
        }
    }

    /// <param name="factors">[rows, rank].</param>
    /// <param name="rows">The rows that are copied.</param>
    /// <param name="length">Length of the other side of the copy.</param>
    public static void Copy(IEngineFactors factors, RowRange rows, int length)
    {
        Range(rows, factors.RowCount);
        Require.Length(length, (long)rows.Count * factors.Rank, nameof(rows));
    }

    public static void TopK(IAlsEngine engine, in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        SameRank(query.Queries, query.Items);
        Range(query.Rows, query.Queries.RowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.K, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.K, engine.Capabilities.MaximumListLength);
        Require.Length(indices.Length, (long)query.Rows.Count * query.K, nameof(indices));
        Require.Length(scores.Length, (long)query.Rows.Count * query.K, nameof(scores));
        if (query.Seen is null) return;
        Require.Length(query.Seen.RowCount, query.Rows.Count, nameof(query.Seen));
        Require.Length(query.Seen.ColumnCount, query.Items.RowCount, nameof(query.Seen));
    }

    public static void ScoreRows(IEngineFactors queries, ReadOnlySpan<int> rows, IEngineFactors items)
    {
        SameRank(queries, items);
        if (rows.ContainsAnyExceptInRange(0, queries.RowCount - 1))
            throw new ArgumentException($"a row is not among the {queries.RowCount} queries.", nameof(rows));
    }

    public static void ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors)
    {
        SameRank(rowFactors, columnFactors);
        Require.Length(rowFactors.RowCount, pairs.RowCount, nameof(rowFactors));
        Require.Length(columnFactors.RowCount, pairs.ColumnCount, nameof(columnFactors));
    }

    private static string WhyNoTf32(EngineCapabilities can) => can switch
    {
        { Device: DeviceKind.Cpu } => "is a CPU",
        { ComputeCapability: { } version } => $"has compute capability {version}",
        _ => "is not a CUDA device",
    };

    private static GpuAlsException Cannot(IAlsEngine engine, string option, string reason, string remedy) =>
        new(FailureKind.Device, $"{option}: {engine.Description} {reason}. {remedy}.");

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

namespace GpuAls;

/// <summary>ALS on the processor: all cores, the widest vectors there are. It is what <c>--device cpu</c> means.</summary>
public sealed class HostEngine : IAlsEngine
{
    private readonly HostOperations _operations;

    /// <summary>An engine on all cores.</summary>
    public HostEngine()
        : this(Environment.ProcessorCount)
    {
    }

    /// <summary>An engine on some cores. The number changes the speed, never a bit of a result.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public HostEngine(int threadCount)
        : this(threadCount, HostOperations.Widest(threadCount))
    {
    }

    internal HostEngine(int threadCount, HostOperations operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        _operations = operations;
        Description = new EngineDescription("cpu", $"{ProcessorName.Read()}, {threadCount} threads, {operations.VectorBits}-bit vectors");
    }

    /// <inheritdoc/>
    public EngineDescription Description { get; }

    /// <inheritdoc/>
    public string? WhyNoTf32 => "is a processor";

    /// <inheritdoc/>
    public bool SolvesNonnegative => true;

    /// <inheritdoc/>
    public IEngineFactors CreateFactors(int rowCount, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, EngineLimits.MaximumRank);
        return new HostFactors(rowCount, rank);
    }

    /// <inheritdoc/>
    public IEnginePlays LoadPlays(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new HostPlays(plays);
    }

    /// <inheritdoc/>
    public void Reweigh(IEnginePlays plays, CsrMatrix values)
    {
        var host = (HostPlays)plays;
        EngineChecks.SamePlaces(host.Matrix, values);
        host.Matrix = values;
    }

    /// <inheritdoc/>
    public void Gramian(IEngineFactors factors, RowRange rows, Span<double> gramian)
    {
        var host = (HostFactors)factors;
        EngineChecks.Gramian(factors, rows, gramian);
        _operations.Gramian(host, rows, gramian);
    }

    /// <inheritdoc/>
    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        EngineChecks.SolveRows(problem);
        EngineChecks.Precision(this, problem.Precision);
        ((HostFactors)problem.Target).Changing();
        return _operations.SolveRows(problem);
    }

    /// <inheritdoc/>
    public double PlaysLoss(IEnginePlays plays, IEngineFactors rowFactors, IEngineFactors columnFactors, in ConfidenceWeights weights)
    {
        EngineChecks.PlaysLoss(plays, rowFactors, columnFactors);
        return _operations.PlaysLoss((HostPlays)plays, (HostFactors)rowFactors, (HostFactors)columnFactors, weights);
    }

    /// <inheritdoc/>
    public double WeightedSquaredNorm(IEngineFactors factors, ReadOnlySpan<float> rowWeights)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Require.Length(rowWeights.Length, factors.RowCount, nameof(rowWeights));
        return _operations.WeightedSquaredNorm((HostFactors)factors, rowWeights);
    }

    /// <inheritdoc/>
    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        EngineChecks.TopK(query, indices, scores);
        _operations.TopK(query, indices, scores);
    }

    /// <summary>The inner products of some query rows with all items, a row at a time: for what needs more than the best of them.</summary>
    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="rows">The query rows.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="read">Takes each row, on several threads at once.</param>
    public void ScoreRows(IEngineFactors queries, int[] rows, IEngineFactors items, ScoreReader read)
    {
        EngineChecks.ScoreRows(queries, rows, items);
        _operations.ScoreRows((HostFactors)queries, rows, (HostFactors)items, read);
    }

    /// <summary>The inner products of some pairs.</summary>
    /// <param name="pairs">[rows, columns], the values do not matter.</param>
    /// <param name="rowFactors">[rows, rank].</param>
    /// <param name="columnFactors">[columns, rank].</param>
    /// <returns>[pairs], in their order.</returns>
    public float[] ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors)
    {
        EngineChecks.ScorePairs(pairs, rowFactors, columnFactors);
        var scores = new float[pairs.EntryCount];
        _operations.ScorePairs(pairs, (HostFactors)rowFactors, (HostFactors)columnFactors, scores);
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Threads belong to the pool, memory to the factors.
    }
}

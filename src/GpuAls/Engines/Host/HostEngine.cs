namespace GpuAls;

/// <summary>ALS on the CPU, with all cores and the widest vectors available: <c>--device cpu</c>.</summary>
internal sealed class HostEngine : IAlsEngine, IRowScorer
{
    private readonly HostOperations _operations;
    private HostPreparation? _preparation;

    /// <summary>Creates an engine that uses all cores.</summary>
    public HostEngine()
        : this(Environment.ProcessorCount)
    {
    }

    /// <summary>Creates an engine that uses this many threads. The number affects speed, never results.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public HostEngine(int threadCount)
        : this(threadCount, HostOperations.Widest(threadCount))
    {
    }

    internal HostEngine(int threadCount, HostOperations operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        _operations = operations;
        Description = new EngineDescription(
            "cpu", $"{ProcessorName.Read()}, {Counted.Of(threadCount, "thread")}, {operations.VectorBits}-bit vectors");
    }

    /// <inheritdoc/>
    public EngineDescription Description { get; }

    /// <inheritdoc/>
    public EngineCapabilities Capabilities { get; } =
        new()
        {
            Device = DeviceKind.Cpu,
            SolvesNonnegative = true,
            LongestDualRow = DualRows.LongestRow,
            GramianBlocks = GramianBlocks.OnHost,
        };

    /// <inheritdoc/>
    public IRowScorer RowScorer => this;

    /// <summary>
    /// Whether lists are made from the items that can enter them; otherwise, from all items. Lists are the same.
    /// </summary>
    public bool PrunesLists { get; set; } = true;

    /// <summary>Pairs of a query and an item that were scored for lists so far.</summary>
    public long ScoredPairs { get; private set; }

    /// <inheritdoc/>
    public void PrepareTraining(TrainingPlan plan)
    {
        _preparation?.Stop();
        _preparation = HostPreparation.Start(HostOperations.OfWidth(_operations.VectorBits, threadCount: 1), plan);
    }

    /// <inheritdoc/>
    public IEngineFactors CreateFactors(int rowCount, int rank)
    {
        EngineChecks.CreateFactors(this, rowCount, rank);
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
        EngineChecks.SamePattern(host.Matrix, values);
        host.Matrix = values;
    }

    /// <inheritdoc/>
    public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums)
    {
        var host = (HostFactors)factors;
        EngineChecks.Gramian(factors, rows, blockRows, sums);
        _operations.Gramian(host, rows, blockRows, sums);
    }

    /// <inheritdoc/>
    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        EngineChecks.SolveRows(this, problem);
        _preparation?.Stop();
        ((HostFactors)problem.Target).Changing();
        return _operations.SolveRows(problem);
    }

    /// <inheritdoc/>
    public double PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
        in ConfidenceWeights weights)
    {
        EngineChecks.PlaysLoss(plays, rowFactors, rows, columnFactors);
        return _operations.PlaysLoss(
            (HostPlays)plays, (HostFactors)rowFactors, rows.Start, (HostFactors)columnFactors, weights);
    }

    /// <inheritdoc/>
    public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights)
    {
        EngineChecks.SquaredNorm(factors, rows, rowWeights);
        return _operations.WeightedSquaredNorm((HostFactors)factors, rows.Start, rowWeights);
    }

    /// <inheritdoc/>
    public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y)
    {
        EngineChecks.Combine(target, x, y);
        ((HostFactors)target).Changing();
        _operations.Combine((HostFactors)target, a, (HostFactors)x, b, (HostFactors)y);
    }

    /// <inheritdoc/>
    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        EngineChecks.TopK(this, query, indices, scores);
        ScoredPairs += _operations.TopK(query, PrunesLists, indices, scores);
    }

    /// <inheritdoc/>
    public void ScoreRows(IEngineFactors queries, int[] rows, IEngineFactors items, ScoreReader read)
    {
        EngineChecks.ScoreRows(queries, rows, items);
        _operations.ScoreRows((HostFactors)queries, rows, (HostFactors)items, read);
    }

    /// <inheritdoc/>
    public float[] ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors)
    {
        EngineChecks.ScorePairs(pairs, rowFactors, columnFactors);
        var scores = new float[pairs.EntryCount];
        _operations.ScorePairs(pairs, (HostFactors)rowFactors, (HostFactors)columnFactors, scores);
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _preparation?.Stop(); // memory belongs to the factors, threads to the pool
}

/// <summary>The name of the CPU.</summary>
internal static class ProcessorName
{
    private const string LinuxFile = "/proc/cpuinfo";
    private const string LinuxKey = "model name";

    public static string Read()
    {
        try
        {
            var line = OperatingSystem.IsLinux()
                ? File.ReadLines(LinuxFile).FirstOrDefault(line => line.StartsWith(LinuxKey, StringComparison.Ordinal))
                : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
            return line?.Split(':', 2)[^1].Trim() ?? Unknown();
        }
        catch (IOException)
        {
            return Unknown();
        }
    }

    private static string Unknown() => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
}

namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>
/// Half an iteration: rows solved by Cholesky, with conjugate-gradient steps or by one sweep over blocks of factors.
/// </summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Description of the rows.</param>
/// <param name="RowLengths">[rows], plays of each row.</param>
/// <param name="Columns">Rows of the fixed side.</param>
/// <param name="Steps">Conjugate-gradient steps; 0 for Cholesky.</param>
/// <param name="Precision">How the device sums plays.</param>
/// <param name="BlockSize">Factors solved at a time in a sweep; 0 for other solvers.</param>
internal sealed record RowSolveWorkload(
    int Rank, string Rows, int[] RowLengths, int Columns, int Steps = 0, SumPrecision Precision = SumPrecision.Fp32,
    int BlockSize = 0)
    : TimedWorkload(
        BlockSize > 0 ? $"row solve, ials++, blocks of {BlockSize}"
            : Steps > 0 ? $"row solve, {Steps} conjugate gradients"
            : Precision == SumPrecision.Tf32 ? "row solve, Cholesky, tf32" : "row solve, Cholesky",
        Rank)
{
    private const int PartRows = 128;
    private const float Regularization = 5;
    private const double CholeskyTolerance = 1e-4;
    private const double Tf32Tolerance = 2e-3;
    private const double ApproximateTolerance = 1e-3;

    /// <summary>Whether what is made of the fixed factors for all rows is kept from one run to the next.</summary>
    public bool KeepsShared { get; init; }

    public override string Shape => $"{Rows}; {Columns:N0} columns";

    /// <summary>
    /// Exact solves are compared with fp64, others with the host engine in fp32. tf32 rounds factors by up to 5e-4.
    /// </summary>
    public override double Tolerance =>
        !IsExact ? ApproximateTolerance : Precision == SumPrecision.Tf32 ? Tf32Tolerance : CholeskyTolerance;

    public override double UsefulFmas => BlockSize > 0
        ? (Plays * Rank * (((BlockSize + 1.0) / 2) + 3))
            + (SolvedRows * Rank * (Rank + (BlockSize * BlockSize / 6.0) + BlockSize))
        : Steps == 0
        ? (Plays * Rank * (Rank + 1.0) / 2) + (SolvedRows * ((Math.Pow(Rank, 3) / 6) + Math.Pow(Rank, 2)))
        : (Plays * Rank) + ((Steps + 1) * ((2 * Plays * Rank) + (SolvedRows * Math.Pow(Rank, 2))));

    public override double LeastBytes => (Plays * ((4.0 * Rank) + 8)) + (RowLengths.Length * 4.0 * Rank);

    public override bool RunsOn(IAlsEngine engine) =>
        engine.Capabilities.Precisions.Contains(Precision)
        && (BlockSize == 0 || engine.Capabilities.MaximumRanks.ContainsKey(Solver.BlockCoordinates));

    public override TimedWorkload Part =>
        this with { RowLengths = RowLengths[..Math.Min(PartRows, RowLengths.Length)] };

    private bool IsExact => Steps == 0 && BlockSize == 0;

    private double Plays => RowLengths.Sum(length => (double)length);

    private double SolvedRows => RowLengths.Count(length => length > 0);

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var plays = engine.LoadPlays(SyntheticInput.Plays(RowLengths, Columns));
        var fixedFactors = engine.LoadFactors(SyntheticInput.Factors(Columns, Rank, seed: 2));
        var start = SyntheticInput.Factors(RowLengths.Length, Rank, seed: 3);
        var target = engine.LoadFactors(start);
        var gramian = Gramian(engine, fixedFactors);
        return new LoadedWorkload(
            () =>
            {
                if (!IsExact) target.CopyFrom(start);
                Check(engine.SolveRows(Problem(engine, plays, fixedFactors, gramian, target)));
            },
            () => Array.ConvertAll(target.ToMatrix().ToArray(), value => (double)value),
            plays, fixedFactors, target);
    }

    /// <summary>
    /// Exact solves are computed in fp64: in fp32, the sums over the longest row are off by more than the tolerance.
    /// </summary>
    public override double[] Expected(IAlsEngine host) => IsExact ? SolveInFp64(host) : base.Expected(host);

    public override double Error(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected) =>
        Errors.OfRows(actual, expected, Rank);

    private double[] SolveInFp64(IAlsEngine host)
    {
        var matrix = SyntheticInput.Plays(RowLengths, Columns);
        var fixedFactors = SyntheticInput.Factors(Columns, Rank, seed: 2);
        using var plays = host.LoadPlays(matrix);
        using var loaded = host.LoadFactors(fixedFactors);
        var solved = new double[RowLengths.Length * Rank];
        var rows = Enumerable.Range(0, RowLengths.Length).Where(row => RowLengths[row] > 0).ToArray();
        var problem = Problem(host, plays, loaded, Gramian(host, loaded), target: loaded);
        Fp64Rows.Solve(
            problem, matrix, rows, row => fixedFactors[row],
            row => new float[Rank],
            (row, x) => Widen(x, solved.AsSpan(row * Rank)));
        return solved;
    }

    private double[] Gramian(IAlsEngine engine, IEngineFactors fixedFactors)
    {
        var gramian = new double[Rank * Rank];
        engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);
        return gramian;
    }

    private RowSolveProblem Problem(
        IAlsEngine engine, IEnginePlays plays, IEngineFactors fixedFactors, double[] gramian,
        IEngineFactors target) => new()
        {
            Rows = new RowRange(0, RowLengths.Length),
            Plays = plays,
            Weights = new ConfidenceWeights(1, 0, 1),
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = RowLengths.Select(_ => Regularization).ToArray(),
            Target = target,
            HasMore = KeepsShared,
            ConjugateGradientSteps = Steps,
            BlockSize = BlockSize,
            Precision = RunsOn(engine) ? Precision : SumPrecision.Fp32,
        };

    private static void Widen(ReadOnlySpan<float> values, Span<double> target)
    {
        for (var i = 0; i < values.Length; i++) target[i] = values[i];
    }

    /// <summary>Throws if a row needed fp64: the equations are well conditioned.</summary>
    private static void Check(RowSolveReport report)
    {
        if (report.Fp64Rows > 0) throw new InvalidOperationException($"{report.Fp64Rows} rows were solved in fp64.");
    }
}

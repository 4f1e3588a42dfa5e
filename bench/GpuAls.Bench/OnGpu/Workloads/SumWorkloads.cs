namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>YᵀY of a factor matrix.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Rows of Y.</param>
internal sealed record GramianWorkload(int Rank, int Rows) : TimedWorkload("Gramian", Rank)
{
    public override string Shape => $"{Rows:N0} rows";

    public override double Tolerance => 2e-6;

    public override double UsefulFmas => Rows * Rank * (Rank + 1.0) / 2;

    public override double LeastBytes => 4.0 * Rows * Rank;

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var factors = engine.LoadFactors(SyntheticInput.Factors(Rows, Rank, seed: 4));
        var gramian = new double[Rank * Rank];
        return new LoadedWorkload(
            () => engine.Gramian(factors, RowRange.All(factors), gramian), () => [.. gramian], factors);
    }
}

/// <summary>The loss over the plays.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="RowLengths">[rows], plays of each row.</param>
/// <param name="Columns">Number of columns.</param>
internal sealed record LossWorkload(int Rank, int[] RowLengths, int Columns) : TimedWorkload("loss of the plays", Rank)
{
    public override string Shape => $"{RowLengths.Length:N0} rows, {Plays:N0} plays; {Columns:N0} columns";

    public override double Tolerance => 2e-6;

    public override double UsefulFmas => Plays * Rank;

    public override double LeastBytes => (Plays * ((4.0 * Rank) + 8)) + (RowLengths.Length * 4.0 * Rank);

    private double Plays => RowLengths.Sum(length => (double)length);

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var plays = engine.LoadPlays(SyntheticInput.Plays(RowLengths, Columns));
        var rows = engine.LoadFactors(SyntheticInput.Factors(RowLengths.Length, Rank, seed: 5));
        var columns = engine.LoadFactors(SyntheticInput.Factors(Columns, Rank, seed: 6));
        var loss = 0.0;
        return new LoadedWorkload(
            () => loss = engine.PlaysLoss(plays, rows, RowRange.All(rows), columns, new ConfidenceWeights(1, 0, 1)),
            () => [loss], plays, rows, columns);
    }
}

/// <summary>The regularization term of one side.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Number of rows.</param>
internal sealed record SquaredNormWorkload(int Rank, int Rows) : TimedWorkload("squared norm", Rank)
{
    public override string Shape => $"{Rows:N0} rows";

    public override double Tolerance => 2e-6;

    public override double UsefulFmas => (double)Rows * Rank;

    public override double LeastBytes => Rows * ((4.0 * Rank) + 4);

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var factors = engine.LoadFactors(SyntheticInput.Factors(Rows, Rank, seed: 7));
        var weights = Enumerable.Range(0, Rows).Select(row => 1 + (row % 7 / 4f)).ToArray();
        var norm = 0.0;
        return new LoadedWorkload(
            () => norm = engine.WeightedSquaredNorm(factors, RowRange.All(factors), weights), () => [norm], factors);
    }
}

/// <summary>The combination of factor matrices, of which momentum is made.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Number of rows.</param>
internal sealed record CombineWorkload(int Rank, int Rows) : TimedWorkload("combination of factors", Rank)
{
    public override string Shape => $"{Rows:N0} rows";

    public override double Tolerance => 2e-6;

    public override double UsefulFmas => (double)Rows * Rank;

    public override double LeastBytes => Rows * 12.0 * Rank;

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var x = engine.LoadFactors(SyntheticInput.Factors(Rows, Rank, seed: 7));
        var y = engine.LoadFactors(SyntheticInput.Factors(Rows, Rank, seed: 8));
        var target = engine.CreateFactors(Rows, Rank);
        return new LoadedWorkload(
            () => engine.Combine(target, 1.25f, x, -0.25f, y),
            () => [.. target.ToMatrix().ToArray().Select(value => (double)value)], x, y, target);
    }
}

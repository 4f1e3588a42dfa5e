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
        var factors = engine.LoadFactors(MadeUp.Factors(Rows, Rank, seed: 4), Rank);
        var gramian = new double[Rank * Rank];
        return new LoadedWorkload(() => engine.Gramian(factors, RowRange.All(factors), gramian), () => [.. gramian], factors);
    }
}

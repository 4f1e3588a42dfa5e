namespace GpuAls.Tests.Checkpoints;

/// <summary>Small checkpoints.</summary>
internal static class SampleCheckpoint
{
    public static CheckpointJob Job { get; } = new()
    {
        GpualsVersion = "1.2.3",
        Device = "cpu (some)",
        Settings = new Dictionary<string, string> { ["--rank"] = "2" },
        Data = new DataFingerprint(3, 2, 4, "00", "01", "02", null),
    };

    /// <summary>
    /// 3 users and 2 items of rank 2 after some iterations, with a best one before where that is asked for.
    /// </summary>
    public static TrainingState State(int iteration, int? best = null, float[]? items = null) => new()
    {
        Rank = 2,
        Reports = [.. Enumerable.Range(1, iteration).Select(done =>
            new IterationReport(done, 0.1 * done, null, Fp64Rows: done, JitteredRows: 0, Metric: 1.0 / done))],
        Factors = new FactorMatrices { Items = FactorMatrix.Of(items ?? [0.1f, iteration, float.Epsilon, -0f], 2) },
        Best = best is not { } at ? null : new BestFactors(
            new BestState(at, 1.0 / 3, at, double.NaN, iteration),
            new FactorSnapshot(FactorMatrix.Of([1, 2, 3, 4, 5, 6], 2), FactorMatrix.Of([7, 8, 9, 10], 2))),
    };
}

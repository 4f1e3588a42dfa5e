namespace GpuAls.Bench.Kernels;

/// <summary>Rows of equal length, solved once on a CUDA device and checked against the host engine.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Plays">Plays of each row.</param>
/// <param name="Precision">How the device sums.</param>
public sealed record RowSolveCase(int Rank, int Rows, int Plays, SumPrecision Precision = SumPrecision.Fp32)
{
    /// <summary>Rows of the fixed factors.</summary>
    public const int Columns = 2_000;

    private const double Tolerance = 1e-3;

    /// <summary>Multiplications that no row can do without: half of the products of the plays, Cholesky and two substitutions.</summary>
    public double UsefulFmas => Rows * ((Plays * Rank * (Rank + 1) / 2.0) + (Math.Pow(Rank, 3) / 6) + Math.Pow(Rank, 2));

    /// <summary>Solves on the device and on the host.</summary>
    /// <returns>The largest difference, relative to the largest factor.</returns>
    /// <exception cref="InvalidOperationException">The two differ.</exception>
    public double Verify()
    {
        using var device = EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
        using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        var (solved, expected) = (Solve(device), Solve(host));
        var size = expected.Max(MathF.Abs);
        var error = solved.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / size;
        return error <= Tolerance ? error : throw new InvalidOperationException($"rank {Rank}: the device differs from the host by {error:G3}.");
    }

    private float[] Solve(IAlsEngine engine)
    {
        using var plays = engine.LoadPlays(Matrix());
        using var fixedFactors = engine.CreateFactors(Columns, Rank);
        using var target = engine.CreateFactors(Rows, Rank);
        fixedFactors.CopyFrom(Factors());
        var gramian = new double[Rank * Rank];
        engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);
        var report = engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = plays,
            Weights = new ConfidenceWeights(1, 0, 1),
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = [.. Enumerable.Repeat(5f, Rows)],
            Target = target,
            Precision = engine.Capabilities.Precisions.Contains(Precision) ? Precision : SumPrecision.Fp32,
        });
        if (report.Fp64Rows > 0) throw new InvalidOperationException($"rank {Rank}: {report.Fp64Rows} rows were left to fp64.");
        var solved = new float[Rows * Rank];
        target.CopyTo(solved);
        return solved;
    }

    private CsrMatrix Matrix()
    {
        var random = new Random(1);
        var width = Columns / Plays;
        var indptr = Enumerable.Range(0, Rows + 1).Select(row => (long)row * Plays).ToArray();
        var indices = Enumerable.Range(0, Rows * Plays).Select(play => (play % Plays * width) + random.Next(width)).ToArray();
        return new CsrMatrix(Columns, indptr, indices, [.. indices.Select(_ => 1 + random.NextSingle())]);
    }

    private float[] Factors()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, Columns * Rank).Select(_ => (random.NextSingle() - 0.5f) * 0.3f)];
    }
}

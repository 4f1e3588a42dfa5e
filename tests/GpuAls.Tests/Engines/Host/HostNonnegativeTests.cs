using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>
/// Rows with x ≥ 0 on the host: the conditions of optimality hold for the equation in fp64, and a row's bits depend on
/// that row alone.
/// </summary>
internal sealed class HostNonnegativeTests
{
    private const int Columns = 300;

    /// <summary>None, fewer than most ranks, and more than a panel.</summary>
    private static readonly int[] RowLengths = [200, 0, 1, 7, 16, 33, 64, 129, 0, 250];

    private static readonly ConfidenceWeights[] Weights =
        [new(0.7f, 0, 0.7f), new(1, 0, 0), ConfidenceWeights.Explicit];

    [Test]
    public void SolveRows_AnyWeights_AreOptimal(
        [Values(1, 3, 16, 33, 64, 130)] int rank,
        [ValueSource(nameof(Weights))] ConfidenceWeights weights,
        [Values(128, 512)] int bits)
    {
        var lambda = Lambda(rank, 1 + (rank / 8f));

        var solved = Solve(new HostEngine(2, HostOperations.OfWidth(bits, 2)), rank, weights, lambda, out var report);

        Assert.That(report.FirstFailedRow, Is.EqualTo(-1));
        AssertOptimal(solved, rank, weights, lambda);
    }

    [Test]
    public void SolveRows_HardlyAnyRegularization_AreSolvedInFp64AndOptimal()
    {
        var lambda = Lambda(33, 1e-6f);

        var solved = Solve(new HostEngine(2), 33, ConfidenceWeights.Explicit, lambda, out var report);

        Assert.That(report.Fp64Rows, Is.GreaterThan(0));
        AssertOptimal(solved, 33, ConfidenceWeights.Explicit, lambda);
    }

    [Test]
    public void SolveRows_LargestRank_AreOptimal()
    {
        var lambda = Lambda(EngineLimits.MaximumRank, 10);

        var solved =
            Solve(new HostEngine(2), EngineLimits.MaximumRank, ConfidenceWeights.Explicit, lambda, out var report);

        Assert.That(report.FirstFailedRow, Is.EqualTo(-1));
        AssertOptimal(solved, EngineLimits.MaximumRank, ConfidenceWeights.Explicit, lambda);
    }

    [Test]
    public void SolveRows_AnyNumberOfThreads_GivesTheSameBytes()
    {
        var lambda = Lambda(20, 2);
        var expected = Solve(new HostEngine(1), 20, Weights[0], lambda, out _);

        foreach (var threads in (int[])[2, 3, 17])
            Assert.That(Solve(new HostEngine(threads), 20, Weights[0], lambda, out _), Is.EqualTo(expected));
    }

    /// <summary>
    /// A play of great weight hides YᵀY behind the rounding of A in fp32, and with it which factors are 0: of those
    /// along which the plays are fitted as well, YᵀY decides.
    /// </summary>
    [Test]
    public void SolveRows_PlaysOfGreatWeight_EqualThoseInFp64([Values(2, 3, 8)] int rank)
    {
        var plays = new CsrMatrix(
            200,
            [.. Enumerable.Range(0, 201).Select(row => (long)row)],
            [.. Enumerable.Range(0, 200)],
            [.. Enumerable.Repeat(1e7f, 200)]);
        var y = Array.ConvertAll(TestMatrices.Factors(200, rank, seed: 4), Math.Abs);
        var gramian = ReferenceAls.Gramian(TestMatrices.ToDouble(y, rank)).Cast<double>().ToArray();
        float[] lambda = [.. Enumerable.Repeat(1f, 200)];
        var expected = new float[200 * rank];
        var equation = new Fp64Equation(rank, gramian, Weights[0], isNonnegative: true);
        for (var row = 0; row < 200; row++)
            equation.Solve(
                new RowEntries(plays, row), 1, [], item => y.AsSpan(item * rank, rank),
                expected.AsSpan(row * rank, rank));

        var solved = Solve(new HostEngine(2), plays, y, gramian, rank, Weights[0], lambda, out _);

        for (var row = 0; row < 200; row++)
            Assert.That(
                solved[(row * rank)..((row + 1) * rank)],
                Is.EqualTo(expected[(row * rank)..((row + 1) * rank)])
                    .Within(1e-4 * expected.AsSpan(row * rank, rank).ToArray().Max()),
                $"row {row}");
    }

    [Test]
    public void SolveRows_WithAPull_AreOptimal([Values(128, 512)] int bits)
    {
        var rows = new PulledRows(6, [2, 0, 9, 30], columns: 31, seed: 12) { IsNonnegative = true };
        using var engine = new HostEngine(2, HostOperations.OfWidth(bits, 2));

        var solved = rows.Solve(engine, Weights[0]);

        // x ≥ 0, the slope A x - b ≥ 0, and one of both is 0.
        foreach (var (x, slope, terms) in rows.Slopes(solved, Weights[0]))
        {
            Assert.That(x, Is.GreaterThanOrEqualTo(0));
            Assert.That(slope, Is.GreaterThan(-1e-4 * terms));
            if (x > 0) Assert.That(Math.Abs(slope), Is.LessThan(1e-4 * terms));
        }
    }

    private static float[] Lambda(int rank, float smallest) =>
        [.. Enumerable.Range(0, RowLengths.Length).Select(row => smallest * (1 + (row / (float)rank)))];

    private static CsrMatrix Plays() => TestMatrices.Plays(Columns, RowLengths, seed: 1);

    private static float[] Solve(
        HostEngine engine, int rank, ConfidenceWeights weights, float[] lambda, out RowSolveReport report) => Solve(
        engine,
        Plays(),
        TestMatrices.Factors(Columns, rank, seed: 2),
        ReferenceAls.Gramian(Y(rank)).Cast<double>().ToArray(),
        rank,
        weights,
        lambda,
        out report);

    private static float[] Solve(
        HostEngine engine,
        CsrMatrix plays,
        float[] y,
        double[] gramian,
        int rank,
        ConfidenceWeights weights,
        float[] lambda,
        out RowSolveReport report)
    {
        using var loaded = engine.LoadPlays(plays);
        using var fixedFactors = engine.LoadFactors(y, rank);
        using var target = engine.LoadFactors(TestMatrices.Factors(plays.RowCount, rank, seed: 3), rank);
        report = engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = loaded,
            Weights = weights,
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = lambda,
            Target = target,
            IsNonnegative = true,
        });
        var solved = new float[plays.RowCount * rank];
        target.CopyTo(solved);
        return solved;
    }

    private static double[,] Y(int rank) => TestMatrices.ToDouble(TestMatrices.Factors(Columns, rank, seed: 2), rank);

    /// <summary>
    /// x ≥ 0, and the slope is 0 where x is above 0, else 0 or more; each relative to the terms of the slope.
    /// </summary>
    private static void AssertOptimal(float[] solved, int rank, ConfidenceWeights weights, float[] lambda)
    {
        var (plays, y) = (Plays(), Y(rank));
        var held = 0;
        for (var row = 0; row < RowLengths.Length; row++)
        {
            var x = solved[(row * rank)..((row + 1) * rank)];
            if (RowLengths[row] == 0)
            {
                Assert.That(x, Is.All.Zero);
                continue;
            }

            var (left, right) =
                ReferenceAls.NormalEquation(plays, row, weights, y, ReferenceAls.Gramian(y), lambda[row]);
            for (var i = 0; i < rank; i++)
            {
                var terms = Enumerable.Range(0, rank).Select(j => left[i, j] * x[j]).ToArray();
                var (slope, size) = (terms.Sum() - right[i], terms.Sum(Math.Abs) + Math.Abs(right[i]));
                Assert.That(x[i], Is.GreaterThanOrEqualTo(0));
                Assert.That(
                    x[i] > 0 ? Math.Abs(slope) : -slope, Is.LessThanOrEqualTo(1e-4 * size), $"row {row}, factor {i}");
                held += x[i] == 0 ? 1 : 0;
            }
        }

        Assert.That(held, Is.GreaterThan(0), "else the bound was never reached");
    }
}

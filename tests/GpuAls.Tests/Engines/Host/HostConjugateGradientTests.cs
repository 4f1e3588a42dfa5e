using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>
/// A few steps of conjugate gradients on the host: each equals the step in fp64, and a row's bits depend on that row
/// alone.
/// </summary>
public sealed class HostConjugateGradientTests
{
    private const int Columns = 5_003;
    private static readonly ConfidenceWeights Weights = new(0.7f, 0.1f, 0.3f);

    /// <summary>
    /// Around groups of eight plays and blocks; none; more than the scratch memory of a thread holds at rank 200.
    /// </summary>
    private static readonly int[] RowLengths = [3_000, 0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 129, 0];

    [Test]
    public void SolveRows_ThreeSteps_EqualThoseInFp64(
        [Values(1, 8, 20, 33, 64, 100, 200)] int rank, [Values(128, 256, 512)] int bits)
    {
        var plays = TestMatrices.Plays(Columns, RowLengths, seed: 1);
        var (y, start, lambda) = (
            TestMatrices.Factors(Columns, rank, seed: 2),
            TestMatrices.Factors(RowLengths.Length, rank, seed: 3),
            Lambda(rank));

        var solved = Solve(new HostEngine(2, HostOperations.OfWidth(bits, 2)), plays, y, rank, start, lambda);

        var expected = ReferenceAls.ConjugateGradients(
            plays, Weights, TestMatrices.ToDouble(y, rank), lambda, TestMatrices.ToDouble(start, rank), steps: 3);
        Close.All(Array.ConvertAll(solved, value => (double)value), expected.Cast<double>(), relative: 1e-4);
    }

    [TestCase(17)]
    [TestCase(64)]
    public void SolveRows_AnyNumberOfThreads_GivesTheSameBytes(int rank)
    {
        var lengths = Enumerable.Range(0, 1_500).Select(row => row * 37 % 150).ToArray();
        var plays = TestMatrices.Plays(Columns, lengths, seed: 4);
        var (y, start, lambda) = (
            TestMatrices.Factors(Columns, rank, seed: 5),
            TestMatrices.Factors(lengths.Length, rank, seed: 6),
            Enumerable.Repeat(5f, lengths.Length).ToArray());
        var expected = Solve(new HostEngine(1), plays, y, rank, start, lambda);

        foreach (var threads in (int[])[2, 3, 17])
            Assert.That(Solve(new HostEngine(threads), plays, y, rank, start, lambda), Is.EqualTo(expected));
    }

    [Test]
    public void SolveRows_RowByItself_GivesTheSameBytesAsAmongOthers()
    {
        const int Rank = 200;
        var plays = TestMatrices.Plays(Columns, RowLengths, seed: 7);
        var (y, start, lambda) = (
            TestMatrices.Factors(Columns, Rank, seed: 8),
            TestMatrices.Factors(RowLengths.Length, Rank, seed: 9),
            Lambda(Rank));
        var together = Solve(new HostEngine(2), plays, y, Rank, start, lambda);

        for (var row = 0; row < RowLengths.Length; row++)
        {
            var alone = new CsrMatrix(
                Columns, [0, RowLengths[row]], plays.RowIndices(row).ToArray(), plays.RowValues(row).ToArray());
            var range = (row * Rank)..((row + 1) * Rank);
            Assert.That(
                Solve(new HostEngine(1), alone, y, Rank, start[range], [lambda[row]]),
                Is.EqualTo(together[range]),
                $"row {row}");
        }
    }

    private static float[] Lambda(int rank) => [.. RowLengths.Select((_, row) => 3 + (rank / 8f) + (0.1f * row))];

    private static float[] Solve(
        HostEngine engine, CsrMatrix matrix, float[] y, int rank, float[] start, float[] lambda)
    {
        using var plays = engine.LoadPlays(matrix);
        using var fixedFactors = engine.LoadFactors(y, rank);
        using var target = engine.LoadFactors(start, rank);
        var report = engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = plays,
            Weights = Weights,
            FixedFactors = fixedFactors,
            Gramian = ReferenceAls.Gramian(TestMatrices.ToDouble(y, rank)).Cast<double>().ToArray(),
            Regularization = lambda,
            Target = target,
            ConjugateGradientSteps = 3,
        });
        Assert.That(report, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        var solved = new float[start.Length];
        target.CopyTo(solved);
        return solved;
    }
}

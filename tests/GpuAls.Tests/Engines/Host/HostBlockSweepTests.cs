using CsCheck;

namespace GpuAls.Tests.Engines.Host;

/// <summary>
/// Sweeps of iALS++ on the host: each equals the sweep in fp64, and a row's bits depend on that row alone.
/// </summary>
public sealed class HostBlockSweepTests
{
    private const int Columns = 3_001;
    private static readonly ConfidenceWeights Weights = new(0.7f, 0.1f, 0.3f);

    /// <summary>None; around groups of eight plays and stages; thousands.</summary>
    private static readonly int[] RowLengths = [2_500, 0, 1, 7, 8, 9, 31, 32, 33, 65, 129, 0, 3, 40, 50, 2, 0, 300, 5];

    // Whole blocks and none, a last block of one factor, of a few, of less than a vector.
    [TestCase(1, 16)]
    [TestCase(15, 16)]
    [TestCase(33, 16)]
    [TestCase(64, 64)]
    [TestCase(65, 64)]
    [TestCase(100, 48)]
    [TestCase(200, 64)]
    [TestCase(260, 128)]
    [TestCase(300, 256)]
    public void SolveRows_EqualsTheSweepInFp64(int rank, int blockSize)
    {
        var sweep = new Sweep(rank, blockSize, RowLengths, Columns, seed: 35);
        var expected = sweep.Reference(Weights);
        foreach (var bits in (int[])[128, 256, 512])
            sweep.AssertEquals(sweep.Solve(new HostEngine(2, HostOperations.OfWidth(bits, 2)), Weights), expected);
    }

    [TestCase(40, 16)]
    [TestCase(150, 128)]
    public void SolveRows_OtherObjectives_EqualTheSweepInFp64(int rank, int blockSize)
    {
        using var engine = new HostEngine(2);
        var sweep = new Sweep(rank, blockSize, RowLengths, Columns, seed: 35);
        foreach (var weights in (ConfidenceWeights[])[ConfidenceWeights.Explicit, new(0, 0, 0), new(1, -1, 0)])
            sweep.AssertEqualsReference(sweep.Solve(engine, weights), weights);
    }

    [Test]
    public void SolveRows_RandomShapes_EqualTheSweepInFp64() => Gen.Select(
            Gen.Int[1, 90], Gen.Int[1, 4], Gen.Int[0, 40].Array[1, 40], Gen.Int[1, 1_000])
        .Sample(
            (rank, steps, lengths, seed) =>
            {
                var sweep = new Sweep(rank, 16 * steps, lengths, columns: 41, seed);
                sweep.AssertEqualsReference(sweep.Solve(new HostEngine(1), Weights), Weights);
            },
            iter: 60);

    [TestCase(512, 64)]
    [TestCase(1_000, 128)]
    [TestCase(2_048, 64)]
    public void SolveRows_HighRanks_EqualTheSweepInFp64(int rank, int blockSize)
    {
        var sweep = new Sweep(rank, blockSize, [30, 0, 1, 60], columns: 71, seed: 30);

        sweep.AssertEqualsReference(sweep.Solve(new HostEngine(2), Weights), Weights);
    }

    [Test]
    public void SolveRows_BlockAsLargeAsTheRank_IsExact()
    {
        var sweep = new Sweep(50, 64, RowLengths, Columns, seed: 31);

        sweep.AssertEquals(sweep.Solve(new HostEngine(2), Weights), sweep.Exact(Weights));
    }

    [Test]
    public void SolveRows_Sweeps_ConvergeToTheExactSolution()
    {
        var sweep = new Sweep(100, 32, RowLengths, Columns, seed: 32);
        using var engine = new HostEngine(2);

        for (var i = 0; i < 60; i++) sweep.X = sweep.Solve(engine, Weights);

        sweep.AssertEquals(sweep.X, sweep.Exact(Weights));
    }

    [TestCase(40, 16)]
    [TestCase(200, 128)]
    public void SolveRows_AnyNumberOfThreads_GivesTheSameBytes(int rank, int blockSize)
    {
        var lengths = Enumerable.Range(0, 700).Select(row => row * 37 % 90).ToArray();
        var sweep = new Sweep(rank, blockSize, lengths, columns: 503, seed: 33);
        var expected = sweep.Solve(new HostEngine(1), Weights);

        foreach (var threads in (int[])[2, 3, 17])
            Assert.That(sweep.Solve(new HostEngine(threads), Weights), Is.EqualTo(expected));
    }

    [Test]
    public void SolveRows_RowByItself_GivesTheSameBytesAsAmongOthers()
    {
        var sweep = new Sweep(100, 48, RowLengths, Columns, seed: 34);
        var together = sweep.Solve(new HostEngine(2), Weights);

        for (var row = 0; row < RowLengths.Length; row++)
            Assert.That(
                sweep.Only(row).Solve(new HostEngine(1), Weights),
                Is.EqualTo(together[(row * 100)..((row + 1) * 100)]),
                $"row {row}");
    }
}

using System.Runtime.Intrinsics;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>
/// Rows with fewer plays than factors, which the host solves by their dual equations: the same solutions as by fp64,
/// and a row's bits depend on that row alone.
/// </summary>
public sealed class HostShortRowsTests
{
    private const int Columns = 700;
    private static readonly ConfidenceWeights Hkv = new(0.7f, 0, 0.7f);

    /// <summary>One test for the three widths, which have the same expected solutions.</summary>
    [Test]
    public void SolveRows_ShortRows_EqualThoseInFp64([Values(2, 3, 16, 33, 64, 100, 128, 200)] int rank)
    {
        var problem = new Shape(rank, LengthsAround(rank));
        var expected = problem.SampleInFp64(Hkv);
        foreach (var bits in (int[])[128, 256, 512])
        {
            var solved = problem.Solve(new HostEngine(2, HostOperations.OfWidth(bits, 2)), Hkv, out var report);

            Assert.That(report, Is.EqualTo(new RowSolveReport(0, 0, -1)), $"{bits} bits");
            problem.AssertSample(solved, expected, $"{bits} bits");
        }
    }

    [Test]
    public void SolveRows_OtherWeights_EqualThoseInFp64(
        [Values(0f, 0.01f, 1f)] float unobserved, [Values(-0.4f, 0f)] float gramOffset, [Values] bool isIals)
    {
        var weights = new ConfidenceWeights(unobserved, gramOffset, gramOffset + (isIals ? 0 : unobserved));
        var problem = new Shape(64, LengthsAround(64));

        problem.AssertSampleEqualsFp64(problem.Solve(new HostEngine(2), weights, out _), weights);
    }

    [Test]
    public void SolveRows_ShortRowsOfRatings_EqualThoseInFp64([Values(3, 33, 64, 128)] int rank)
    {
        var problem = new Shape(rank, LengthsAround(rank));

        problem.AssertSampleEqualsFp64(
            problem.Solve(new HostEngine(2), ConfidenceWeights.Explicit, out _), ConfidenceWeights.Explicit);
    }

    [TestCase(1e-3f)]
    [TestCase(1e2f)]
    [TestCase(1e3f)]
    [TestCase(1e5f)]
    public void SolveRows_LightAndHeavyPlays_EqualThoseInFp64(float scale)
    {
        var problem = new Shape(64, [.. Enumerable.Range(0, 200).Select(row => 1 + (row % 32))], scale);

        problem.AssertSampleEqualsFp64(problem.Solve(new HostEngine(2), Hkv, out _), Hkv);
    }

    [Test]
    public void SolveRows_PlaysOfNoWeight_EqualThoseInFp64()
    {
        var weights = Hkv with { GramOffset = -20 };
        var problem = new Shape(32, LengthsAround(32)) { Lambda = 5_000 };

        problem.AssertSampleEqualsFp64(problem.Solve(new HostEngine(2), weights, out _), weights);
    }

    [TestCase(17, 1)]
    [TestCase(64, 1e4f)]
    [TestCase(128, 1)]
    public void SolveRows_AnyThreadsAndRanges_GiveTheSameBytes(int rank, float scale)
    {
        var problem = new Shape(rank, LengthsAround(rank), scale);
        var expected = problem.Solve(new HostEngine(1), Hkv, out _);

        Assert.That(problem.Solve(new HostEngine(3), Hkv, out _), Is.EqualTo(expected));
        Assert.That(
            problem.SolveInRanges(new HostEngine(2), Hkv, [0, 1, 20, 21, problem.RowCount - 1, problem.RowCount]),
            Is.EqualTo(expected));
    }

    [TestCase(64, 128, true)]
    [TestCase(64, 127, false)]
    public void Prepare_DependsOnTheRowsOfTheTarget(int rank, int targetRows, bool isUsed)
    {
        var problem = new Shape(rank, [1, 40, 2]);

        using var terms = problem.Prepare(targetRows);

        Assert.That(terms is not null, Is.EqualTo(isUsed));
    }

    /// <summary>Every length up to some above the rank, and enough rows that a basis pays.</summary>
    private static int[] LengthsAround(int rank) =>
        [.. Enumerable.Range(0, Math.Max(40, 2 * rank)).Select(row => row * 7 % (rank + 9))];

    private sealed class Shape(int rank, int[] lengths, float valueScale = 1)
    {
        private readonly CsrMatrix _plays =
            TestMatrices.Plays(Columns, lengths, seed: 1).MapValues(value => value * valueScale);
        private readonly float[] _y = TestMatrices.Factors(Columns, rank, seed: 2);
        private readonly double[] _gramian = GramianOf(TestMatrices.Factors(Columns, rank, seed: 2), rank);

        public int RowCount => lengths.Length;

        public float Lambda { get; init; } = 3 + (rank / 8f);

        private float[] Regularization =>
            [.. Enumerable.Range(0, RowCount).Select(row => Lambda * (1 + (0.01f * row)))];

        public float[] Solve(HostEngine engine, ConfidenceWeights weights, out RowSolveReport report)
        {
            using var target = engine.CreateFactors(RowCount, rank);
            report = Solve(engine, weights, _plays, Regularization, target, firstRow: 0);
            return Read(target);
        }

        public float[] SolveInRanges(HostEngine engine, ConfidenceWeights weights, int[] boundaries)
        {
            using var target = engine.CreateFactors(RowCount, rank);
            foreach (var (first, end) in boundaries.Zip(boundaries.Skip(1)))
                Solve(engine, weights, _plays.Slice(first, end - first), Regularization[first..end], target, first);
            return Read(target);
        }

        public RotatedTerms<Simd128, Vector128<float>>? Prepare(int targetRows)
        {
            using var engine = new HostEngine(1);
            using var plays = engine.LoadPlays(_plays);
            using var fixedFactors = engine.LoadFactors(_y, rank);
            using var target = engine.CreateFactors(targetRows, rank);
            return ShortRows<Simd128, Vector128<float>>
                .Prepare(Problem(plays, fixedFactors, Hkv, Regularization, target, firstRow: 0), threadCount: 1);
        }

        /// <summary>Every third row with fp64, relative to the row's largest factor.</summary>
        public void AssertSampleEqualsFp64(float[] solved, ConfidenceWeights weights) =>
            AssertSample(solved, SampleInFp64(weights), "");

        public void AssertSample(float[] solved, double[,] expected, string of)
        {
            for (var i = 0; i < Sample.Length; i++)
            {
                var first = Sample[i] * rank;
                var row = solved[first..(first + rank)].Select(value => (double)value);
                Close.All(
                    row,
                    Enumerable.Range(0, rank).Select(factor => expected[i, factor]),
                    relative: 1e-4,
                    $"{of} row {Sample[i]}");
            }
        }

        /// <summary>
        /// The rows of the sample, all at once: the reference then sums YᵀY once, and not again for each row.
        /// </summary>
        public double[,] SampleInFp64(ConfidenceWeights weights) => ReferenceAls.SolveRows(
            Rows(Sample), weights, TestMatrices.ToDouble(_y, rank), [.. Sample.Select(row => Regularization[row])]);

        private int[] Sample => [.. Enumerable.Range(0, RowCount).Where(row => row % 3 == 0)];

        private CsrMatrix Rows(int[] rows) => new(
            Columns,
            [0, .. rows.Select((_, i) => rows[..(i + 1)].Sum(row => (long)_plays.RowLength(row)))],
            [.. rows.SelectMany(row => _plays.RowIndices(row).ToArray())],
            [.. rows.SelectMany(row => _plays.RowValues(row).ToArray())]);

        private static double[] GramianOf(float[] factors, int rank) =>
            [.. ReferenceAls.Gramian(TestMatrices.ToDouble(factors, rank)).Cast<double>()];

        private RowSolveReport Solve(
            HostEngine engine,
            ConfidenceWeights weights,
            CsrMatrix matrix,
            float[] regularization,
            IEngineFactors target,
            int firstRow)
        {
            using var plays = engine.LoadPlays(matrix);
            using var fixedFactors = engine.LoadFactors(_y, rank);
            return engine.SolveRows(Problem(plays, fixedFactors, weights, regularization, target, firstRow));
        }

        private RowSolveProblem Problem(
            IEnginePlays plays,
            IEngineFactors fixedFactors,
            ConfidenceWeights weights,
            float[] regularization,
            IEngineFactors target,
            int firstRow) => new()
            {
                Rows = new RowRange(firstRow, plays.RowCount),
                Plays = plays,
                Weights = weights,
                FixedFactors = fixedFactors,
                Gramian = _gramian,
                Regularization = regularization,
                Target = target,
            };

        private float[] Read(IEngineFactors target)
        {
            var values = new float[RowCount * rank];
            target.CopyTo(values);
            return values;
        }
    }
}

using System.Runtime.Intrinsics;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>Rows with fewer plays than factors, which the host solves by their dual equations: the same solutions as by fp64, and a row's bits depend on that row alone.</summary>
public sealed class HostShortRowsTests
{
    private const int Columns = 700;
    private static readonly ConfidenceWeights Hkv = new(0.7f, 0, 0.7f);

    [Test]
    public void SolveRows_ShortRows_EqualThoseInFp64([Values(2, 3, 16, 33, 64, 100, 128, 200)] int rank, [Values(128, 256, 512)] int bits)
    {
        var problem = new Shape(rank, LengthsAround(rank));

        var solved = problem.Solve(new HostEngine(2, HostOperations.OfWidth(bits, 2)), Hkv, out var report);

        Assert.That(report, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        problem.AssertSampleEqualsFp64(solved, Hkv);
    }

    [Test]
    public void SolveRows_OtherWeights_EqualThoseInFp64([Values(0f, 0.01f, 1f)] float unobserved, [Values(-0.4f, 0f)] float gramOffset, [Values] bool isIals)
    {
        var weights = new ConfidenceWeights(unobserved, gramOffset, gramOffset + (isIals ? 0 : unobserved));
        var problem = new Shape(64, LengthsAround(64));

        problem.AssertSampleEqualsFp64(problem.Solve(new HostEngine(2), weights, out _), weights);
    }

    [Test]
    public void SolveRows_ShortRowsOfRatings_EqualThoseInFp64([Values(3, 33, 64, 128)] int rank)
    {
        var problem = new Shape(rank, LengthsAround(rank));

        problem.AssertSampleEqualsFp64(problem.Solve(new HostEngine(2), ConfidenceWeights.Explicit, out _), ConfidenceWeights.Explicit);
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
        Assert.That(problem.SolveInRanges(new HostEngine(2), Hkv, [0, 1, 20, 21, problem.RowCount - 1, problem.RowCount]), Is.EqualTo(expected));
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
    private static int[] LengthsAround(int rank) => [.. Enumerable.Range(0, Math.Max(40, 2 * rank)).Select(row => row * 7 % (rank + 9))];

    private sealed class Shape(int rank, int[] lengths, float valueScale = 1)
    {
        private readonly CsrMatrix _plays = TestMatrices.Plays(Columns, lengths, seed: 1).MapValues(value => value * valueScale);
        private readonly float[] _y = TestMatrices.Factors(Columns, rank, seed: 2);

        public int RowCount => lengths.Length;

        public float Lambda { get; init; } = 3 + (rank / 8f);

        private float[] Regularization => [.. Enumerable.Range(0, RowCount).Select(row => Lambda * (1 + (0.01f * row)))];

        public float[] Solve(HostEngine engine, ConfidenceWeights weights, out RowSolveReport report)
        {
            using var target = engine.CreateFactors(RowCount, rank);
            report = Solve(engine, weights, _plays, Regularization, target, firstRow: 0);
            return Read(target);
        }

        public float[] SolveInRanges(HostEngine engine, ConfidenceWeights weights, int[] boundaries)
        {
            using var target = engine.CreateFactors(RowCount, rank);
            foreach (var (first, end) in boundaries.Zip(boundaries.Skip(1))) Solve(engine, weights, Rows(first, end), Regularization[first..end], target, first);
            return Read(target);
        }

        public RotatedTerms<Simd128, Vector128<float>>? Prepare(int targetRows)
        {
            using var engine = new HostEngine(1);
            using var plays = engine.LoadPlays(_plays);
            using var fixedFactors = engine.LoadFactors(_y, rank);
            using var target = engine.CreateFactors(targetRows, rank);
            return ShortRows<Simd128, Vector128<float>>.Prepare(Problem(plays, fixedFactors, Hkv, Regularization, target, firstRow: 0), threadCount: 1);
        }

        /// <summary>Every third row with fp64, relative to the row's largest factor.</summary>
        public void AssertSampleEqualsFp64(float[] solved, ConfidenceWeights weights)
        {
            var y = TestMatrices.ToDouble(_y, rank);
            for (var row = 0; row < RowCount; row += 3)
            {
                var expected = ReferenceAls.SolveRows(Rows(row, row + 1), weights, y, [Regularization[row]]).Cast<double>().ToArray();
                Close.All(solved[(row * rank)..((row + 1) * rank)].Select(value => (double)value), expected, relative: 1e-4);
            }
        }

        private CsrMatrix Rows(int first, int end)
        {
            var (start, stop) = ((int)_plays.Indptr[first], (int)_plays.Indptr[end]);
            return new CsrMatrix(
                Columns, [.. _plays.Indptr[first..(end + 1)].ToArray().Select(place => place - start)], _plays.Indices[start..stop].ToArray(), _plays.Values[start..stop].ToArray());
        }

        private RowSolveReport Solve(HostEngine engine, ConfidenceWeights weights, CsrMatrix matrix, float[] regularization, IEngineFactors target, int firstRow)
        {
            using var plays = engine.LoadPlays(matrix);
            using var fixedFactors = engine.LoadFactors(_y, rank);
            return engine.SolveRows(Problem(plays, fixedFactors, weights, regularization, target, firstRow));
        }

        private RowSolveProblem Problem(IEnginePlays plays, IEngineFactors fixedFactors, ConfidenceWeights weights, float[] regularization, IEngineFactors target, int firstRow) => new()
        {
            Plays = plays,
            Weights = weights,
            FixedFactors = fixedFactors,
            Gramian = ReferenceAls.Gramian(TestMatrices.ToDouble(_y, rank)).Cast<double>().ToArray(),
            Regularization = regularization,
            Target = target,
            FirstTargetRow = firstRow,
        };

        private float[] Read(IEngineFactors target)
        {
            var values = new float[RowCount * rank];
            target.CopyTo(values);
            return values;
        }
    }
}

using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>The loss of long rows and of very many plays on every engine.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineLossTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    /// <summary>
    /// Rows are cut after 1,024 plays: lengths around that, rows that end where a window of as many entries does, and
    /// empty ones.
    /// </summary>
    [TestCase(new[] { 1024, 0, 1025, 1023, 1, 2048, 2049, 0, 3071, 5000 })]
    [TestCase(new[] { 5000 })]
    [TestCase(new[] { 0, 0, 0 })]
    [TestCase(new[] { 7, 1017, 2048, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4000, 0 })]
    public void PlaysLoss_RowsOfManySegments_MatchReference(int[] lengths)
    {
        if (!TEngine.TakesManyRows) lengths = [.. lengths.Select(length => length / 3)];
        var plays = TestMatrices.Plays(5_003, lengths, seed: 4);
        var (x, y) = (TestMatrices.Factors(lengths.Length, 6, seed: 5), TestMatrices.Factors(5_003, 6, seed: 6));

        var loss = Loss(plays, x, y, 6);

        Close.All(
            [loss],
            [ReferenceAls.PlaysLoss(plays, Weights, TestMatrices.ToDouble(x, 6), TestMatrices.ToDouble(y, 6))],
            relative: 1e-6);
        Assert.That(Loss(plays, x, y, 6), Is.EqualTo(loss));
    }

    [Test]
    public void PlaysLoss_TenMillionPlays_KeepsSixDigits()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("so many plays take hours on this engine.");
        const int Rows = 10_000;
        const int Rank = 8;
        const int Columns = 5_000;
        var plays = Regular(Rows, Columns, Columns / 5);
        var (x, y) = (TestMatrices.Factors(Rows, Rank, seed: 5), TestMatrices.Factors(Columns, Rank, seed: 6));

        var loss = Loss(plays, x, y, Rank);

        Close.All([loss], [Fp64(plays, x, y, Rank)], relative: 1e-6);
    }

    /// <summary>A row's sum does not depend on where the row stands, so plays may come in blocks of rows.</summary>
    [Test]
    public void PlaysLoss_EachRowAlone_AddsUpToTheSameBits()
    {
        if (_engine.Capabilities.Device == DeviceKind.Cpu) Assert.Ignore("the host engine adds chunks of rows.");
        int[] lengths = TEngine.TakesManyRows ? [3, 0, 1500, 17, 1024, 5000, 1, 99] : [3, 0, 17, 1030, 1];
        var plays = TestMatrices.Plays(5_003, lengths, seed: 8);
        var (x, y) = (TestMatrices.Factors(lengths.Length, 6, seed: 5), TestMatrices.Factors(5_003, 6, seed: 6));

        var alone =
            Enumerable.Range(0, lengths.Length).Sum(row => Loss(Row(plays, row), x[(6 * row)..(6 * (row + 1))], y, 6));

        Assert.That(Loss(plays, x, y, 6), Is.EqualTo(alone));
    }

    private static CsrMatrix Row(CsrMatrix plays, int row)
    {
        var (first, length) = ((int)plays.Indptr[row], plays.RowLength(row));
        return new CsrMatrix(
            plays.ColumnCount,
            [0, length],
            plays.Indices.Slice(first, length).ToArray(),
            plays.Values.Slice(first, length).ToArray());
    }

    private static double Fp64(CsrMatrix plays, float[] x, float[] y, int rank)
    {
        double loss = 0;
        for (var row = 0; row < plays.RowCount; row++)
        {
            var values = plays.Values.Slice((int)plays.Indptr[row], plays.RowLength(row));
            for (var entry = 0; entry < values.Length; entry++)
                loss += Term(
                    x.AsSpan(row * rank, rank), y.AsSpan(plays.RowIndices(row)[entry] * rank, rank), values[entry]);
        }

        return loss;
    }

    private static double Term(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float value)
    {
        double score = 0;
        for (var i = 0; i < x.Length; i++) score += (double)x[i] * y[i];
        var (gram, rhs) = ((double)Weights.Gram(value), (double)Weights.Rhs(value));
        return (rhs * (1 - score) * (1 - score)) + ((gram - rhs) * score * score);
    }

    /// <summary>The same number of plays in each row.</summary>
    private static CsrMatrix Regular(int rows, int columns, int plays)
    {
        var random = new Random(7);
        var width = columns / plays;
        var indices = new int[rows * plays];
        for (var i = 0; i < indices.Length; i++) indices[i] = (i % plays * width) + random.Next(width);
        var values = new float[indices.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (0.5f + (40 * random.NextSingle())) * (i % 7 == 6 ? -1 : 1);
        return new CsrMatrix(
            columns, [.. Enumerable.Range(0, rows + 1).Select(row => (long)row * plays)], indices, values);
    }

    private double Loss(CsrMatrix plays, float[] x, float[] y, int rank)
    {
        using var loaded = _engine.LoadPlays(plays);
        using var rows = _engine.CreateFactors(x.Length / rank, rank);
        using var columns = _engine.CreateFactors(y.Length / rank, rank);
        rows.CopyFrom(x);
        columns.CopyFrom(y);
        return _engine.PlaysLoss(loaded, rows, RowRange.All(rows), columns, Weights);
    }
}

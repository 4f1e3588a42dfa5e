using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>a·x + b·y on every engine.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineCombineTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCase(1, 1)]
    [TestCase(7, 9)]
    [TestCase(300, 5)]
    [TestCase(9_000, 2)]
    public void Combine_AnyShape_IsTheSum(int rows, int rank)
    {
        if (!TEngine.TakesManyRows) rows = Math.Min(rows, 700);
        var (left, right) = (TestMatrices.Factors(rows, rank, seed: 1), TestMatrices.Factors(rows, rank, seed: 2));
        using var x = _engine.LoadFactors(left, rank);
        using var y = _engine.LoadFactors(right, rank);
        using var target = _engine.LoadFactors(left, rank);

        _engine.Combine(target, 1.25f, x, -0.5f, y);

        Assert.That(target.ToArray(), Is.EqualTo(Sum(1.25, left, -0.5, right)).Within(1e-6f));
        Assert.That(x.ToArray(), Is.EqualTo(left));
        Assert.That(y.ToArray(), Is.EqualTo(right));
    }

    [Test]
    public void Combine_IntoItsOwnInput_IsTheSum()
    {
        var (left, right) = (TestMatrices.Factors(33, 6, seed: 1), TestMatrices.Factors(33, 6, seed: 2));
        using var x = _engine.LoadFactors(left, 6);
        using var y = _engine.LoadFactors(right, 6);

        _engine.Combine(x, 1, x, -1, y);
        _engine.Combine(y, 0, x, 2, y);

        Assert.That(x.ToArray(), Is.EqualTo(Sum(1, left, -1, right)).Within(1e-6f));
        Assert.That(y.ToArray(), Is.EqualTo(Sum(0, left, 2, right)).Within(1e-6f));
    }

    /// <summary>What was made of the old rows for scoring must not outlive them.</summary>
    [Test]
    public void Combine_ItemsThatWereScored_AreScoredAnew()
    {
        using var query = _engine.LoadFactors([1f], 1);
        using var items = _engine.LoadFactors([1f, 2, 3], 1);
        Assert.That(Best(), Is.EqualTo(2));

        _engine.Combine(items, -1, items, 0, items);

        Assert.That(Best(), Is.Zero);

        int Best()
        {
            var (indices, scores) = (new int[1], new float[1]);
            _engine.TopK(new TopKQuery(query, RowRange.All(query), items, null, 1), indices, scores);
            return indices[0];
        }
    }

    [Test]
    public void Combine_OtherShapes_AreRefused()
    {
        using var three = _engine.CreateFactors(3, 2);
        using var four = _engine.CreateFactors(4, 2);
        using var wide = _engine.CreateFactors(3, 3);

        Assert.That(() => _engine.Combine(three, 1, three, 1, four), Throws.ArgumentException);
        Assert.That(() => _engine.Combine(three, 1, wide, 1, three), Throws.ArgumentException);
    }

    private static float[] Sum(double a, float[] x, double b, float[] y) =>
        [.. x.Zip(y, (left, right) => (float)((a * left) + (b * right)))];
}

using CsCheck;

namespace GpuAls.Tests.Engines.Device;

/// <summary>Lists from the items that can enter them are those from all items, to the bit.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
[NonParallelizable]
internal sealed class DevicePrunedTopKTests<TEngine>
    where TEngine : ITestEngine
{
    private DeviceEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = (DeviceEngine)TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [Test]
    public void TopK_AnyFactors_AreThoseOfAllPairs()
    {
        var (queries, items, iterations) = TEngine.TakesManyRows ? (200, 6_000, 40) : (6, 90, 2);
        TopKShape.Any(queries, items).Sample(Check, iter: iterations, threads: 1);
    }

    /// <summary>Some queries stop after the first items, some search all.</summary>
    [TestCase(130, 10, NormsOf.VerySkewed)]
    [TestCase(130, 10, NormsOf.Skewed)]
    [TestCase(1, 100, NormsOf.Skewed)]
    public void TopK_ManyItems_AreThoseOfAllPairs(int queries, int k, NormsOf norms)
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("many items take too long on this engine");
        Check(new TopKShape(8, queries, 20_000, k, norms, ValuesOf.Reals, 1, 7) { Seen = [300, 0, 5] });
    }

    /// <summary>Queries that fill no tile: no memory belongs to the lists of the rest of it.</summary>
    [Test]
    public void TopK_FactorsThatAreNotFinite_AreThoseOfAllPairs([Values(1, 2, 3, 4)] int seed) =>
        Check(new TopKShape(5, 3, 130, 10, NormsOf.Skewed, ValuesOf.NotFinite, 1, seed));

    private void Check(TopKShape shape)
    {
        _engine.PrunesLists = false;
        var expected = shape.Select(_engine);
        _engine.PrunesLists = true;
        var lists = shape.Select(_engine);

        Assert.That(lists.Indices, Is.EqualTo(expected.Indices), $"{shape}");
        Assert.That(lists.Scores, Is.EqualTo(expected.Scores), $"{shape}");
    }
}

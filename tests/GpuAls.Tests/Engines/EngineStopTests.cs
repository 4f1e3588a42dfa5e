using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>A solve of rows is stopped between blocks of them, and the engine goes on working afterwards.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineStopTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly int[] Lengths = [3, 0, 5, 40, 2, 8];

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCase(0)]
    [TestCase(2)]
    public void SolveRows_Stopped_ThrowsAndTheNextIsRight(int steps)
    {
        var stopped = new Problem(3, Lengths, columns: 47, seed: 3)
        {
            ConjugateGradientSteps = steps,
            Cancellation = new CancellationToken(canceled: true),
        };
        var whole = new Problem(3, Lengths, columns: 47, seed: 3) { ConjugateGradientSteps = steps };
        var before = whole.Solve(_engine);

        Assert.That(() => stopped.Solve(_engine), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(whole.Solve(_engine), Is.EqualTo(before));
    }
}

/// <summary>On the CPU a row, or a few side by side, is a block.</summary>
internal sealed class HostStopTests
{
    private const int Rows = 6_000;
    private const int Rank = 256;

    [TestCase(false, 0)]
    [TestCase(true, 0)]
    [TestCase(true, 30)]
    public void SolveRows_StoppedInTheMiddle_LeavesTheOtherRowsAsTheyWere(bool isExplicit, int steps)
    {
        using var engine = new HostEngine(1);
        using var stop = new CancellationTokenSource();
        int[] lengths = [.. Enumerable.Repeat(200, Rows)];
        var plays = TestMatrices.Plays(500, lengths, seed: 5);
        using var loaded = engine.LoadPlays(plays);
        using var fixedFactors = engine.LoadFactors(TestMatrices.Factors(500, Rank, seed: 6), Rank);
        using var target = engine.LoadFactors(TestMatrices.Factors(Rows, Rank, seed: 7), Rank);
        var start = target.ToArray();
        var gramian = new double[Rank * Rank];
        if (!isExplicit) engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);

        stop.CancelAfter(TimeSpan.FromMilliseconds(50));
        Assert.That(
            () => engine.SolveRows(new RowSolveProblem
            {
                Rows = RowRange.All(target),
                Plays = loaded,
                Weights = isExplicit ? ConfidenceWeights.Explicit : new ConfidenceWeights(0.7f, 0, 0.7f),
                FixedFactors = fixedFactors,
                Gramian = gramian,
                Regularization = [.. Enumerable.Repeat(3f, Rows)],
                Target = target,
                ConjugateGradientSteps = steps,
                Cancellation = stop.Token,
            }),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(target.ToArray().AsSpan(^Rank..).SequenceEqual(start.AsSpan(^Rank..)), Is.True);
    }
}

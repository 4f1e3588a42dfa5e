using GpuAls.Kernels;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>A bound of the device's memory changes where plays lie, and nothing of what comes out.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class DeviceStreamingTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly int[] RowLengths = [0, 1, 3, 4, 5, 0, 17, 33, 64, 65, 2, 100, 0];

    private readonly List<PipelineStep> _steps = [];
    private DeviceEngine _engine = null!;

    // At rank 48 a group of 256 threads has 11 teams, and not all of them have as many threads.
    private static int[] Ranks => TEngine.TakesManyRows ? [3, 48, 64, 200] : [3, 9];

    private DeviceMemory Memory => _engine.Store.Memory;

    private int Launches => _steps.Count(step => step.Action == PipelineAction.Launch);

    [OneTimeSetUp]
    public void OpenEngine()
    {
        _engine = (DeviceEngine)TEngine.Create();
        _engine.Pass.StepTaken = _steps.Add;
    }

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [SetUp]
    public void LiftBound()
    {
        Memory.Bound = long.MaxValue;
        _engine.Release();
        _steps.Clear();
    }

    [TearDown]
    public void AllIsGivenBack() => Assert.That(Memory.Used, Is.EqualTo(Memory.Scratch));

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_Streamed_GivesTheSameBytes(int rank)
    {
        var problem = new Problem(rank, RowLengths, columns: 137, seed: 3);
        var start = TestMatrices.Factors(RowLengths.Length + 3, rank, seed: 4);
        AssertSame(problem, start, rank, RowLengths, 137);
    }

    [Test]
    public void SolveRows_StreamedConjugateGradients_GiveTheSameBytes()
    {
        var problem = new Problem(9, RowLengths, columns: 137, seed: 9) { ConjugateGradientSteps = 3 };
        AssertSame(problem, TestMatrices.Factors(RowLengths.Length + 3, 9, seed: 4), 9, RowLengths, 137);
    }

    [Test]
    public void SolveRows_StreamedRowsBeyondFp32_AreSolvedInFp64()
    {
        int[] lengths = [1, 5, 0, 2, 9, 9, 9, 1];
        var problem = new Problem(3, lengths, columns: 900, seed: 19) { FactorScale = 1e25f };

        AssertSame(problem, new float[(lengths.Length + 3) * 3], 3, lengths, 900);

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(7, 0, -1)));
    }

    [Test]
    public void SolveRows_LongRowsInSegments_GiveTheSameBytes()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("rows of this length take minutes on this engine.");
        int[] lengths = [2_500, 40, 7_000, 0, 2_049, 1, 2_048, 6_500, 3_000, 6_000, 5_500, 6_999];
        var problem = new Problem(16, lengths, columns: 7_000, seed: 5);

        AssertSame(problem, new float[(lengths.Length + 3) * 16], 16, lengths, 7_000);
    }

    /// <summary>Much work is queued in parts, so that a run can be stopped between them.</summary>
    [TestCase(0, false)]
    [TestCase(3, false)]
    [TestCase(0, true)]
    public void SolveRows_InParts_GivesTheSameBytes(int steps, bool hasLongRows)
    {
        if (hasLongRows && !TEngine.TakesManyRows) Assert.Ignore("rows of this length take minutes on this engine.");
        int[] lengths = hasLongRows ? [2_500, 40, 7_000, 0, 2_049, 1, 2_048, 6_500] : RowLengths;
        var problem = new Problem(9, lengths, hasLongRows ? 7_000 : 137, seed: 9) { ConjugateGradientSteps = steps };
        var start = TestMatrices.Factors(lengths.Length, 9, seed: 4);
        var whole = problem.Solve(_engine, null, [.. start]);
        var usual = _engine.RowSolve.BlockWork;
        _engine.RowSolve.BlockWork = 1;

        var inParts = problem.Solve(_engine, null, [.. start]);

        _engine.RowSolve.BlockWork = usual;
        Assert.That(inParts, Is.EqualTo(whole));
    }

    /// <summary>The kernels of the first block are done, and the memory of the blocks is given back.</summary>
    [Test]
    public void SolveRows_StreamedAndStopped_ThrowsBeforeTheNextBlock()
    {
        var whole = new Problem(3, RowLengths, columns: 137, seed: 3);
        using var stop = new CancellationTokenSource();
        var stopped = new Problem(3, RowLengths, columns: 137, seed: 3) { Cancellation = stop.Token };
        var expected = whole.Solve(_engine);
        Memory.Bound = Tight(
            new TrainingShape(RowLengths.Length, 137, 3, 100, TestMatrices.Plays(137, RowLengths, 3).EntryCount),
            RowLengths.Length);
        _engine.Pass.StepTaken = step =>
        {
            _steps.Add(step);
            if (step.Action == PipelineAction.Launch) stop.Cancel();
        };
        try
        {
            Assert.That(() => stopped.Solve(_engine), Throws.InstanceOf<OperationCanceledException>());
        }
        finally
        {
            _engine.Pass.StepTaken = _steps.Add;
        }

        Assert.That(Launches, Is.EqualTo(1));
        Assert.That(whole.Solve(_engine), Is.EqualTo(expected));
        Assert.That(Launches, Is.GreaterThan(2));
    }

    [TestCase(3)]
    [TestCase(9)]
    public void PlaysLoss_Streamed_GivesTheSameBits(int rank)
    {
        var plays = TestMatrices.Plays(137, RowLengths, seed: 14);
        var whole = Loss(plays, rank, long.MaxValue);
        _steps.Clear();

        var streamed = Loss(
            plays,
            rank,
            Tight(new TrainingShape(RowLengths.Length, 137, rank, 100, plays.EntryCount), RowLengths.Length));

        Assert.That(Launches, Is.GreaterThan(1));
        Assert.That(streamed, Is.EqualTo(whole));
    }

    private double Loss(CsrMatrix plays, int rank, long bound)
    {
        Memory.Bound = bound;
        using var rows = _engine.LoadFactors(TestMatrices.Factors(plays.RowCount, rank, seed: 15), rank);
        using var columns = _engine.LoadFactors(TestMatrices.Factors(plays.ColumnCount, rank, seed: 16), rank);
        using var loaded = _engine.LoadPlays(plays);
        return _engine.PlaysLoss(loaded, rows, RowRange.All(rows), columns, new ConfidenceWeights(0.7f, 0, 0.7f));
    }

    [TestCase(1, true)]
    [TestCase(20, true)]
    [TestCase(20, false)]
    public void TopK_LittleMemory_GivesTheSameLists(int k, bool hasSeen)
    {
        var (x, y) = (TestMatrices.Factors(40, 6, seed: 1), TestMatrices.Factors(70, 6, seed: 2));
        var seen = hasSeen
            ? TestMatrices.Plays(70, [.. Enumerable.Range(0, 37).Select(row => row % 29)], seed: 3)
            : null;
        var whole = Lists(x, y, 6, seen, k, long.MaxValue);
        _steps.Clear();

        var parts = Lists(
            x, y, 6, seen, k,
            Memory.Scratch + (110 * 32) + (3 * Math.Max(300, 8 * k)) + TopKItems.BytesFor(70)
            + TopKLauncher.LeastBytes(k));

        Assert.That(parts.Indices, Is.EqualTo(whole.Indices));
        Assert.That(parts.Scores, Is.EqualTo(whole.Scores));
        if (hasSeen) Assert.That(Launches, Is.GreaterThan(1));
    }

    [Test]
    public void LoadPlays_EnoughMemory_StaysAndGivesWayToFactors()
    {
        Memory.Bound = Memory.Scratch + (4 << 20);
        var problem = TestMatrices.Plays(137, [.. Enumerable.Repeat(RowLengths, 300).SelectMany(of => of)], seed: 3);
        using var plays = (DevicePlays)_engine.LoadPlays(problem);
        Assert.That(plays.Resident, Is.Not.Null);

        using var factors = _engine.CreateFactors((int)(Memory.Left / 32) + 1, 8);

        Assert.That(plays.Resident, Is.Null);
        Assert.That(factors, Is.InstanceOf<DeviceFactors>());
    }

    [Test]
    public void Fit_LeastMemory_GivesTheSameFactorsAndLists()
    {
        var plays = Plays(TEngine.TakesManyRows ? 120 : 24, TEngine.TakesManyRows ? 70 : 17);
        var options = AlsOptions.Default with { Rank = 9, Iterations = 2, TrackLoss = true };
        var (whole, wholeLists) = Train(plays, options);
        Assert.That(_steps, Is.Empty);

        Memory.Bound = Tight(options.ShapeOf(plays), plays.Users.Count);
        var (streamed, streamedLists) = Train(plays, options);

        Assert.That(streamed.UserFactors.ToArray(), Is.EqualTo(whole.UserFactors.ToArray()));
        Assert.That(streamed.ItemFactors.ToArray(), Is.EqualTo(whole.ItemFactors.ToArray()));
        Assert.That(
            streamedLists.SelectMany(list => list.ItemIndices),
            Is.EqualTo(wholeLists.SelectMany(list => list.ItemIndices)));
        Assert.That(
            streamedLists.SelectMany(list => list.Scores), Is.EqualTo(wholeLists.SelectMany(list => list.Scores)));
        Assert.That(Launches, Is.GreaterThan(2 * 2 * 2));
    }

    [Test]
    public void Fit_LessThanTheLeastMemory_SaysHowMuchIsNeededAndWhatToChange()
    {
        var plays = Plays(24, 17);
        var options = AlsOptions.Default with { Rank = 9 };
        var need = TrainingMemory.Of(_engine.Store.Accelerator, options.ShapeOf(plays));
        Memory.Bound = Math.Min(need.Bytes, need.LeastBytes) - 1;

        var failure = Assert.Throws<GpuAlsException>(() => new FactorTrainer(_engine, options).Fit(plays));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Device));
        Assert.That(failure.Message, Does.Match("has [0-9.]+ [kM]B of memory for gpuals, and this training needs at "
            + "least [0-9.]+ [kM]B")
            .And.Contains("24 users and 17 items at rank 9").And.Contains("--rank").And.Contains("--device-memory").And
            .Contains("--device cpu"));
    }

    [TestCaseSource(nameof(Ranks))]
    public void Fit_NewEngineWithTheLeastMemory_TakesNoMore(int rank)
    {
        using var engine = (DeviceEngine)TEngine.Create();
        var plays = Plays(TEngine.TakesManyRows ? 1_200 : 20, TEngine.TakesManyRows ? 700 : 10);
        var options = AlsOptions.Default with { Rank = rank, Iterations = 1, TrackLoss = true };
        var least = TrainingMemory.Of(engine.Store.Accelerator, options.ShapeOf(plays));
        engine.Store.Memory.Bound = least.Bytes;

        new FactorTrainer(engine, options).Fit(plays);

        Assert.That(engine.Store.Memory.Scratch, Is.LessThanOrEqualTo(least.ScratchBytes).And.Positive);
    }

    private static InteractionMatrix Plays(int users, int items) => new(
        new IdIndex<int>([.. Enumerable.Range(0, users)]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
        TestMatrices.Plays(
            items, [.. Enumerable.Range(0, users).Select(user => user % Math.Min(20, items))], seed: 21));

    /// <summary>
    /// A bound with room for factors, scratch for some rows and the longest row, whatever scratch other tests have
    /// left.
    /// </summary>
    private long Tight(TrainingShape shape, int rows)
    {
        var least = TrainingMemory.Of(_engine.Store.Accelerator, shape);
        _engine.Store.Expect(Float4.CountFor(shape.Rank));
        return least.FactorBytes + least.RowBytes + Memory.Scratch + _engine.Store
            .ScratchToCome(new LaunchScratch(0, rows, shape.LongestRow, shape.PlayCount));
    }

    private void AssertSame(Problem problem, float[] start, int rank, int[] rowLengths, int columns)
    {
        var whole = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);
        var report = problem.Report;
        Assert.That(_steps, Is.Empty);

        Memory.Bound = Tight(
            new TrainingShape(start.Length / rank, columns, rank, rowLengths.Max(), rowLengths.Sum()),
            rowLengths.Length);
        var streamed = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);

        Assert.That(streamed, Is.EqualTo(whole));
        Assert.That(problem.Report, Is.EqualTo(report));
        Assert.That(Launches, Is.GreaterThan(1));
        Assert.That(_steps, Is.EqualTo(BlockPipeline.Steps(Launches)));
    }

    private (int[] Indices, float[] Scores) Lists(float[] x, float[] y, int rank, CsrMatrix? seen, int k, long bound)
    {
        Memory.Bound = bound;
        using var queries = _engine.LoadFactors(x, rank);
        using var items = _engine.LoadFactors(y, rank);
        using var mask = seen is null ? null : _engine.LoadPlays(seen);
        var (indices, scores) = (new int[37 * k], new float[37 * k]);
        _engine.TopK(new TopKQuery(queries, new RowRange(2, 37), items, mask, k), indices, scores);
        return (indices, scores);
    }

    private (TrainedFactors Factors, List<RecommendationBatch> Lists) Train(InteractionMatrix plays, AlsOptions options)
    {
        var trained = new FactorTrainer(_engine, options).Fit(plays);
        var model = new FactorModel(plays, options, trained);
        using var recommender = new Recommender(model, _engine);
        return (trained, recommender.Recommend(Recommender.UsersWithPlays(model), 3, includePlayed: false).ToList());
    }
}

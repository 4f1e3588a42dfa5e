using GpuAls.Kernels;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>Factors that do not fit in a device's memory lie in that of the host; rows are solved as before.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class DeviceSpillingTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Columns = 137;

    private static readonly int[] RowLengths = [0, 1, 3, 4, 5, 0, 17, 33, 64, 65, 2, 100, 0];

    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);

    private DeviceEngine _engine = null!;

    private DeviceMemory Memory => _engine.Store.Memory;

    [SetUp]
    public void OpenEngine() => _engine = (DeviceEngine)TEngine.Create();

    [TearDown]
    public void AllIsGivenBack()
    {
        Memory.Bound = long.MaxValue; // also of other engines on the device
        Assert.That(Memory.Used, Is.EqualTo(Memory.Scratch));
        _engine.Dispose();
    }

    /// <summary>Whichever of both sides is too large.</summary>
    [TestCase(true, true, 0)]
    [TestCase(true, false, 0)]
    [TestCase(false, true, 0)]
    [TestCase(true, true, 3)]
    public void SolveRows_Spilled_GivesTheSameBytes(bool spillsFixed, bool spillsTarget, int steps)
    {
        if (!spillsFixed || !spillsTarget) IgnoreWhereSlow();
        var rank = TEngine.TakesManyRows ? 48 : 9;
        var problem = new Problem(rank, RowLengths, Columns, seed: 3) { ConjugateGradientSteps = steps };
        // The larger one spills, if not both.
        var targetRows = spillsTarget ? 200 : 20;
        var start = TestMatrices.Factors(targetRows, rank, seed: 4);
        var whole = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);
        var report = problem.Report;

        if (spillsFixed && spillsTarget) Spill(rank);
        else Spill(rank, spillsFixed ? targetRows : Columns, from: spillsFixed ? Columns : targetRows);
        var solved = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);

        Assert.That(solved, Is.EqualTo(whole));
        Assert.That(problem.Report, Is.EqualTo(report));
        Assert.That(_engine.Spilled.Blocks, spillsFixed ? Is.GreaterThan(1) : Is.Positive);
    }

    /// <summary>Rows of as many unknowns as they have plays; a block's rows of y are rotated.</summary>
    [Test]
    public void SolveRows_SpilledFactorsOfDualRows_GivesTheSameBytes()
    {
        IgnoreWhereSlow();
        const int Rank = 48;
        _engine.Dual.LeastRows = 0;
        var problem = new Problem(Rank, RowLengths, Columns, seed: 3);
        var start = TestMatrices.Factors(200, Rank, seed: 4);
        var whole = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);
        var dualRows = _engine.RowSolve.Dual.SolvedRows;

        Spill(Rank, resident: 100, rotated: 1);
        var solved = problem.Solve(_engine, null, [.. start], firstTargetRow: 2);

        Assert.That(solved, Is.EqualTo(whole));
        Assert.That(_engine.RowSolve.Dual.SolvedRows, Is.EqualTo(2 * dualRows));
        Assert.That(dualRows, Is.Positive);
        Assert.That(_engine.Spilled.Blocks, Is.GreaterThan(1));
    }

    [Test]
    public void SolveRows_SpilledRowsBeyondFp32_AreSolvedInFp64()
    {
        int[] lengths = [1, 5, 0, 2, 9, 9, 9, 1];
        var problem = new Problem(3, lengths, columns: 900, seed: 19) { FactorScale = 1e25f };
        var whole = problem.Solve(_engine);

        Spill(3);

        Assert.That(problem.Solve(_engine), Is.EqualTo(whole));
        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(7, 0, -1)));
    }

    [Test]
    public void SolveRows_SpilledSweep_GivesTheSameBytes()
    {
        IgnoreWhereSlow();
        var rank = TEngine.TakesManyRows ? 60 : 17;
        var sweep = new Sweep(rank, 16, RowLengths, Columns, seed: 44);
        var whole = sweep.Solve(_engine, Weights);

        Spill(rank, blockSize: 16);

        Assert.That(sweep.Solve(_engine, Weights), Is.EqualTo(whole));
        Assert.That(_engine.Spilled.Blocks, Is.GreaterThan(1));
    }

    [Test]
    public void SolveRows_SpilledAndPulled_GivesTheSameBytes()
    {
        var rows = new PulledRows(9, RowLengths, Columns, seed: 3);
        var whole = rows.Solve(_engine, Weights);

        Spill(9);

        Assert.That(rows.Solve(_engine, Weights), Is.EqualTo(whole));
        Assert.That(_engine.Spilled.Blocks, Is.GreaterThan(1));
    }

    [Test]
    public void SolveRows_SpilledAndStopped_Throws()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Spill(3);

        Assert.That(
            () => new Problem(3, RowLengths, Columns, seed: 3) { Cancellation = stop.Token }.Solve(_engine),
            Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Processes may share out the blocks of factors that only some of them spill.</summary>
    [Test]
    public void Gramian_SpilledBlocks_HaveTheBitsOfThoseOnTheDevice()
    {
        var (rank, blockRows, rows) = (TEngine.TakesManyRows ? 48 : 3, 29, new RowRange(5, 70));
        var values = TestMatrices.Factors(80, rank, seed: 18);
        var (onDevice, spilled) = (new double[3 * rank * rank], new double[3 * rank * rank]);
        using var factors = Load(values, rank, spills: false);
        _engine.Gramian(factors, rows, blockRows, onDevice);

        using var inHost = Load(values, rank, spills: true);
        for (var block = 0; block < 3; block++)
        {
            var first = block * blockRows;
            var part = new RowRange(rows.Start + first, Math.Min(blockRows, rows.Count - first));
            _engine.Gramian(inHost, part, blockRows, spilled.AsSpan(block * rank * rank, rank * rank));
        }

        Assert.That(spilled, Is.EqualTo(onDevice));
    }

    /// <summary>A window replaces the one before, which a kernel has to have read by then.</summary>
    [Test]
    public void Gramian_SpilledInSeveralWindows_HasTheBitsOfThatOnTheDevice()
    {
        IgnoreWhereSlow();
        const int Rank = 9;
        var values = TestMatrices.Factors(3_000, Rank, seed: 22);
        var (onDevice, spilled) = (new double[Rank * Rank], new double[Rank * Rank]);
        using (var factors = Load(values, Rank, spills: false))
            _engine.Gramian(factors, RowRange.All(factors), onDevice);
        using var inHost = Load(values, Rank, spills: true);
        _engine.Release();
        var rank4 = Float4.CountFor(Rank);
        var windowRows = GramianLauncher.SliceRows(_engine.Accelerator, inHost.RowCount, rank4);
        Assert.That(windowRows, Is.LessThanOrEqualTo(inHost.RowCount / 3));
        Memory.Bound = Memory.Used + _engine.Store.ScratchToCome(new LaunchScratch(rank4, inHost.RowCount, 0, 0))
            + DeviceFactors.BytesOf(windowRows, Rank);

        _engine.Gramian(inHost, RowRange.All(inHost), spilled);

        Assert.That(spilled, Is.EqualTo(onDevice));
    }

    /// <summary>Each slot of the staging is filled again while the copy of the other may still be under way.</summary>
    [Test]
    public void Gather_MoreRowsThanTwoSlotsHold_GivesThoseRows()
    {
        const int Rank = 512;
        var rowCount = 4 * Staging.ChunkOf<float>() / Rank;
        using var source = (HostFactors)Load(TestMatrices.Factors(rowCount, Rank, seed: 23), Rank, spills: true);
        using var gathered = new DeviceFactors(_engine.Store, rowCount, Rank);
        var (expected, rows) = (new float[rowCount * Rank], new float[rowCount * Rank]);
        int[] order = [.. Enumerable.Range(0, rowCount).Reverse()];
        for (var row = 0; row < rowCount; row++)
            source.Padded(order[row], Rank).CopyTo(expected.AsSpan(row * Rank));

        gathered.Gather(source, order);
        gathered.CopyTo(RowRange.All(gathered), rows);

        Assert.That(rows.AsSpan().SequenceEqual(expected), Is.True);
    }

    /// <summary>Whichever of two matrices is spilled, the CPU gives what the device gives.</summary>
    [Test]
    public void Sums_OfSpilledFactors_AreThoseOfTheDevice()
    {
        var plays = TestMatrices.Plays(Columns, RowLengths, seed: 14);
        var expected = Sums([false, false]);

        foreach (var spills in (bool[][])[[true, true], [true, false], [false, true]])
            Assert.That(Sums(spills), Is.EqualTo(expected).Within(1e-5).Percent, string.Join(", ", spills));

        double[] Sums(bool[] spills)
        {
            const int Rank = 9;
            using var rows = Load(TestMatrices.Factors(RowLengths.Length, Rank, seed: 15), Rank, spills[0]);
            using var columns = Load(TestMatrices.Factors(Columns, Rank, seed: 16), Rank, spills[1]);
            using var more = Load(TestMatrices.Factors(Columns, Rank, seed: 17), Rank, spills[0]);
            using var loaded = _engine.LoadPlays(plays);
            var weights = Enumerable.Range(0, Columns).Select(row => 1f + row).ToArray();
            var (gramian, combined) = (new double[Rank * Rank], new float[Columns * Rank]);
            _engine.Gramian(columns, RowRange.All(columns), gramian);
            var loss = _engine.PlaysLoss(loaded, rows, RowRange.All(rows), columns, Weights);
            var norm = _engine.WeightedSquaredNorm(columns, RowRange.All(columns), weights);
            _engine.Combine(columns, 0.5f, columns, -2, more);
            columns.CopyTo(combined);
            return [loss, norm, .. gramian, .. combined.Select(value => (double)value)];
        }
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public void TopK_OfSpilledFactors_GivesTheSameLists(bool spillsQueries, bool spillsItems)
    {
        var expected = Lists(false, false);

        Assert.That(Lists(spillsQueries, spillsItems), Is.EqualTo(expected));

        int[] Lists(bool queriesSpill, bool itemsSpill)
        {
            using var queries = Load(TestMatrices.Factors(40, 6, seed: 1), 6, queriesSpill);
            using var items = Load(TestMatrices.Factors(70, 6, seed: 2), 6, itemsSpill);
            using var seen = _engine.LoadPlays(
                TestMatrices.Plays(70, [.. Enumerable.Range(0, 37).Select(row => row % 29)], seed: 3));
            var (indices, scores) = (new int[37 * 5], new float[37 * 5]);
            _engine.TopK(new TopKQuery(queries, new RowRange(2, 37), items, seen, 5), indices, scores);
            return indices;
        }
    }

    /// <summary>Momentum combines factors on the CPU, which may round otherwise; all else has the same bits.</summary>
    [TestCase(Acceleration.None, 9)]
    [TestCase(Acceleration.None, 24)]
    [TestCase(Acceleration.Momentum, 9)]
    public void Fit_LittleMoreThanTheLeastMemory_GivesTheSameFactors(Acceleration acceleration, int rank)
    {
        IgnoreWhereSlow();
        var (users, items) = (600, 350);
        var plays = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, users)]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            TestMatrices.Plays(items, [.. Enumerable.Range(0, users).Select(user => user % 20)], seed: 21));
        var options = AlsOptions.Default with
        {
            Rank = rank,
            Iterations = 2,
            TrackLoss = true,
            Acceleration = acceleration,
        };
        var whole = new FactorTrainer(_engine, options).Fit(plays);
        _engine.Release();
        var need = TrainingMemory.Of(_engine.Store.Accelerator, options.ShapeOf(plays));
        Memory.Bound = need.LeastBytes + ((need.Bytes - need.LeastBytes) / 4);
        Assert.That(Memory.Bound, Is.LessThan(need.Bytes));

        var spilled = new FactorTrainer(_engine, options).Fit(plays);

        Assert.That(_engine.Spilled.Blocks, Is.GreaterThan(4));
        var tolerance = acceleration == Acceleration.None ? 0 : 1e-4f;
        Assert.That(spilled.UserFactors.ToArray(), Is.EqualTo(whole.UserFactors.ToArray()).Within(tolerance));
        Assert.That(spilled.ItemFactors.ToArray(), Is.EqualTo(whole.ItemFactors.ToArray()).Within(tolerance));
        Assert.That(spilled.Iterations[^1].Loss, Is.EqualTo(whole.Iterations[^1].Loss).Within(1e-3).Percent);
    }

    private static void IgnoreWhereSlow()
    {
        if (!TEngine.TakesManyRows)
            Assert.Ignore("so many launches take long on this engine; DeviceMemoryOptionTests train on it.");
    }

    /// <summary>Leaves room for little more than the longest row, and for factors that do not spill.</summary>
    /// <param name="rank">Number of factors.</param>
    /// <param name="resident">Rows of factors that do not spill.</param>
    /// <param name="from">Factors of so many rows or more spill; 0 for all.</param>
    /// <param name="blockSize">Of a sweep.</param>
    /// <param name="rotated">Rows of y that are rotated for dual equations, but for those of a block.</param>
    private void Spill(int rank, int resident = 0, int from = 0, int blockSize = 0, int rotated = 0)
    {
        _engine.Release();
        var scratch = new LaunchScratch(Float4.CountFor(rank), 137, 100, 300)
        {
            BlockSize = blockSize,
            RotatedRows = rotated,
        };
        Memory.Bound = Memory.Used + scratch.BytesOn(_engine.Accelerator)
            + DeviceFactors.BytesOf(105 + resident, rank) + 3_500;
        _engine.Store.SparedByFactors = from == 0 ? long.MaxValue : Memory.Left - DeviceFactors.BytesOf(from, rank) + 1;
    }

    private IEngineFactors Load(float[] values, int rank, bool spills)
    {
        _engine.Store.SparedByFactors = spills ? long.MaxValue : null;
        var factors = _engine.LoadFactors(values, rank);
        Assert.That(factors is HostFactors, Is.EqualTo(spills));
        return factors;
    }
}

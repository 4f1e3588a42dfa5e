namespace GpuAls.Tests.Evaluation.Tuning;

internal sealed class HyperparameterSearchTests
{
    private static readonly AlsOptions Base = new() { Rank = 2, Iterations = 12, Alpha = 2, Regularization = 0.3 };
    private static readonly BootstrapOptions NoIntervals = new(0, 1);

    private static readonly SearchOptions[] Kinds =
    [
        new() { Metric = "ndcg@3", Patience = 2 },
        new() { Metric = "rmse", Patience = 0 },
        new() { Metric = "auc", Kind = SearchKind.Halving, Eta = 2, Patience = 0 },
        new() { Metric = "ndcg@3", Kind = SearchKind.Halving, Eta = 2, Patience = 2 },
    ];

    private HostEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = new HostEngine(2);

    [OneTimeTearDown]
    public void CloseEngine() => _engine.Dispose();

    /// <summary>What goes on from rung to rung, on plays that are shared, is what a training by itself gives.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void Run_EachTrial_MeasuresWhatATrainingOfItsOwnGives(SearchOptions options)
    {
        var fold = Folds(1)[0];
        var search = Search([fold], options);

        foreach (var result in search.Run(new TrialNotes()))
        {
            var als = search.Candidates[result.Trial - 1] with { Iterations = result.BestIteration };
            var trained = new FactorTrainer(_engine, als).Fit(fold.HeldOut.Train);
            using var users = _engine.LoadFactors(trained.UserFactors);
            using var items = _engine.LoadFactors(trained.ItemFactors);
            var metric = MetricChoice.Parse(options.Metric).Metric;
            Assert.That(
                result.Measured(metric)!.Value,
                Is.EqualTo(fold.Measure(_engine, users, items).Value(metric)).Within(1e-6), // a model is scaled
                $"trial {result.Trial}");
        }
    }

    [Test]
    public void Run_Grid_SortsByTheMetricAndTakesTheBestIteration()
    {
        var options = Kinds[0];

        var results = Search(Folds(1), options).Run(new TrialNotes());

        var values = results.Select(result => result.Measured(new Metric("ndcg", 3))!.Value).ToArray();
        Assert.That(values, Is.Ordered.Descending);
        foreach (var result in results)
        {
            Assert.That(
                result.Iterations[result.BestIteration - 1].Value,
                Is.EqualTo(result.Iterations.Max(iteration => iteration.Value)));
            Assert.That(result.Iterations.Count, Is.EqualTo(Math.Min(12, result.BestIteration + options.Patience)));
        }
    }

    [Test]
    public void Run_Halving_TrainsAsTheScheduleSays()
    {
        var search = Search(Folds(1), Kinds[2]);

        var results = search.Run(new TrialNotes());

        Assert.That(search.Rungs, Is.EqualTo(new[] { new Rung(8, 3), new Rung(4, 6), new Rung(2, 12) }));
        Assert.That(results.Select(result => result.Iterations.Count), Is.EqualTo(new[] { 12, 12, 6, 6, 3, 3, 3, 3 }));
        Assert.That(results.Select(result => result.Rung), Is.EqualTo(new[] { 3, 3, 2, 2, 1, 1, 1, 1 }));
    }

    /// <summary>What goes on to the next rung goes on from where it was.</summary>
    [Test]
    public void Run_Halving_SolvesEachIterationOnce()
    {
        using var engine = new CountingEngine(_engine);

        var results = Search(Folds(1), Kinds[2], engine).Run(new TrialNotes());

        Assert.That(engine.Solved, Is.EqualTo(2 * results.Sum(result => result.Iterations.Count)));
    }

    [Test]
    public void Run_LaterRung_AddsItsSecondsToThoseBefore()
    {
        var notes = new TrialNotes();
        Search(Folds(1), Kinds[2]).Run(notes);

        var resumed = Search(Folds(1), Kinds[2]).Run(notes.OfRung(1, result => result with { Seconds = 1000 }));

        Assert.That(resumed.Select(result => result.Seconds), Is.All.AtLeast(1000));
    }

    /// <summary>What an iteration of an earlier rung came to counts, and so do the iterations since then.</summary>
    [Test]
    public void Run_BestIterationOfAnEarlierRung_IsKeptAndEndsTheTrial()
    {
        var notes = new TrialNotes();
        Search(Folds(1), Kinds[3]).Run(notes);
        var first = notes.OfRung(
            1,
            result => result with
            {
                Iterations = [new TrialIteration(1, 0.999, null, 0), .. result.Iterations.Skip(1)],
                BestIteration = 1,
            });

        var results = Search(Folds(1), Kinds[3]).Run(first);

        Assert.That(results.Select(result => result.BestIteration), Is.All.EqualTo(1));
        Assert.That(
            results.Select(result => (result.Rung, result.Iterations.Count)),
            Is.EqualTo(new[] { (3, 3), (3, 3), (2, 3), (2, 3), (1, 3), (1, 3), (1, 3), (1, 3) }));
    }

    /// <summary>
    /// Without patience a trial counts with its last iteration, also where that of the rung before was better.
    /// </summary>
    [Test]
    public void Run_HalvingWithoutPatience_TakesTheLastIteration()
    {
        var results = Search(Folds(1), Kinds[2]).Run(new TrialNotes());

        Assert.That(
            results.Any(result => result.Iterations[^1].Value < result.Iterations.Max(iteration => iteration.Value)),
            "some trial gets worse");
        Assert.That(
            results.Select(result => result.BestIteration),
            Is.EqualTo(results.Select(result => result.Iterations.Count)));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Run_StoppedAnywhere_GoesOnToTheSameResults(SearchOptions options)
    {
        var folds = Folds(2);
        var whole = Search(folds, options).Run(new TrialNotes());

        foreach (var stop in new[] { 1, 5, 7 })
        {
            using var source = new CancellationTokenSource();
            var notes = new TrialNotes { After = (stop, source.Cancel) };
            Assert.That(
                () => Search(folds, options).Run(notes, cancellation: source.Token),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(notes.All.Count(), Is.EqualTo(stop));

            var resumed = Search(folds, options).Run(notes);

            Assert.That(
                resumed.Select(SearchSamples.Text), Is.EqualTo(whole.Select(SearchSamples.Text)),
                $"stopped after {stop}");
        }
    }

    /// <summary>A trial whose loss hardly changes any more is over, in a later rung too.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void Run_Tolerance_TrainsTrialsUntilTheyConverge(SearchOptions options)
    {
        AlsOptions[] trials = [.. new[] { 0.02, 0.2 }.Select(tolerance => Base with { Tolerance = tolerance })];

        var results = new HyperparameterSearch(
            _engine, Folds(2), trials, options with { Patience = 0 }, NoIntervals).Run(new TrialNotes());

        foreach (var result in results)
        {
            var losses = result.Iterations.Select(iteration => iteration.Loss!.Value).ToArray();
            var changes = losses.Skip(1).Zip(losses, (now, before) => (before - now) / now).ToArray();
            var tolerance = trials[result.Trial - 1].Tolerance!.Value;
            Assert.That(changes[..^1], Is.All.GreaterThanOrEqualTo(tolerance));
            if (result.Trial == 2) Assert.That(changes[^1], Is.LessThan(tolerance));
            Assert.That(result.BestIteration, Is.EqualTo(losses.Length));
            Assert.That(result.Iterations[^1].Value, Is.Not.Null);
        }

        Assert.That(results.Min(result => result.Iterations.Count), Is.LessThan(Base.Iterations));
    }

    /// <summary>A paused trial goes on with its momentum; a resumed one does all iterations again.</summary>
    [Test]
    public void Run_AcceleratedAndStopped_GoesOnToTheSameResults()
    {
        var folds = Folds(1);
        AlsOptions[] trials =
        [
            .. new[] { 2, 3, 4 }.Select(rank => Base with { Rank = rank, Acceleration = Acceleration.Momentum }),
        ];
        var whole = Run(new TrialNotes(), default);
        using var source = new CancellationTokenSource();
        var notes = new TrialNotes { After = (3, source.Cancel) };
        Assert.That(() => Run(notes, source.Token), Throws.InstanceOf<OperationCanceledException>());

        var resumed = Run(notes, default);

        Assert.That(whole.Max(result => result.Rung), Is.Positive);
        Assert.That(resumed.Select(SearchSamples.Text), Is.EqualTo(whole.Select(SearchSamples.Text)));

        IReadOnlyList<TrialResult> Run(TrialNotes known, CancellationToken cancellation) =>
            new HyperparameterSearch(_engine, folds, trials, Kinds[2], NoIntervals).Run(known, null, cancellation);
    }

    [Test]
    public void Run_EachIteration_IsTold()
    {
        var steps = new Steps();

        Search(Folds(1), Kinds[2]).Run(new TrialNotes(), steps);

        (int Iteration, int Iterations)[] expected =
            [.. Rung(1, 3, trials: 8), .. Rung(4, 6, trials: 4), .. Rung(7, 12, trials: 2)];
        Assert.That(steps.Told.Select(step => (step.Iteration, step.Iterations)), Is.EquivalentTo(expected));

        static IEnumerable<(int, int)> Rung(int first, int last, int trials) =>
            Enumerable.Range(first, last - first + 1)
                .SelectMany(iteration => Enumerable.Repeat((iteration, last), trials));
    }

    [Test]
    public void Run_TrialThatFails_IsLastAndSaysWhy()
    {
        var results = new HyperparameterSearch(
            _engine, Folds(1), [Base with { Rank = 100 }, Base], Kinds[0], NoIntervals).Run(new TrialNotes());

        Assert.That(results.Select(result => result.Trial), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(results[1].Failure!.Message, Does.Contain("--rank 100 is larger than the number of items"));
    }

    [Test]
    public void Run_AllTrialsFail_Fails() =>
        Assert.That(
            () => new HyperparameterSearch(
                _engine, Folds(1), [Base with { Rank = 100 }], Kinds[0], NoIntervals).Run(new TrialNotes()),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("--rank 100 is larger"));

    [Test]
    public void Run_AnyTrials_BringPlaysAndMasksOnce()
    {
        using var engine = new CountingEngine(_engine);
        using var fold = Folds(1)[0];

        new HyperparameterSearch(
            engine,
            [fold],
            [Base, Base with { Rank = 3 }, Base with { Alpha = 7 }],
            Kinds[0],
            NoIntervals).Run(new TrialNotes());

        Assert.That(engine.PlaysLoaded, Is.EqualTo(2 + 1), "both sides, and what lists leave out");
        Assert.That(engine.Reweighed, Is.EqualTo(2), "both sides of the last trial");
    }

    /// <summary>JSON has no NaN.</summary>
    [Test]
    public void Run_LossThatIsNoNumber_HasNone()
    {
        using var engine = new CountingEngine(_engine) { Loss = double.NaN };

        var results = new HyperparameterSearch(
            engine, Folds(1), [Base with { TrackLoss = true }], Kinds[1], NoIntervals).Run(new TrialNotes());

        Assert.That(results[0].Iterations.Select(iteration => iteration.Loss), Is.All.Null);
    }

    /// <summary>After five trials of 100 s a sixth is not begun: it is unlikely to be done in 599 s.</summary>
    [Test]
    public void Run_TimeLeftForLessThanATrial_BeginsNone()
    {
        var notes = new TrialNotes();
        Search(Folds(1), Kinds[0]).Run(notes);
        var five = notes.OfRung(1, result => result with { Seconds = 100 }, result => result.Trial <= 5);

        var few = Search(Folds(1), Kinds[0] with { Time = TimeSpan.FromSeconds(599) });
        Assert.That(few.Run(five), Has.Count.EqualTo(5));
        Assert.That(few.IsTimeOver);

        var enough = Search(Folds(1), Kinds[0] with { Time = TimeSpan.FromSeconds(700) });
        Assert.That(enough.Run(five), Has.Count.EqualTo(8));
        Assert.That(enough.IsTimeOver, Is.False);
    }

    /// <summary>The trial in progress is stopped and does not count.</summary>
    [Test]
    public void Run_TimeOverDuringATrial_StopsIt()
    {
        var notes = new TrialNotes();
        Search(Folds(1), Kinds[0]).Run(notes);
        var two = notes.OfRung(1, result => result, result => result.Trial <= 2);

        var timed = Kinds[0] with { Time = TimeSpan.FromHours(1) };
        var search = Over();

        Assert.That(search.Run(two).Select(result => result.Trial), Is.EquivalentTo(new[] { 1, 2 }));
        Assert.That(search.IsTimeOver);
        Assert.That(
            () => Over().Run(new TrialNotes()),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("--time 60min was over before the first trial"));

        HyperparameterSearch Over() =>
            new(_engine, Folds(1), [Base, Base with { Rank = 3 }, Base with { Rank = 4 }], timed, NoIntervals)
            {
                Time = new FastClock(),
            };
    }

    [Test]
    public void Run_CancelledWithTimeLeft_IsCancelled()
    {
        using var source = new CancellationTokenSource();
        var notes = new TrialNotes { After = (2, source.Cancel) };

        Assert.That(
            () => Search(Folds(1), Kinds[0] with { Time = TimeSpan.FromHours(1) }).Run(notes, null, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>What trials came to decides the next ones: all have to be the same.</summary>
    [Test]
    public void Run_Bayes_IsTheSameOnAnyNumberOfThreads()
    {
        var folds = Folds(2);
        var options = new SearchOptions { Kind = SearchKind.Bayes, Metric = "ndcg@3", Trials = 14 };
        var three = new HostEngine(3);

        var results = Run(_engine);

        Assert.That(results, Has.Length.GreaterThan(14), "other ranks come last");
        Assert.That(Run(three), Is.EqualTo(results));
        three.Dispose();

        string[] Run(IAlsEngine engine)
        {
            var ranks = SearchAxis.Parse(AlsParameters.Table["rank"], "2,4");
            var plan = SearchPlan.Of(options, new SearchSpace(Base, [ranks]), folds[0].HeldOut.Train);
            var search = new HyperparameterSearch(engine, folds, plan.Trials, options, NoIntervals);
            return [.. search.Run(new TrialNotes()).Select(result => SearchSamples.Text(result))];
        }
    }

    private HyperparameterSearch Search(Evaluator[] folds, SearchOptions options, IAlsEngine? engine = null)
    {
        AlsOptions[] grid =
        [
            .. from alpha in new[] { 1.0, 9 }
               from lambda in new[] { 0.1, 2 }
               from rank in new[] { 2, 4 }
               select Base with { Alpha = alpha, Regularization = lambda, Rank = rank }
        ];
        return new HyperparameterSearch(engine ?? _engine, folds, grid, options, NoIntervals);
    }

    private static Evaluator[] Folds(int count) =>
        [.. Enumerable.Range(0, count).Select(fold => SearchSamples.Fold(fold))];

    private sealed class Steps : IProgress<TrialStep>
    {
        public List<TrialStep> Told { get; } = [];

        public void Report(TrialStep value) => Told.Add(value);
    }

    /// <summary>Counts what comes to an engine.</summary>
    private sealed class CountingEngine(IAlsEngine engine) : IAlsEngine
    {
        public int PlaysLoaded { get; private set; }

        public int Reweighed { get; private set; }

        public int Solved { get; private set; }

        /// <summary>The loss of any plays; null computes it.</summary>
        public double? Loss { get; init; }

        public EngineDescription Description => engine.Description;

        public EngineCapabilities Capabilities => engine.Capabilities;

        public IRowScorer? RowScorer => engine.RowScorer;

        public IEngineFactors CreateFactors(int rowCount, int rank) => engine.CreateFactors(rowCount, rank);

        public IEnginePlays LoadPlays(CsrMatrix plays)
        {
            PlaysLoaded++;
            return engine.LoadPlays(plays);
        }

        public void Reweigh(IEnginePlays plays, CsrMatrix values)
        {
            Reweighed++;
            engine.Reweigh(plays, values);
        }

        public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums) =>
            engine.Gramian(factors, rows, blockRows, sums);

        public RowSolveReport SolveRows(in RowSolveProblem problem)
        {
            Solved++;
            return engine.SolveRows(problem);
        }

        public double PlaysLoss(
            IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
            in ConfidenceWeights weights) =>
            Loss ?? engine.PlaysLoss(plays, rowFactors, rows, columnFactors, weights);

        public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights) =>
            engine.WeightedSquaredNorm(factors, rows, rowWeights);

        public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y) =>
            engine.Combine(target, a, x, b, y);

        public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores) =>
            engine.TopK(query, indices, scores);

        public void Dispose()
        {
        }
    }
}

namespace GpuAls.App;

/// <summary>
/// Plays in, metrics out: read → hold out → train → lists, ranks and predictions → metrics, beside baselines on the
/// same split.
/// </summary>
internal sealed class EvaluateJob
{
    public const string ModelName = "gpuals";

    private readonly EvaluateJobOptions _options;
    private readonly IAlsEngine _engine;
    private readonly IProgress<JobEvent>? _progress;
    private readonly EvaluateDraft? _draft;
    private readonly PhaseClock _clock;
    private readonly JobGroup _processes;
    private readonly PlaySharing _sharing;
    private LoadedFeatures _features = LoadedFeatures.None;

    /// <param name="options">What to do.</param>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="progress">Told how far the job is.</param>
    /// <param name="group">
    /// The processes that do the job together, each with an engine of its own; null for this one alone. Process 0 runs
    /// it, and the others help.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range. Kind Device: the engine has no such
    /// precision, or cannot keep factors above 0.
    /// </exception>
    public EvaluateJob(
        EvaluateJobOptions options, IAlsEngine engine, IProgress<JobEvent>? progress = null,
        IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        if (options.Report is not null) options = options with { Als = options.Als with { TrackLoss = true } };
        options.Validate();
        EngineChecks.Plan(engine, options.Als.Plan);
        (_options, _engine, _progress) = (options, engine, progress);
        _clock = PhaseEnded.Clock(progress);
        _processes = new JobGroup(group, progress);
        _sharing = new PlaySharing(
            _processes.Group, options.Als.Plan.On(engine.Capabilities, _processes.Group).WorkOf);
        _draft = options.Report is null ? null : new EvaluateDraft(options);
    }

    /// <summary>Runs the job.</summary>
    /// <returns>The report, as it was written.</returns>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task<EvaluationReport> RunAsync(CancellationToken cancellation = default)
    {
        var format = _options.Output is null ? default : EvaluationWriter.FormatOf(_options.Output);
        await Collisions.CheckAsync(_options, cancellation).ConfigureAwait(false);
        var outputs = new JobOutputs(_options.Overwrite);
        await using (outputs.ConfigureAwait(false))
            return await RunAsync(outputs, format, cancellation).ConfigureAwait(false);
    }

    /// <summary>The part of a process that does not write.</summary>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task HelpAsync(CancellationToken cancellation = default)
    {
        var (splits, models) = await SplitAsync(cancellation).ConfigureAwait(false);
        Measure(splits, models, cancellation);
    }

    private async Task<EvaluationReport> RunAsync(
        JobOutputs outputs, EvaluationFormat format, CancellationToken cancellation)
    {
        var file = await outputs.OpenFileIfAnyAsync(_options.Output, cancellation).ConfigureAwait(false);
        var page = await outputs.OpenFileIfAnyAsync(_options.Report?.File, cancellation).ConfigureAwait(false);
        var (splits, models) = await SplitAsync(cancellation).ConfigureAwait(false);
        var (counts, measured) = Measure(splits, models, cancellation);
        var methods = Summarize(measured, cancellation);
        _clock.End("intervals");
        var report = Report(counts, models?.Train.Feedback ?? _options.Als.Feedback, measured[0].All.Users, methods);
        _progress?.Report(new MetricsMeasured(report.Methods));
        if (file is not null)
            await file.WriteAsync(
                stream => EvaluationWriter.WriteAsync(stream, format, report, cancellation),
                cancellation).ConfigureAwait(false);
        if (page is not null)
            await page.WriteAsync(
                stream => ReportWriter.WriteAsync(stream, _draft!.Finish(report, _clock.Seconds), cancellation),
                cancellation).ConfigureAwait(false);
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        _clock.End("publish");
        return report;
    }

    /// <summary>The split, or one for each fold, and the models if there are some already.</summary>
    private async Task<(IEnumerable<HeldOut> Splits, SavedModels? Models)> SplitAsync(CancellationToken cancellation)
    {
        if (_options.Models.Count == 0) _engine.PrepareTraining(_options.Als.Plan);
        _engine.PrepareTopK();
        if (_options.Models.Count == 0)
        {
            var splits = await Loader(_options.Als.Feedback)
                .LoadAsync(_options.Sources, _options.Test, _options.Exclude, _options.Split, cancellation)
                .ConfigureAwait(false);
            _features = await LoadedFeatures
                .ReadAsync(_options.Features, _options.Schema, _progress, cancellation).ConfigureAwait(false);
            if (_features.Tables.HasAny) _clock.End("read_features");
            return (splits(_options.Als), null);
        }

        var models = await SavedModels.ReadAsync(_options, _sharing, _progress, cancellation).ConfigureAwait(false);
        _draft?.Add(models.Train);
        _clock.End("read_model");
        _progress?.Report(new ModelRead(
            models.Train.Users.Count, models.Train.Items.Count, models.Train.PlayCount));
        var split = await Loader(models.Train.Feedback)
            .WithTestFilesAsync(models.Train, models.Seen, _options.Test, _options.Exclude, cancellation)
            .ConfigureAwait(false);
        return ([split], models);
    }

    private SplitLoader Loader(Feedback feedback) =>
        new(_options.Schema with { Feedback = feedback }, _clock, _progress, _sharing)
        {
            Loaded = plays => _draft?.Add(plays),
        };

    /// <summary>The numbers of each split, and what was measured of each method, which process 0 has.</summary>
    private (List<SplitCounts> Counts, (string Name, Measurements All)[] Measured) Measure(
        IEnumerable<HeldOut> splits, SavedModels? models, CancellationToken cancellation)
    {
        var counts = new List<SplitCounts>();
        var measured = new List<(string Name, List<Measurements> Folds)>();
        foreach (var heldOut in splits)
        {
            using var evaluator = new Evaluator(heldOut, _options.Evaluation);
            counts.Add(evaluator.Counts);
            _clock.End("split");
            var folds = _options.Split.Folds ?? 1;
            _progress?.Report(new SplitMade(evaluator.Counts, counts.Count, folds, _options.Evaluation.ColdStart));
            var at = 0;
            foreach (var (name, measure) in Methods(evaluator, models, cancellation))
            {
                var start = _clock.Total;
                if (at == measured.Count) measured.Add((name, []));
                if (measure().ToRoot() is { } whole) measured[at].Folds.Add(whole);
                at++;
                _clock.End(name);
                _progress?.Report(new MethodMeasured(name, _clock.Total - start));
            }
        }

        _processes.TellWaits();
        return (
            counts,
            [
                .. measured.Where(method => method.Folds.Count > 0)
                    .Select(method => (method.Name, Measurements.Merge(method.Folds))),
            ]);
    }

    /// <summary>The metrics of each method and, of several models, how far they are from the first.</summary>
    private List<MethodResult> Summarize((string Name, Measurements All)[] methods, CancellationToken cancellation)
    {
        var (results, first) = (new List<MethodResult>(), (double[][]?)null);
        foreach (var (name, all) in methods)
        {
            var draws = all.Resample(_options.Bootstrap, Phase($"intervals of {name}"), cancellation);
            if (results.Count == 0) first = draws;
            var differences = results.Count == 0 || _options.Models.Count < 2
                ? null
                : all.Less(draws, methods[0].All, first);
            results.Add(new MethodResult(name, all.Summarize(draws)) { Differences = differences });
        }

        return results;
    }

    /// <summary>The ways to recommend, each trained when it is asked for, to be measured.</summary>
    private IEnumerable<(string Name, Func<Measurements> Measure)> Methods(
        Evaluator evaluator, SavedModels? models, CancellationToken cancellation)
    {
        var train = evaluator.HeldOut.Train;
        if (models is null) yield return (ModelName, () => MeasureTraining(evaluator, cancellation));
        for (var model = 0; model < models?.Names.Count; model++)
        {
            var number = model;
            var name = models.Names[model];
            yield return (name, () => MeasureFactors(evaluator, name, models.Factors(number), cancellation));
        }

        if (IsOfNewItems)
        {
            foreach (var baseline in NewItemBaselines(evaluator.HeldOut)) yield return baseline;
            yield break;
        }

        yield return Baseline("most popular", new PopularityBaseline(train.ByUser, _sharing.Group));
        var neighbours = NeighbourBaseline.Train(
            train,
            [Similarity.Jaccard, Similarity.Cosine],
            _options.Neighbours,
            Phase("finding similar items"),
            _sharing.Group,
            cancellation);
        _clock.End("similar_items");
        yield return Baseline("items by Jaccard", neighbours[0]);
        yield return Baseline("items by cosine", neighbours[1]);

        (string, Func<Measurements>) Baseline(string name, IItemScorer scorer) =>
            (name, () => evaluator.Measure(scorer, Phase($"measuring {name}"), cancellation));

        // Nobody has played the items, so that plays to train on rank none of them.
        IEnumerable<(string, Func<Measurements>)> NewItemBaselines(HeldOut heldOut) =>
        [
            Baseline("items by features", new FeatureBaseline(
                train.ByUser, _features.Tables.Items!.RowsOf(train.Items))),
            Baseline("random", new RandomBaseline(_options.Split.Seed)),
            Baseline("most popular later", new PopularityBaseline(heldOut.Test, _sharing.Group)),
        ];
    }

    private bool IsOfNewItems => _options is { Models.Count: 0, Test.Count: 0, Split.Kind: SplitKind.NewItems };

    /// <summary>Tells how much of a phase is done.</summary>
    private Relay<double> Phase(string name) => new(fraction => _progress?.Report(new PhaseProgress(name, fraction)));

    private Measurements MeasureTraining(Evaluator evaluator, CancellationToken cancellation)
    {
        var progress = new IterationProgress(_options.Als, _progress);
        var train = evaluator.HeldOut.Train;
        _features.Check(train, _progress);
        var trained = new FactorTrainer(_engine, _options.Als) { Features = _features.Tables, Group = _sharing.Group }
            .Fit(train, progress, cancellation);
        IterationProgress.End(trained, _options.Als, _progress);
        _draft?.Add(trained.Iterations);
        return MeasureFactors(evaluator, ModelName, Completed(train, trained), cancellation);
    }

    /// <summary>The factors, with those of items that have features only.</summary>
    private MeasuredFactors Completed(InteractionMatrix train, TrainedFactors trained)
    {
        var model = FeaturedModel.Of(train, _options.Als, trained, _features.Tables);
        // Ids that the plays do not have come after those that they have.
        return new MeasuredFactors(
            First(model.UserFactors, trained.UserFactors.RowCount),
            First(model.ItemFactors, trained.ItemFactors.RowCount));

        static FactorMatrix First(FactorMatrix factors, int rowCount) =>
            factors.RowCount == rowCount ? factors : factors.Copied(rowCount);
    }

    private Measurements MeasureFactors(
        Evaluator evaluator, string name, MeasuredFactors factors, CancellationToken cancellation)
    {
        using var users = _engine.LoadFactors(factors.Users);
        using var items = _engine.LoadFactors(factors.Items);
        _draft?.AddSamples(evaluator, _engine, users, items);
        return evaluator.Measure(_engine, users, items, Phase($"measuring {name}"), factors.Known, cancellation);
    }

    private EvaluationReport Report(
        IReadOnlyList<SplitCounts> counts, Feedback feedback, int users, IReadOnlyList<MethodResult> methods) => new()
        {
            GpualsVersion = ProductVersion.Text,
            StartedAt = _clock.StartedAt,
            Seconds = Math.Round(_clock.Total, 3),
            Device = _engine.Description.ToString(),
            Input = _options.Input,
            Models = _options.Models,
            Test = _options.Test,
            Exclude = _options.Exclude,
            TimeColumn = _options.Schema.TimeColumn,
            Split = _options.Test.Count > 0 ? null : _options.Split,
            ColdStart = _options.Evaluation.ColdStart,
            Feedback = feedback,
            Preset = _options.Preset,
            Options = _options.Models.Count == 0 ? _options.Als : null,
            Splits = counts,
            Users = users,
            Neighbours = _options.Neighbours,
            Bootstrap = _options.Bootstrap,
            Methods = methods,
        };
}

namespace GpuAls.App;

/// <summary>
/// Plays in, model and top-k lists out: read → index → CSR → train → write. All output is written aside and appears at
/// the end; whatever goes wrong before leaves nothing behind.
/// </summary>
internal sealed class TrainJob
{
    private readonly IAlsEngine _engine;
    private readonly IProgress<JobEvent>? _progress;
    private readonly PhaseClock _clock;
    private readonly JobGroup _processes;
    private readonly IProcessGroup _group;
    private TrainJobOptions _options;

    /// <param name="options">What to do.</param>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="progress">Told how far the job is.</param>
    /// <param name="group">
    /// The processes that do the job together, each with an engine of its own; null for this one alone. Process 0
    /// writes.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range. Kind Device: the engine has no such precision, or cannot keep factors
    /// above 0.
    /// </exception>
    public TrainJob(
        TrainJobOptions options, IAlsEngine engine, IProgress<JobEvent>? progress = null, IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        if (options.Report is not null || options.Guards.Metrics.Any(requirement => requirement.Choice.IsLoss))
            options = options with { Als = options.Als with { TrackLoss = true } };
        JobParameters.Train.Check(options);
        RatingColumn.Check(options.Als.Feedback, options.Schema);
        var metric = options.Validation?.Validate();
        metric?.Check(options.Als.Feedback);
        foreach (var requirement in options.Guards.Metrics)
            requirement.Choice.Check(options.Als.Feedback, MetricRequirement.Option);
        EngineChecks.Plan(engine, options.Als.Plan);
        Recommender.CheckLength(options.Top);
        if (metric is { IsLoss: true }) options = options with { Als = options.Als with { TrackLoss = true } };
        (_options, _engine, _progress) = (options, engine, progress);
        _processes = new JobGroup(group, progress);
        _group = _processes.Group;
        _clock = PhaseEnded.Clock(progress);
    }

    /// <summary>Runs the job.</summary>
    /// <returns>The model, as it was written; with the plays of this process, where several share them.</returns>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task<FactorModel> RunAsync(CancellationToken cancellation = default)
    {
        if (_group.Rank > 0) return await HelpAsync(cancellation).ConfigureAwait(false);
        if (!_options.Checkpoint.SpotNotice) return await RunOutputsAsync(cancellation).ConfigureAwait(false);
        var spot = new SpotWatch(_progress, cancellation);
        await using var watched = spot.ConfigureAwait(false);
        try
        {
            return await RunOutputsAsync(spot.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (spot.Notice is { } notice)
        {
            throw new SpotInterruptedException(notice);
        }
    }

    /// <summary>The part of a process that does not write the model.</summary>
    private async Task<FactorModel> HelpAsync(CancellationToken cancellation)
    {
        var outputs = new JobOutputs(_options.Overwrite);
        await using var opened = outputs.ConfigureAwait(false);
        var lists = await TrainOutput.JoinAsync(_options, outputs, _group, cancellation).ConfigureAwait(false);
        _engine.PrepareTraining(_options.Als.Plan);
        _engine.PrepareTopK();
        var data = await LoadAsync(cancellation).ConfigureAwait(false);
        Fingerprint(data);
        var trained = Train(data, from: null, keeper: null, warm: null, cancellation);
        var model = Model(data, trained);
        new TrainGuards(_options, _progress).CheckMetrics(_engine, data, trained, cancellation);
        ModelWriter.SendPlays(model, _group);
        await WriteListsAsync(lists, model, data.Plays, cancellation).ConfigureAwait(false);
        Statistics(model, data);
        if (_options.Report is not null) Samples(model, data, cancellation);
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        return model;
    }

    private async Task<FactorModel> RunOutputsAsync(CancellationToken cancellation)
    {
        var outputs = new JobOutputs(_options.Overwrite);
        await using (outputs.ConfigureAwait(false)) return await RunAsync(outputs, cancellation).ConfigureAwait(false);
    }

    private async Task<FactorModel> RunAsync(JobOutputs outputs, CancellationToken cancellation)
    {
        Collisions.CheckCheckpoints(_options.At(_clock.StartedAt));
        var checkpoints = await JobCheckpoints.OpenAsync(_options, _progress, cancellation).ConfigureAwait(false);
        await using var opened = checkpoints.ConfigureAwait(false);
        var startedAt = checkpoints.StartedAt ?? _clock.StartedAt;
        _options = _options.At(startedAt);
        var output = await TrainOutput.OpenAsync(_options, outputs, _group, cancellation).ConfigureAwait(false);
        var page = await outputs.OpenFileIfAnyAsync(_options.Report?.File, cancellation).ConfigureAwait(false);
        return await checkpoints
            .DuringAsync(() => RunAsync(outputs, output, page, checkpoints, startedAt, cancellation))
            .ConfigureAwait(false);
    }

    private async Task<FactorModel> RunAsync(
        JobOutputs outputs, TrainOutput output, OutputFile? page, JobCheckpoints checkpoints, DateTime startedAt,
        CancellationToken cancellation)
    {
        _engine.PrepareTraining(_options.Als.Plan);
        _engine.PrepareTopK();
        var data = await LoadAsync(cancellation).ConfigureAwait(false);
        var guards = new TrainGuards(_options, _progress);
        await guards.CheckDataAsync(data, output.Latest, cancellation).ConfigureAwait(false);
        await checkpoints.BeginAsync(Fingerprint(data), _engine.Description, startedAt, cancellation)
            .ConfigureAwait(false);
        var warm = await WarmStartAsync(checkpoints, cancellation).ConfigureAwait(false);
        var trained = Train(data, checkpoints.From, checkpoints.Keeper, warm, cancellation);
        var model = Model(data, trained);
        _clock.End("train");
        var measured = guards.CheckMetrics(_engine, data, trained, cancellation);

        var manifest = await ModelWriter
            .WriteAsync(model, output.Model, FinishAsync, output.NameInside, cancellation, _group)
            .ConfigureAwait(false);
        if (page is not null)
            await page.WriteAsync(
                stream => ReportWriter.WriteAsync(stream, Page(manifest, model, data, cancellation), cancellation),
                cancellation).ConfigureAwait(false);

        if (await outputs.CommitAsync(cancellation).ConfigureAwait(false) is { } leftover)
            _progress?.Report(new LeftoverKept(leftover));
        if (_options.Versions is { } versions) await SwitchAsync(versions, output).ConfigureAwait(false);
        _clock.End("publish");
        _progress?.Report(new JobDone(output.Model.Name, output.Lists.Name, _clock.Total));
        return model;

        async Task<ModelManifest> FinishAsync()
        {
            _clock.End("write_model");
            await WriteListsAsync(output.Lists, model, data.Plays, cancellation).ConfigureAwait(false);
            _clock.End("recommend");
            return Manifest(data, model, trained, measured);
        }
    }

    /// <summary>Makes <c>latest</c> name the model that was published. It is not stopped halfway.</summary>
    private async Task SwitchAsync(ModelVersions versions, TrainOutput output)
    {
        await versions.PointAsync(output.Model.Name, output.Latest, CancellationToken.None).ConfigureAwait(false);
        _progress?.Report(
            new LatestSwitched(versions.Latest, ModelVersions.NameOf(output.Model.Name), output.Latest));
        if (_options.Keep is not { } count) return;
        try
        {
            await versions.KeepAsync(count, _progress, CancellationToken.None).ConfigureAwait(false);
        }
        catch (GpuAlsException exception)
        {
            _progress?.Report(new VersionKept(
                versions.Folder, $"was not searched for old versions: {exception.Message.TrimEnd('.')}"));
        }
    }

    private async Task<TrainingData> LoadAsync(CancellationToken cancellation)
    {
        var schema = _options.Schema with { Feedback = _options.Als.Feedback };
        var sharing = new PlaySharing(_group, _options.Als.Plan.On(_engine.Capabilities, _group).WorkOf);
        var (rows, plays) = await new PlaysLoader(schema, _clock, _progress) { Sharing = sharing }
            .ReadAsync(_options.Sources, TrainingData.IsDivided(_options) ? null : _options.Als, cancellation)
            .ConfigureAwait(false);
        var validation = _options.Validation is { Locations.Count: > 0 } given
            ? (await new PlaysLoader(schema.OfOtherPlays, _clock, _progress) { Sharing = sharing }
                .ReadAsync(given.Locations, als: null, cancellation).ConfigureAwait(false)).Plays
            : null;
        var data = TrainingData.Of(rows, plays, validation, _options, sharing);
        var features = await LoadedFeatures.ReadAsync(_options.Features, schema, _progress, cancellation)
            .ConfigureAwait(false);
        features.Check(data.Plays, _progress);
        if (features.Tables.HasAny) _clock.End("read_features");
        if (data.Evaluator is { } evaluator) _progress?.Report(new SplitMade(evaluator.Counts, 1, 1, ColdStart.Drop));
        return data with { Features = features };
    }

    /// <summary>What checkpoints tell the plays by, which all processes compute together.</summary>
    private DataFingerprint? Fingerprint(TrainingData data) =>
        _options.Checkpoint.Location is null ? null : data.Fingerprint(_group);

    /// <summary>The model to begin with; none where a checkpoint goes on, which began with it.</summary>
    private async Task<WarmStart?> WarmStartAsync(JobCheckpoints checkpoints, CancellationToken cancellation)
    {
        if (_options.WarmStart is not { } location || checkpoints.From is not null) return null;
        var directory = await VersionChosen.FollowAsync(location, _progress, cancellation).ConfigureAwait(false);
        WarmStart.Check(
            (await ModelReader.ReadManifestAsync(directory, cancellation).ConfigureAwait(false)).TrainedOptions,
            _options.Als);
        var model = await ModelReader.ReadAsync(directory, cancellation).ConfigureAwait(false);
        _clock.End("read_model");
        return new WarmStart(model, _options.Als);
    }

    private TrainedFactors Train(
        TrainingData data, TrainingState? from, ITrainingKeeper? keeper, WarmStart? warm,
        CancellationToken cancellation)
    {
        var stopping = data.Stopping(_engine, _options.Validation);
        var progress = new IterationProgress(_options.Als, _progress, stopping?.Metric.Name);
        using var evaluator = data.Evaluator; // What its lists leave out need not stay on the engine.
        var trainer = new FactorTrainer(_engine, _options.Als, stopping)
        {
            Features = data.Features.Tables,
            Group = _group,
            From = from,
            Keeper = keeper,
            Begins = warm is null ? null : Begin,
        };
        var trained = trainer.Fit(data.Plays, progress, cancellation);
        _processes.TellWaits();
        IterationProgress.End(trained, _options.Als, _progress);
        if (stopping is not null)
        {
            var (metric, best) = (stopping.Metric.Name, trained.BestMetric!.Value);
            _progress?.Report(new BestKept(trained.Iteration, trained.Iterations.Count, metric, best));
        }

        return trained;

        FactorMatrices Begin(InteractionMatrix plays)
        {
            var (factors, counts) = warm.Begin(plays, _options.Als);
            _progress?.Report(new WarmStarted(counts));
            return factors;
        }
    }

    /// <summary>Makes the lists of all users, and writes them.</summary>
    /// <param name="output">Where this process writes; null where process 0 does it for this one.</param>
    /// <param name="model">The model.</param>
    /// <param name="plays">Says which process has the plays of which users.</param>
    /// <param name="cancellation">Stops it.</param>
    private async Task WriteListsAsync(
        IListOutput? output, FactorModel model, InteractionMatrix plays, CancellationToken cancellation)
    {
        var share = ListShare.Of(model, plays.UserShares, _group);
        using var recommender = new Recommender(share.Model, _engine);
        var (made, count) = (0, (int)_group.Sum(share.Users.Length));
        var own = recommender.Recommend(share.Users, _options.Top, _options.IncludePlayed, cancellation);
        if (output is { IsShared: true })
        {
            await output.WriteAsync(model, Told(own), cancellation).ConfigureAwait(false);
            _group.Meet();
            _progress?.Report(new ListsMade(count, count));
            return;
        }

        var lists = Told(_group.ToRoot(own));
        if (output is not null) await output.WriteAsync(model, lists, cancellation).ConfigureAwait(false);
        else foreach (var _ in lists) throw new InvalidOperationException();

        IEnumerable<RecommendationBatch> Told(IEnumerable<RecommendationBatch> batches)
        {
            foreach (var batch in batches)
            {
                yield return batch;
                made += batch.UserIndices.Length;
                _progress?.Report(new ListsMade(made, count));
            }
        }
    }

    /// <summary>
    /// The users with a list whose plays this process has, and in the last process those who were not trained on.
    /// </summary>
    private int[] UsersOf(FactorModel model, InteractionMatrix plays)
    {
        var first = plays.UserShares.Start(_group.Rank);
        var end = _group.Rank == _group.Size - 1 ? model.Users.Count : plays.UserShares.Start(_group.Rank + 1);
        return [.. Enumerable.Range(first, end - first).Where(user => Recommender.HasPlays(model, user))];
    }

    private ModelManifest Manifest(
        TrainingData data, FactorModel model, TrainedFactors trained, IReadOnlyDictionary<string, double> measured)
    {
        var statistics = Statistics(model, data);
        var device = _engine.Description.ToString();
        return ModelManifest.Of(_options.Input, statistics, _options.Als, trained, device, _clock) with
        {
            Preset = _options.Preset,
            WarmStart = _options.WarmStart,
            Features = data.Features.Of(model),
            Validation = data.Validation(_options.Validation, trained, measured),
            Lists = _options.Lists,
        };
    }

    private FactorModel Model(TrainingData data, TrainedFactors trained) => FeaturedModel.Of(
        data.Plays, _options.Als, trained, data.Features.Tables, Likes.CountByItem(_group, data.Plays));

    /// <summary>The numbers of the model, which all processes count together.</summary>
    private DataStatistics Statistics(FactorModel model, TrainingData data)
    {
        var zero = Enumerable.Range(0, model.Users.Count).Count(user =>
            Likes.Any(model.Plays.RowValues(user), model.Feedback) && !Recommender.HasPlays(model, user));
        if (_group.Sum(zero) is > 0 and var users) _progress?.Report(new ZeroFactors((int)users));
        return DataStatistics.Of(model, data.Read, _group) with { CancelledPairs = data.Plays.CancelledPairs };
    }

    private ReportData Page(
        ModelManifest manifest, FactorModel model, TrainingData data, CancellationToken cancellation) =>
        new()
        {
            Title = "gpuals train",
            Facts = ReportFacts.Of(manifest, _options),
            Trainings = [new TrainingCurve("training", manifest.Iterations, manifest.Validation?.Metric)],
            Distributions = PlayDistribution.Of(model.PlaysOfUsers, model.PlaysOfItems),
            TimingsSeconds = manifest.TimingsSeconds,
            Samples = Samples(model, data, cancellation),
        };

    /// <summary>Lists of a few users, whom all processes choose.</summary>
    private IReadOnlyList<SampleList> Samples(
        FactorModel model, TrainingData data, CancellationToken cancellation)
    {
        var plays = data.Features.Tables.HasAny
            ? new InteractionMatrix(model.Users, model.Items, model.Plays) { Feedback = model.Feedback }
            : data.Plays;
        using var recommender = new Recommender(model, _engine);
        return SampleLists.Of(_group, plays, model.PlaysOfUsers, UsersOf(model, data.Plays), Make);

        IEnumerable<SampleList> Make(int[] users) => recommender
            .Recommend(users, Math.Min(_options.Top, SampleLists.Length), _options.IncludePlayed, cancellation)
            .SelectMany(batch => SampleLists.Of(plays, batch));
    }
}

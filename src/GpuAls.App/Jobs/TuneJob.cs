using System.Diagnostics;

namespace GpuAls.App;

/// <summary>
/// Plays in, the best options out: read → hold out → trials. With a folder, each trial is on the disk once it is done,
/// and the same job goes on with the others.
/// </summary>
internal sealed class TuneJob
{
    private readonly TuneJobOptions _options;
    private readonly IAlsEngine _engine;
    private readonly IProgress<JobEvent>? _progress;
    private readonly PhaseClock _clock;
    private readonly JobGroup _processes;
    private readonly IProcessGroup _group;
    private IReadOnlyList<PlayDistribution> _distributions = [];

    /// <param name="options">What to do.</param>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="progress">Told how far the job is.</param>
    /// <param name="group">
    /// The processes that share out the trials, each with an engine of its own; null for this one alone. Process 0
    /// writes.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range. Kind Device: the engine has no such
    /// precision.
    /// </exception>
    public TuneJob(
        TuneJobOptions options, IAlsEngine engine, IProgress<JobEvent>? progress = null, IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        options.Validate();
        EngineChecks.Plan(engine, options.Space.FixedOptions.Plan);
        (_options, _engine, _progress) = (options, engine, progress);
        _processes = new JobGroup(group, progress);
        _group = _processes.Group;
        _clock = PhaseEnded.Clock(progress);
    }

    /// <summary>Runs the job.</summary>
    /// <returns>The report, as it was written; null on other processes than the first.</returns>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    /// <exception cref="OperationCanceledException">
    /// It was stopped; the trials that were done are in the folder.
    /// </exception>
    public async Task<TuneReport?> RunAsync(CancellationToken cancellation = default)
    {
        if (_group.Rank > 0)
        {
            var (folds, _, search, _) = await PrepareAsync(cancellation).ConfigureAwait(false);
            search.Help(cancellation);
            _processes.TellWaits(search.IdleSeconds);
            foreach (var fold in folds) fold.Dispose();
            return null;
        }

        await Collisions.CheckAsync(_options, cancellation).ConfigureAwait(false);
        await RefusePageAsync(cancellation).ConfigureAwait(false);
        using var folder = _options.Output is { } output
            ? await TuneFolder.OpenAsync(output, cancellation).ConfigureAwait(false)
            : null;
        var outputs = new JobOutputs(_options.Overwrite);
        await using (outputs.ConfigureAwait(false))
            return await RunAsync(folder, outputs, cancellation).ConfigureAwait(false);
    }

    private async Task<TuneReport> RunAsync(TuneFolder? folder, JobOutputs outputs, CancellationToken cancellation)
    {
        var page = await outputs.OpenFileIfAnyAsync(_options.Report?.File, cancellation).ConfigureAwait(false);
        var (folds, plan, search, digest) = await PrepareAsync(cancellation).ConfigureAwait(false);
        using var journal = folder is null ? null : await folder
            .OpenJournalAsync(digest, TuneSettings.Of(_options), _options.Overwrite, cancellation)
            .ConfigureAwait(false);
        var results = Search(folds, plan, search, journal, folder, cancellation);
        _processes.TellWaits(search.IdleSeconds);
        var report = Report(folds, plan, search, results);
        _clock.End("search");
        _progress?.Report(
            new MetricsMeasured([new MethodResult(EvaluateJob.ModelName, report.Trials[0].Result.Metrics)]));
        if (page is not null)
            await page.WriteAsync(stream => ReportWriter.WriteAsync(stream, Page(report), cancellation), cancellation)
                .ConfigureAwait(false);
        if (folder is not null) await folder.WriteAsync(report, cancellation).ConfigureAwait(false);
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        _clock.End("publish");
        return report;
    }

    /// <summary>What every process does before the first trial.</summary>
    private async Task<(Evaluator[] Folds, SearchPlan Plan, HyperparameterSearch Search, string Digest)> PrepareAsync(
        CancellationToken cancellation)
    {
        _engine.PrepareTraining(_options.Search.FirstOf(_options.Space).Plan);
        _engine.PrepareTopK();
        var fold = await LoadAsync(cancellation).ConfigureAwait(false);
        var features = await LoadedFeatures.ReadAsync(_options.Features, _options.Schema, _progress, cancellation)
            .ConfigureAwait(false);
        var folds = fold(_options.Space.FixedOptions);
        foreach (var first in folds.Take(1)) features.Check(first.HeldOut.Train, _progress);
        var coldStart = _options.Search.ColdStart;
        for (var index = 0; index < folds.Length; index++)
            _progress?.Report(new SplitMade(folds[index].Counts, index + 1, folds.Length, coldStart));
        _clock.End("split");
        var plan = SearchPlan.Of(_options.Search, _options.Space, folds[0].HeldOut.Train, _options.Preset is not null);
        var search = new HyperparameterSearch(_engine, folds, plan.Trials, _options.Search, _options.Bootstrap)
        {
            Refolding = (_options.Space.FixedOptions, fold),
            Features = features.Tables,
            Group = _group,
        };
        var digest = _options.Output is null && _group.Size == 1
            ? ""
            : PlaysDigest.Of(folds.Select(fold => fold.HeldOut), features.Tables);
        RequireSamePlays(digest);
        return (folds, plan, search, digest);
    }

    /// <summary>Refuses processes that have read different plays: their trials could not be compared.</summary>
    private void RequireSamePlays(string digest)
    {
        if (_group.Size == 1) return;
        var all = _group.AllGather(digest);
        var other = Array.FindIndex(all, one => one != all[0]);
        if (other > 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"process {other} on {_group.HostOf(other)} has read other plays than process 0 on "
                + $"{_group.HostOf(0)}. Give all processes the same files, which don't change meanwhile.");
    }

    /// <summary>A page that is there is replaced with --overwrite, which here throws the trials away too.</summary>
    private async Task RefusePageAsync(CancellationToken cancellation)
    {
        if (_options is { Overwrite: false, Output: not null, Report.File: { } page }
            && await Stores.FindFileAsync(page, cancellation).ConfigureAwait(false) is not null)
            throw new GpuAlsException(
                FailureKind.Output,
                $"'{page}' already exists. Choose another name or remove it; --overwrite would restart the search.");
    }

    private ReportData Page(TuneReport report) => new()
    {
        Title = "gpuals tune",
        Facts = ReportFacts.Of(report, _options),
        Search = report,
        Distributions = _distributions,
        TimingsSeconds = _clock.Seconds,
    };

    /// <summary>The folds, of plays that are worth what some options say.</summary>
    private async Task<Func<AlsOptions, Evaluator[]>> LoadAsync(CancellationToken cancellation)
    {
        var schema = _options.Schema with { Feedback = _options.Space.FixedOptions.Feedback };
        var loader = new SplitLoader(schema, _clock, _progress)
        {
            Loaded = plays => _distributions = _options.Report is null ? [] : PlayDistribution.Of(plays),
        };
        var splits = await loader
            .LoadAsync(_options.Sources, _options.Test, _options.Exclude, _options.Split, cancellation)
            .ConfigureAwait(false);
        var measured = _options.Search.Choice().Options(_options.Search.ColdStart);
        return als => [.. splits(als).Select(heldOut => new Evaluator(heldOut, measured))];
    }

    private IReadOnlyList<TrialResult> Search(
        Evaluator[] folds,
        SearchPlan plan,
        HyperparameterSearch search,
        TuneJournal? journal,
        TuneFolder? folder,
        CancellationToken cancellation)
    {
        var (time, started) = (_options.Search.Time, Stopwatch.StartNew());
        var metric = MetricChoice.Parse(_options.Search.Metric).Metric;
        int? total = time is not null && _options.Search.Trials is null && plan.IsOpen
            ? null
            : search.Rungs.Sum(rung => rung.Trials);
        var done = journal?.Count ?? 0;
        if (done > 0) _progress?.Report(new TrialsFound(done, total, folder!.Name));
        try
        {
            var trials = new ReportedTrials(
                (ITrialLog?)journal ?? new TrialMemory(),
                result => _progress?.Report(new TrialDone(
                    result, Tried(plan, search.Candidates[result.Trial - 1]), metric, ++done, total, TimeShare())));
            var steps = new Relay<TrialStep>(step =>
                _progress?.Report(new TrialProgress(step, done, total, TimeShare())));
            return search.Run(trials, steps, cancellation);
        }
        catch (OperationCanceledException) when (folder is not null)
        {
            _progress?.Report(new TuneStopped(done, total, folder.Name));
            throw;
        }
        finally
        {
            foreach (var fold in folds) fold.Dispose(); // What their lists leave out need not stay on the engine.
        }

        double? TimeShare() => time is { } most ? Math.Min(1, started.Elapsed / most) : null;
    }

    /// <summary>The values of what is searched, as on the command line.</summary>
    private static string Tried(SearchPlan plan, AlsOptions options) => string.Join(
        ' ',
        plan.Searched.Where(parameter => plan.Space is null || parameter.WhyIdle(options) is null)
            .Select(parameter => $"--{parameter.Name} {parameter.Get(options)}"));

    private TuneReport Report(
        Evaluator[] folds, SearchPlan plan, HyperparameterSearch search, IReadOnlyList<TrialResult> results)
    {
        var choice = _options.Search.Choice();
        TuneTrial[] trials =
            [.. results.Select(result => new TuneTrial(search.Candidates[result.Trial - 1], result))];
        return new TuneReport
        {
            GpualsVersion = ProductVersion.Text,
            StartedAt = _clock.StartedAt,
            Seconds = Math.Round(_clock.Total, 3),
            Device = _engine.Description.ToString(),
            Input = _options.Input,
            Test = _options.Test,
            Exclude = _options.Exclude,
            TimeColumn = _options.Schema.TimeColumn,
            Split = _options.Test.Count > 0 ? null : _options.Split,
            Splits = [.. folds.Select(fold => fold.Counts)],
            Search = _options.Search,
            Metric = choice.Metric.ToString(),
            IsLowerBetter = choice.IsLowerBetter,
            Bootstrap = _options.Bootstrap,
            Rungs = search.Rungs,
            Searched = [.. plan.Searched.Select(parameter => parameter.Name)],
            Preset = _options.Preset,
            Importance = plan.Space is { } space ? Importance(space, trials, choice) : null,
            IsTimeOver = search.IsTimeOver,
            Trials = trials,
            TrainCommand = TrainCommandLine.Of(
                _options.Sources,
                _options.Schema,
                search.Candidates[results[0].Trial - 1] with
                {
                    Iterations = Math.Max(1, results[0].BestIteration),
                    Tolerance = null,
                },
                _options.Preset,
                _options.Features),
        };
    }

    /// <summary>Of the trials of one rank: others have the options of the best.</summary>
    private static IReadOnlyList<OptionImportance> Importance(
        AutomaticSpace space, TuneTrial[] trials, MetricChoice choice)
    {
        var rank = trials.GroupBy(trial => trial.Options.Rank).MaxBy(group => group.Count())!.Key;
        TuneTrial[] searched =
            [.. trials.Where(trial => trial.Options.Rank == rank).OrderBy(trial => trial.Result.Trial)];
        return OptionImportance.Of(
            space, [.. searched.Select(trial => trial.Options)],
            [.. searched.Select(trial => choice.Cost(trial.Result.Measured(choice.Metric)?.Value))]);
    }
}

/// <summary>Tells of each trial as it is noted.</summary>
/// <param name="log">Takes the notes.</param>
/// <param name="report">Told after each.</param>
internal sealed class ReportedTrials(ITrialLog log, Action<TrialResult> report) : ITrialLog
{
    public IEnumerable<TrialResult> All => log.All;

    public TrialResult? Find(int trial, int rung) => log.Find(trial, rung);

    public void Add(TrialResult result)
    {
        log.Add(result);
        report(result);
    }
}

/// <summary>Notes of trials that are kept nowhere.</summary>
internal sealed class TrialMemory : ITrialLog
{
    public IEnumerable<TrialResult> All => [];

    public TrialResult? Find(int trial, int rung) => null;

    public void Add(TrialResult result)
    {
        // The search has it.
    }
}

using System.Globalization;

namespace GpuAls.Bench.Tuning;

/// <summary>
/// Searches one split of a set: a fifth of each user's plays are the test, a fifth of the others are what trials are
/// measured on.
/// </summary>
internal sealed class Contest : IDisposable
{
    internal const string Metric = "ndcg@10";

    private readonly IAlsEngine _engine;
    private readonly Evaluator _test;
    private readonly Evaluator _validation;
    private readonly SearchSpace _space;
    private readonly long _seed;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">All plays of the set.</param>
    /// <param name="rank">The rank of all trials.</param>
    /// <param name="seed">Seed of the splits, the searches and the factors.</param>
    public Contest(IAlsEngine engine, InteractionMatrix plays, int rank, long seed)
    {
        var measured = MetricChoice.Parse(Metric).Options(ColdStart.Drop);
        var test = HeldOut.Of(plays, HoldOutSplit.PerUser(plays.ByUser, 0.2, seed));
        var train = test.Train;
        (_engine, _seed) = (engine, seed);
        _test = new Evaluator(test, measured);
        _validation = new Evaluator(
            HeldOut.Of(train, HoldOutSplit.PerUser(train.ByUser, 0.2, seed)), measured);
        Usual = AlsOptions.Default with { Rank = rank, Seed = seed };
        _space = new SearchSpace(Usual, [])
            .With(SearchAxis.Parse(AlsParameters.Table["rank"], rank.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The defaults, at the rank.</summary>
    public AlsOptions Usual { get; }

    /// <summary>The best of some trials.</summary>
    /// <param name="kind">How they are searched.</param>
    /// <param name="trials">How many.</param>
    /// <param name="known">Trials that are known, and where others go.</param>
    /// <param name="cancellation">Stops it.</param>
    public Outcome Search(SearchKind kind, int trials, TrialFile known, CancellationToken cancellation)
    {
        var options = SearchOptions.Default with { Kind = kind, Trials = trials, Metric = Metric };
        var plan = SearchPlan.Of(options, _space, _validation.HeldOut.Train);
        var search = new HyperparameterSearch(
            _engine, [_validation], plan.Trials, options, new BootstrapOptions(0, 1));
        var log = known.Of(_seed, kind, trial => search.Candidates[trial - 1]);
        var results = search.Run(log, null, cancellation);
        var best = search.Candidates[results[0].Trial - 1];
        return new Outcome(
            Value(results[0]), Test(best with { Iterations = results[0].BestIteration }, cancellation),
            results.Sum(result => result.Seconds),
            [.. results.OrderBy(result => result.Trial).Select(Value)]);
    }

    /// <summary>The metric of the test, trained on all other plays.</summary>
    public double Test(AlsOptions options, CancellationToken cancellation)
    {
        var trained = new FactorTrainer(_engine, options).Fit(_test.HeldOut.Train, null, cancellation);
        using var users = _engine.LoadFactors(trained.UserFactors);
        using var items = _engine.LoadFactors(trained.ItemFactors);
        return _test.Measure(_engine, users, items, cancellation: cancellation)
            .Value(MetricChoice.Parse(Metric).Metric);
    }

    public void Dispose()
    {
        _test.Dispose();
        _validation.Dispose();
    }

    private static double Value(TrialResult result) =>
        result.Measured(MetricChoice.Parse(Metric).Metric)?.Value ?? 0;
}

/// <summary>What a search came to.</summary>
/// <param name="Validation">The metric of the best trial, as it was searched by.</param>
/// <param name="Test">Its metric on the test.</param>
/// <param name="Seconds">Seconds of the search.</param>
/// <param name="Trials">[trials], the metric of each.</param>
internal sealed record Outcome(double Validation, double Test, double Seconds, double[] Trials);

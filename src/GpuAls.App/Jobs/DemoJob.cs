namespace GpuAls.App;

/// <summary>
/// The whole way on made-up plays: sample → file in memory → read → hold out → train → lists → metrics beside "most
/// popular".
/// </summary>
/// <param name="engine">Where the work is done.</param>
/// <param name="progress">Told how far the job is.</param>
internal sealed class DemoJob(IAlsEngine engine, IProgress<JobEvent>? progress = null)
{
    private const int K = 10;
    private const double HeldOutFraction = 0.2;
    private const int ListenersShown = 4;

    private readonly PhaseClock _clock = new();

    /// <summary>What the demo trains with.</summary>
    public static AlsOptions Options { get; } = AlsOptions.Default with { Rank = 32 };

    /// <summary>Runs the demo; nothing is written to the disk.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public async Task<DemoReport> RunAsync(CancellationToken cancellation = default)
    {
        var plays = await SampleAsync(cancellation).ConfigureAwait(false);
        var heldOut = HeldOut.Of(plays, HoldOutSplit.PerUser(plays.ByUser, HeldOutFraction, seed: 1));
        var train = heldOut.Train;
        var iterations = new IterationProgress(Options, progress);
        var trained = new FactorTrainer(engine, Options).Fit(train, iterations, cancellation);
        var model = new FactorModel(train, Options, trained);
        return Evaluate(model, heldOut, cancellation);
    }

    private async Task<InteractionMatrix> SampleAsync(CancellationToken cancellation)
    {
        using var file = new MemoryStream();
        await SampleWriter.WriteParquetAsync(new SamplePlays(SampleOptions.Default), file, cancellation)
            .ConfigureAwait(false);
        var bytes = new MemoryByteSource("plays.parquet", file.GetBuffer().AsMemory(0, (int)file.Length));
        var schema = new InteractionSchema { WeightColumn = SampleWriter.WeightColumn };
        var source = new FileInteractionSource([new InputFile(bytes, InputFormat.Parquet)], schema);
        var read = await InteractionLoader.LoadAsync(source, null, cancellation).ConfigureAwait(false);
        var plays = CsrBuilder.Build(read);
        progress?.Report(new DataLoaded(DataStatistics.Of(plays, read.Statistics), _clock.Total));
        return plays;
    }

    private DemoReport Evaluate(FactorModel model, HeldOut heldOut, CancellationToken cancellation)
    {
        using var evaluator =
            new Evaluator(heldOut, new EvaluationOptions { Cutoffs = [K], Kinds = MetricKinds.Lists });
        using var users = engine.LoadFactors(model.UserFactors);
        using var items = engine.LoadFactors(model.ItemFactors);
        var ofModel = evaluator.Measure(engine, users, items, cancellation: cancellation);
        var ofPopularity = evaluator.Measure(new PopularityBaseline(model.Plays), cancellation: cancellation);
        return new DemoReport(
            K, ofModel.Users, ofModel, ofPopularity, Listeners(model, heldOut.Test, cancellation), _clock.Total);
    }

    private List<DemoListener> Listeners(FactorModel model, CsrMatrix test, CancellationToken cancellation)
    {
        var typical = Enumerable.Range(0, model.Users.Count)
            .Where(user => IsTypical(model, user) && test.RowLength(user) > 0);
        int[] users = [.. typical.Take(ListenersShown)];
        using var recommender = new Recommender(model, engine);
        var lists = recommender.Recommend(users, K, includePlayed: false, cancellation).Single().ItemIndices;
        return [.. users.Select((user, position) => Show(model, test, user, lists.AsSpan(position * K, K)))];
    }

    /// <summary>A history of a length that can be looked through.</summary>
    private static bool IsTypical(FactorModel model, int user) => model.Plays.RowLength(user) is >= 20 and <= 40;

    private static DemoListener Show(FactorModel model, CsrMatrix test, int user, ReadOnlySpan<int> list)
    {
        var counts = model.Plays.RowValues(user).ToArray();
        var items = model.Plays.RowIndices(user).ToArray();
        Array.Sort(counts, items);
        var mostPlayed = items.Reverse().Take(K).Select(model.Items.Format).ToArray();
        var heldOut = test.RowIndices(user).ToArray();
        var recommended = list.ToArray().Where(item => item >= 0)
            .Select(item => (model.Items.Format(item), heldOut.Contains(item))).ToArray();
        return new DemoListener(model.Users.Format(user), mostPlayed, recommended);
    }
}

/// <summary>What the demo found.</summary>
/// <param name="K">How many items of a list count.</param>
/// <param name="TestUsers">Listeners with held-out plays.</param>
/// <param name="Model">Metrics of the trained model.</param>
/// <param name="Popularity">Metrics of "most popular" on the same plays.</param>
/// <param name="Listeners">A few listeners to look at.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record DemoReport(
    int K,
    int TestUsers,
    Measurements Model,
    Measurements Popularity,
    IReadOnlyList<DemoListener> Listeners,
    double Seconds);

/// <summary>One listener of the demo.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="MostPlayed">What the model was shown of the listener, most played first.</param>
/// <param name="Recommended">The list, best first, and whether the listener played it in the held-out plays.</param>
internal sealed record DemoListener(
    string Name, IReadOnlyList<string> MostPlayed, IReadOnlyList<(string Item, bool IsHit)> Recommended);

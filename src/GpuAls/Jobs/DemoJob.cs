using GpuAls.Engines;
using GpuAls.Evaluation;
using GpuAls.Indexing;
using GpuAls.Modeling;
using GpuAls.Reading;
using GpuAls.Recommendation;
using GpuAls.Sampling;
using GpuAls.Sparse;
using GpuAls.Training;

namespace GpuAls.Jobs;

/// <summary>
/// The whole way on made-up plays: sample → file → read → hold out → train → lists → metrics beside "most popular".
/// </summary>
/// <param name="engine">Where the work is done.</param>
/// <param name="progress">Told how far the job is.</param>
public sealed class DemoJob(IAlsEngine engine, IProgress<JobEvent>? progress = null)
{
    private const int K = 10;
    private const double HeldOut = 0.2;
    private const int ListenersShown = 4;

    private readonly PhaseClock _clock = new();

    /// <summary>What the demo trains with.</summary>
    public static AlsOptions Options { get; } = AlsOptions.Default with { Rank = 32, Alpha = 2, Regularization = 20, Confidence = ConfidenceFunction.Log };

    /// <summary>Runs the demo; nothing is left on the disk.</summary>
    /// <exception cref="GpuAlsException">Kind Output: no temporary file can be written. Kind Device: too little memory.</exception>
    public async Task<DemoReport> RunAsync(CancellationToken cancellation = default)
    {
        var plays = await SampleAsync(cancellation).ConfigureAwait(false);
        var split = HoldOutSplit.PerUser(plays.ByUser, HeldOut, seed: 1);
        var train = new InteractionMatrix(plays.Users, plays.Items, split.Train);
        var trained = new AlsTrainer(engine, Options).Fit(
            train, new Relay<IterationReport>(report => progress?.Report(new IterationDone(report, Options.Iterations))), cancellation);
        var model = new FactorModel(train.Users, train.Items, split.Train, trained.Rank, trained.UserFactors, trained.ItemFactors);
        return Evaluate(model, split.Test, cancellation);
    }

    private async Task<InteractionMatrix> SampleAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("gpuals-demo-");
        try
        {
            var path = Path.Combine(folder.FullName, "plays.parquet");
            await SampleWriter.WriteAsync(new SamplePlays(SampleOptions.Default), path, overwrite: false, cancellation).ConfigureAwait(false);
            var schema = new InteractionSchema { WeightColumn = SampleWriter.WeightColumn };
            var read = await InteractionLoader.LoadAsync([path], schema, null, cancellation).ConfigureAwait(false);
            var plays = CsrBuilder.Build(read);
            progress?.Report(new DataLoaded(DataStatistics.Of(plays, read.Statistics), _clock.Total));
            return plays;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private DemoReport Evaluate(FactorModel model, CsrMatrix test, CancellationToken cancellation)
    {
        var users = Enumerable.Range(0, test.RowCount).Where(user => test.RowLength(user) > 0).ToArray();
        var popularity = new PopularityBaseline(model.Plays);
        var (ofModel, ofPopularity) = (new RankingSummary(), new RankingSummary());
        var shown = new List<DemoListener>();
        using var recommender = new Recommender(model, engine);
        foreach (var batch in recommender.Recommend(users, K, includePlayed: false, cancellation))
        {
            for (var i = 0; i < batch.UserIndices.Length; i++)
            {
                var user = batch.UserIndices[i];
                var list = batch.ItemIndices.AsSpan(i * K, K);
                ofModel.Add(RankingMetrics.Of(list, test.RowIndices(user), K));
                ofPopularity.Add(RankingMetrics.Of(popularity.Recommend(user, K), test.RowIndices(user), K));
                if (shown.Count < ListenersShown && IsTypical(model, user)) shown.Add(Show(model, test, user, list));
            }
        }

        return new DemoReport(K, users.Length, ofModel.Mean, ofPopularity.Mean, shown, _clock.Total);
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
        var recommended = list.ToArray().Where(item => item >= 0).Select(item => (model.Items.Format(item), heldOut.Contains(item))).ToArray();
        return new DemoListener(model.Users.Format(user), mostPlayed, recommended);
    }
}

using CsCheck;
using GpuAls.Tests.Indexing;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

/// <summary>
/// Several processes hold out and measure what one process does, to the bit: the plays to train on, those held out, and
/// every metric with its interval.
/// </summary>
public sealed class SharedEvaluationTests
{
    private static readonly Gen<SplitOptions> Splits = Gen.Select(
        Gen.Enum<SplitKind>(), Gen.Double[0.05, 0.6], Gen.Int[1, 3], Gen.OneOf<int?>(null, null, 2, 3)).Select(
        (kind, fraction, count, folds) => SplitOptions.Default with
        {
            Kind = kind,
            TestFraction = kind is SplitKind.LeaveOut or SplitKind.LeaveLast || Folds(kind, folds) is not null
                ? SplitOptions.Default.TestFraction
                : fraction,
            LeaveOut = kind is SplitKind.LeaveOut or SplitKind.LeaveLast ? count : 1,
            Folds = Folds(kind, folds),
        });

    private static readonly Gen<EvaluationOptions> Measured = Gen.Select(
        Gen.Int[1, 7].Select(kinds => (MetricKinds)kinds), Gen.Enum<ColdStart>()).Select(
        (kinds, coldStart) => new EvaluationOptions { Kinds = kinds, ColdStart = coldStart, Cutoffs = [1, 3] });

    private static readonly Gen<AlsOptions> Worth = Gen.Select(
        Gen.OneOf<double?>(null, null, 3.0), Gen.OneOf<int?>(null, null, 2), Gen.OneOf<int?>(null, null, 2)).Select(
        (halfLife, users, items) => AlsOptions.Default with
        {
            HalfLife = halfLife,
            MinUserPlays = users,
            MinItemPlays = items,
        });

    private static readonly Gen<InteractionSchema> Schemas = Gen.Select(Gen.Enum<Feedback>(), Gen.Bool).Select(
        (feedback, hasWeights) => new InteractionSchema
        {
            WeightColumn = hasWeights ? "weight" : null,
            TimeColumn = "time",
            Feedback = feedback,
            OnBadRow = OnBadRow.Skip,
        });

    [Test]
    public void Measure_AnySplit_IsThatOfOneProcess()
    {
        var measured = 0;
        Gen.Select(BatchesSource.Alike, Schemas, Splits, Measured, Worth, Gen.OneOf(2, 3, 5)).Sample(
            (batches, schema, split, options, worth, size) =>
            {
                var source = new BatchesSource(batches, schema);
                measured += Check(size, options, sharing =>
                {
                    var (rows, plays) = Load(source, sharing);
                    return Splitter.Split(rows, plays, split, worth, sharing);
                });
            },
            iter: 250,
            threads: 1);

        Assert.That(measured, Is.GreaterThan(80), "splits that can be measured");
    }

    [Test]
    public void Measure_TestFiles_IsThatOfOneProcess()
    {
        var measured = 0;
        Gen.Select(BatchesSource.Alike, BatchesSource.Alike, BatchesSource.Alike, Schemas, Measured, Worth, Gen.Bool)
            .Sample(
                (batches, asked, excluded, schema, options, worth, excludes) =>
                {
                    measured += Check(3, options, sharing =>
                    {
                        var (rows, plays) = Load(new BatchesSource(batches, schema), sharing);
                        var (_, test) = Load(new BatchesSource(asked, schema), sharing);
                        var hidden = excludes ? Load(new BatchesSource(excluded, schema), sharing).Plays : null;
                        return [HeldOut.Of(
                            PlayWorth.Of(rows, plays, worth, sharing), test, hidden, sharing: sharing)];
                    });
                },
                iter: 120,
                threads: 1);

        Assert.That(measured, Is.GreaterThan(20), "splits that can be measured");
    }

    [Test]
    public void Neighbours_AnyPlays_AreThoseOfOneProcess() => Gen.Select(
        Gen.Int[1, 30], Gen.Int[1, 20], Gen.Int[0, 1 << 20], Gen.Int[1, 5], Gen.OneOf(2, 3, 5), Gen.Int[1, 60]).Sample(
        (users, items, seed, count, size, mostCounts) =>
        {
            var random = new Random(seed);
            var plays = TestMatrices.Plays(
                items, [.. Enumerable.Range(0, users).Select(_ => random.Next(0, items + 1))], seed);
            var all = new InteractionMatrix(Ids(users), Ids(items), EntrySelection.Likes(plays));
            Similarity[] similarities = [Similarity.Jaccard, Similarity.Cosine];
            var expected = ItemNeighbours.Find(all.ByUser, all.ByItem, similarities, count, null, default);
            var group = new ThreadGroup(size);

            var found = group.Run(member => new SharedItemNeighbours(
                member, all.ShareOf(member, length => length).ByUser, similarities, count)
            {
                MostCounts = mostCounts,
            }.Find(null, default));

            Assert.That(group.Failures, Is.All.Null);
            foreach (var process in found)
                for (var i = 0; i < similarities.Length; i++)
                {
                    Assert.That(process[i].Indptr.SequenceEqual(expected[i].Indptr));
                    Assert.That(process[i].Indices.SequenceEqual(expected[i].Indices));
                    Assert.That(process[i].Values.SequenceEqual(expected[i].Values));
                }
        },
        iter: 150,
        threads: 1);

    private static IdIndex<int> Ids(int count) => new([.. Enumerable.Range(0, count)]);

    private static int? Folds(SplitKind kind, int? folds) => kind == SplitKind.Random ? folds : null;

    private static (IndexedInteractions Rows, InteractionMatrix Plays) Load(
        IInteractionSource source, PlaySharing sharing) =>
        SharedPlays.LoadAsync(source, options: null, sharing).GetAwaiter().GetResult();

    /// <summary>Compares some processes with one.</summary>
    /// <returns>1 if there was something to measure.</returns>
    private static int Check(
        int size, EvaluationOptions options, Func<PlaySharing, IEnumerable<HeldOut>> divide)
    {
        var (expected, failure) = (default(Found), default(string));
        try
        {
            expected = Measure(PlaySharing.Alone, options, divide);
        }
        catch (GpuAlsException refused)
        {
            failure = refused.Message;
        }

        var group = new ThreadGroup(size);
        var found = group.Run(member => Measure(
            new PlaySharing(member, length => 3 + ((double)length * length)), options, divide));

        Assert.That(group.Failures.Select(thrown => thrown?.Message), Is.All.EqualTo(failure));
        if (failure is not null) return 0;
        Assert.That(found[0].Summary, Is.EqualTo(expected.Summary));
        Assert.That(found.Select(process => process.Values), Is.All.EqualTo(expected.Values));
        return 1;
    }

    /// <summary>Measures a model and popularity on each split.</summary>
    private static Found Measure(
        PlaySharing sharing, EvaluationOptions options, Func<PlaySharing, IEnumerable<HeldOut>> divide)
    {
        using var engine = new HostEngine(1);
        var (values, models) = (new List<string>(), new List<Measurements>());
        foreach (var heldOut in divide(sharing))
        {
            using var evaluator = new Evaluator(heldOut, options);
            values.Add(evaluator.Counts.ToString());
            values.Add(DataFingerprint.Of(sharing.Group, heldOut.Train, heldOut.Test, heldOut.Hidden).ToString());
            using var users = engine.LoadFactors(TestMatrices.Factors(heldOut.Train.Users.Count, 3, 1), 3);
            using var items = engine.LoadFactors(TestMatrices.Factors(heldOut.Train.Items.Count, 3, 2), 3);
            var model = evaluator.Measure(engine, users, items);
            var popular = evaluator.Measure(new PopularityBaseline(heldOut.Train.ByUser, sharing.Group));
            var near = evaluator.Measure(NeighbourBaseline.Train(
                heldOut.Train, [Similarity.Cosine], 4, group: sharing.Group)[0]);
            foreach (var one in (Measurements[])[model, popular, near])
                values.AddRange(one.Metrics.Select(metric => $"{metric} {one.Value(metric):R}"));
            if (model.ToRoot() is { } all) models.Add(all);
        }

        if (sharing.Group.Rank > 0) return new Found("", string.Join('\n', values));
        var merged = Measurements.Merge(models);
        var summary = merged.Summarize(new BootstrapOptions(20));
        return new Found($"{merged.Users}\n{string.Join('\n', summary)}", string.Join('\n', values));
    }

    private readonly record struct Found(string Summary, string Values);
}

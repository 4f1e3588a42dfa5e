using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

public sealed class HeldOutTests
{
    /// <summary>
    /// Of the plays of a, b and c, those of c are held out, and those of item z; b's only play to train on is a
    /// dislike.
    /// </summary>
    [Test]
    public void Of_Split_HasTheIndexOfTheTrainingPart()
    {
        var all = Matrix(
            ["a", "b", "c"],
            ["x", "y", "z"],
            ("a", "x", 1),
            ("a", "y", 2),
            ("a", "z", 3),
            ("b", "y", -4),
            ("b", "x", 5),
            ("c", "x", 6));
        var split = new HoldOutSplit(
            Rows(all, ("a", "x", 1), ("a", "y", 2), ("b", "y", -4)),
            Rows(all, ("a", "z", 3), ("b", "x", 5), ("c", "x", 6)));

        var heldOut = HeldOut.Of(all, split);

        Assert.That(Texts(heldOut.Train.Users), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Texts(heldOut.Train.Items), Is.EqualTo(new[] { "y", "x" }), "y has two plays to train on");
        Assert.That(heldOut.Train.ByUser.Dense(), Is.EqualTo(new double[,] { { 2, 1 }, { -4, 0 } }));
        // Rows a, b as it was trained, then the unseen b and c; columns y, x, then the unseen z.
        Assert.That(
            heldOut.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 3 }, { 0, 0, 0 }, { 0, 5, 0 }, { 0, 6, 0 } }));
        Assert.That(
            heldOut.Counts,
            Is.EqualTo(
                new HeldOutCounts { Pairs = 3, RepeatedPairs = 0, UnseenUsers = 2, UnseenItems = 1, UnseenPairs = 3 }));
    }

    [Test]
    public void Of_TwoInputs_MeetByTheirIds()
    {
        var train = Matrix(["a", "b"], ["x", "y"], ("a", "x", 1), ("b", "y", 1));
        var test = Matrix(["b", "c", "a"], ["z", "y", "x"], ("b", "x", 2), ("a", "x", 9), ("a", "z", 4), ("c", "y", 5));

        var heldOut = HeldOut.Of(train, test);

        Assert.That(heldOut.Train, Is.SameAs(train));
        Assert.That(heldOut.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 4 }, { 2, 0, 0 }, { 0, 5, 0 } }));
        Assert.That(
            heldOut.Counts,
            Is.EqualTo(
                new HeldOutCounts { Pairs = 3, RepeatedPairs = 1, UnseenUsers = 1, UnseenItems = 1, UnseenPairs = 2 }));
    }

    [Test]
    public void Of_PlaysThatAreAllTrainedOn_Fails()
    {
        var train = Matrix(["a"], ["x"], ("a", "x", 1));

        var failure = Assert.Throws<GpuAlsException>(() => HeldOut.Of(train, train))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(
            failure.Message, Does.StartWith("there is nothing to test on: the only test pair is also a training pair"));
    }

    [Test]
    public void Evaluator_NothingThatCanBePredicted_Fails()
    {
        var heldOut = HeldOut.Of(Matrix(["a"], ["x"], ("a", "x", 1)), Matrix(["b"], ["x"], ("b", "x", 1)));

        var failure = Assert.Throws<GpuAlsException>(() => _ = new Evaluator(heldOut, EvaluationOptions.Default))!;

        Assert.That(
            failure.Message,
            Does.Contain("the only held-out pair cannot be predicted: its user or item has").And
                .Contain("--cold-start nan"));
        Assert.That(
            new Evaluator(heldOut, EvaluationOptions.Default with { ColdStart = ColdStart.Nan }).Counts.Users,
            Is.EqualTo(1));
    }

    [Test]
    public void Evaluator_NothingButDislikes_Fails()
    {
        var heldOut = HeldOut.Of(
            Matrix(["a", "b"], ["x", "y"], ("a", "x", 1), ("b", "y", 1)), Matrix(["a"], ["y"], ("a", "y", -1)));

        Assert.That(
            () => new Evaluator(heldOut, EvaluationOptions.Default),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("none of the held-out plays is above 0"));
    }

    /// <summary>x·y = 2 for a rating of -1, so that there is an error of 3; nothing of it is to be listed.</summary>
    [Test]
    public void Evaluator_RatingsNoneAboveZero_MeasuresErrorsOnly()
    {
        var heldOut = HeldOut.Of(
            Ratings(Matrix(["a", "b"], ["x", "y"], ("a", "x", 1), ("b", "y", 1))),
            Ratings(Matrix(["a"], ["y"], ("a", "y", -1))));
        using var engine = new HostEngine(1);
        using var users = engine.LoadFactors([1, 1], 1);
        using var items = engine.LoadFactors([1, 2], 1);

        var measured = new Evaluator(heldOut, EvaluationOptions.Default).Measure(engine, users, items);

        Assert.That(measured.Value(new Metric(Metric.RmseOfRating)), Is.EqualTo(3).Within(1e-6));
        Assert.That(measured.Value(new Metric(Metric.Precision, 10)), Is.NaN);
        Assert.That(
            () => new Evaluator(heldOut, EvaluationOptions.Default with { Kinds = MetricKinds.Lists }),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("none of the held-out plays is above 0"));
    }

    /// <summary>User a and item y have no rating above 0 to train on, and are seen, and listed.</summary>
    [Test]
    public void Evaluator_UserAndItemRatedBelowZero_AreSeenAndListed()
    {
        var heldOut = HeldOut.Of(
            Ratings(Matrix(["a", "b"], ["x", "y"], ("a", "x", -1), ("b", "x", 2), ("b", "y", -2))),
            Ratings(Matrix(["a"], ["y"], ("a", "y", 1))));
        using var engine = new HostEngine(1);
        using var users = engine.LoadFactors([1, 1], 1);
        using var items = engine.LoadFactors([1, 2], 1);

        var measured = new Evaluator(heldOut, EvaluationOptions.Default).Measure(engine, users, items);

        Assert.That((heldOut.Counts.UnseenUsers, heldOut.Counts.UnseenItems), Is.EqualTo((0, 0)));
        Assert.That(measured.Value(new Metric(Metric.Recall, 5)), Is.EqualTo(1));
    }

    private static InteractionMatrix Ratings(InteractionMatrix matrix) =>
        new(matrix.Users, matrix.Items, matrix.ByUser) { Feedback = Feedback.Explicit };

    private static InteractionMatrix Matrix(
        string[] users, string[] items, params (string User, string Item, float Plays)[] rows)
    {
        var empty = new InteractionMatrix(
            new IdIndex<string>(users),
            new IdIndex<string>(items),
            CsrBuilder.FromCoordinates(users.Length, items.Length, [], [], []));
        return new InteractionMatrix(empty.Users, empty.Items, Rows(empty, rows));
    }

    private static CsrMatrix Rows(InteractionMatrix all, params (string User, string Item, float Plays)[] rows)
    {
        int Index(IdIndex ids, string id) => ids.TryFind(id, out var index) ? index : throw new ArgumentException(id);
        return CsrBuilder.FromCoordinates(
            all.Users.Count,
            all.Items.Count,
            [.. rows.Select(row => Index(all.Users, row.User))],
            [.. rows.Select(row => Index(all.Items, row.Item))],
            [.. rows.Select(row => row.Plays)]);
    }

    private static string[] Texts(IdIndex ids) => [.. Enumerable.Range(0, ids.Count).Select(ids.Format)];
}

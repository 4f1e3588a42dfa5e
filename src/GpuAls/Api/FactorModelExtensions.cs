namespace GpuAls;

/// <summary>Recommends items with a model, and evaluates it.</summary>
public static class FactorModelExtensions
{
    /// <summary>Recommends items to some users.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute scores on.</param>
    /// <param name="users">Ids of the users, as text.</param>
    /// <param name="top">Length of a list, 1 to 1,024.</param>
    /// <param name="includePlayed">Whether lists may contain items that the user has played.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of users.</param>
    /// <returns>A list for each user, in the same order; empty for users whose factors are all 0.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: <paramref name="top"/> is out of range, or a user is not in the model. Kind Device: too little
    /// memory.
    /// </exception>
    public static IEnumerable<RecommendationList> Recommend(
        this FactorModel model,
        Engine engine,
        IEnumerable<string> users,
        int top = 10,
        bool includePlayed = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(users);
        Recommender.CheckLength(top);
        int[] indices = [.. users.Select(user => Find(model, user))];
        return Lists(model, engine, indices, top, includePlayed, cancellation);
    }

    /// <summary>
    /// Recommends items to every user whose factors are not all 0. Lists are computed lazily, in batches.
    /// </summary>
    /// <inheritdoc cref="Recommend"/>
    public static IEnumerable<RecommendationList> RecommendForAll(
        this FactorModel model,
        Engine engine,
        int top = 10,
        bool includePlayed = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        Recommender.CheckLength(top);
        return Lists(model, engine, Recommender.UsersWithPlays(model), top, includePlayed, cancellation);
    }

    /// <summary>Writes the lists of all users to a file: Parquet, CSV or JSON Lines, by its extension.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute scores on.</param>
    /// <param name="path">
    /// The file: <c>.parquet</c>, <c>.csv</c> or <c>.jsonl</c>. It appears only when it is complete.
    /// </param>
    /// <param name="top">Length of a list, 1 to 1,024.</param>
    /// <param name="includePlayed">Whether lists may contain items that the user has played.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of users.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: <paramref name="top"/> is out of range, or the extension is unknown. Kind Device: too little memory.
    /// Kind Output: the file exists, or can't be written.
    /// </exception>
    public static async Task WriteRecommendationsAsync(
        this FactorModel model,
        Engine engine,
        string path,
        int top = 10,
        bool includePlayed = false,
        bool overwrite = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(path);
        Recommender.CheckLength(top);
        var format = ListFormat.Of(path);
        var file = await OutputLocation.Of(path).OpenFileAsync(overwrite, cancellation).ConfigureAwait(false);
        await using (file.Output.ConfigureAwait(false))
        {
            using var recommender = new Recommender(model, engine.Implementation);
            var batches = recommender.Recommend(Recommender.UsersWithPlays(model), top, includePlayed, cancellation);
            await new ListFile(file, format).WriteAsync(model, batches, cancellation).ConfigureAwait(false);
            await file.Output.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Measures how well a model predicts held-out plays.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to make lists on.</param>
    /// <param name="test">Plays the model was not trained on, such as those from <see cref="Plays.HoldOut"/>.</param>
    /// <param name="options">What to measure; by default all metrics, on lists of 5, 10 and 20 items.</param>
    /// <param name="bootstrap">How confidence intervals are computed.</param>
    /// <param name="progress">Receives the fraction that is done, 0 to 1.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of users.</param>
    /// <returns>Each metric, averaged over the users who have held-out plays, with its confidence interval.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of range. Kind BadInput: none of the test plays can be predicted. Kind Device:
    /// too little memory.
    /// </exception>
    public static IReadOnlyList<MetricValue> Evaluate(
        this FactorModel model,
        Engine engine,
        Plays test,
        EvaluationOptions? options = null,
        BootstrapOptions? bootstrap = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(test);
        var train = new InteractionMatrix(model.Users, model.Items, model.Plays) { Feedback = model.Options.Feedback };
        using var evaluator = new Evaluator(HeldOut.Of(train, test.Matrix), options ?? new EvaluationOptions());
        using var users = engine.Implementation.LoadFactors(model.UserFactors, model.Rank);
        using var items = engine.Implementation.LoadFactors(model.ItemFactors, model.Rank);
        var measured = evaluator.Measure(engine.Implementation, users, items, progress, cancellation);
        return measured.Summarize(bootstrap ?? new BootstrapOptions(), cancellation: cancellation);
    }

    private static IEnumerable<RecommendationList> Lists(
        FactorModel model, Engine engine, int[] users, int top, bool includePlayed, CancellationToken cancellation)
    {
        using var recommender = new Recommender(model, engine.Implementation);
        foreach (var batch in recommender.Recommend(users, top, includePlayed, cancellation))
            for (var list = 0; list < batch.UserIndices.Length; list++)
                yield return List(model, batch, list);
    }

    private static RecommendationList List(FactorModel model, RecommendationBatch batch, int list)
    {
        var user = batch.UserIndices[list];
        if (!Recommender.HasPlays(model, user)) return new RecommendationList(model.Users.Format(user), []);
        var range = new Range(list * batch.K, (list + 1) * batch.K);
        var (items, scores) = (batch.ItemIndices[range], batch.Scores[range]);
        var listed = items.Zip(scores).Where(pair => pair.First >= 0);
        return new RecommendationList(
            model.Users.Format(user),
            [.. listed.Select(pair => new ListedItem(model.Items.Format(pair.First), pair.Second))]);
    }

    private static int Find(FactorModel model, string user) => model.Users.TryFind(user, out var index)
        ? index
        : throw new GpuAlsException(FailureKind.Usage, $"the model has no user {Quoted.Of(user)}.");
}

/// <summary>The items recommended to a user.</summary>
/// <param name="User">The id of the user.</param>
/// <param name="Items">The items, best first; fewer than requested if there are no more.</param>
public sealed record RecommendationList(string User, IReadOnlyList<ListedItem> Items)
{
    /// <summary>The user and the items as text, such as <c>Ada Tanaka: River Meadow, River Kinfolk</c>.</summary>
    public override string ToString() => $"{User}: {string.Join(", ", Items.Select(item => item.Item))}";
}

/// <summary>An item of a list.</summary>
/// <param name="Item">The id of the item.</param>
/// <param name="Score">The predicted preference, or the predicted rating.</param>
public readonly record struct ListedItem(string Item, float Score);

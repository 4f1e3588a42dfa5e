namespace GpuAls;

/// <summary>Recommends items with a model, and evaluates it.</summary>
public static partial class FactorModelExtensions
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
        return Recommend(
            model, engine, users, new RecommendationRules { Top = top, IncludePlayed = includePlayed }, cancellation);
    }

    /// <summary>Recommends items to some users under rules.</summary>
    /// <inheritdoc cref="Recommend(FactorModel, Engine, IEnumerable{string}, int, bool, CancellationToken)"/>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute scores on.</param>
    /// <param name="users">Ids of the users, as text.</param>
    /// <param name="rules">What lists may hold, and how long they are.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of users.</param>
    public static IEnumerable<RecommendationList> Recommend(
        this FactorModel model,
        Engine engine,
        IEnumerable<string> users,
        RecommendationRules rules,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(rules);
        var resolved = rules.For(model);
        int[] indices = [.. users.Select(user => Find(model.Users, "user", user))];
        return Lists(model, engine, indices, rules, resolved, cancellation)
            .Select(list => new RecommendationList(list.Id, list.Items));
    }

    /// <summary>
    /// Finds the users who are likeliest to play some items: for each item the users with the highest scores.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute scores on.</param>
    /// <param name="items">Ids of the items, as text.</param>
    /// <param name="top">Length of a list, 1 to 1,024.</param>
    /// <param name="includePlayed">Whether lists may contain users who have played the item.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of items.</param>
    /// <returns>A list for each item, in the same order; empty for items whose factors are all 0.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: <paramref name="top"/> is out of range, or an item is not in the model. Kind Device: too little
    /// memory.
    /// </exception>
    public static IEnumerable<Audience> FindUsers(
        this FactorModel model,
        Engine engine,
        IEnumerable<string> items,
        int top = 10,
        bool includePlayed = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(items);
        Recommender.CheckLength(top);
        int[] indices = [.. items.Select(item => Find(model.Items, "item", item))];
        var rules = new RecommendationRules { Top = top, IncludePlayed = includePlayed };
        return Lists(model.Transposed(), engine, indices, rules, ListRules.None, cancellation)
            .Select(list => new Audience(
                list.Id, [.. list.Items.Select(listed => new ListedUser(listed.Item, listed.Score))]));
    }

    /// <summary>Finds the items most similar to some items. An item is not in its own list.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute similarities on.</param>
    /// <param name="items">Ids of the items, as text.</param>
    /// <param name="top">Length of a list, 1 to 1,024.</param>
    /// <param name="measure">What the scores are.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of items.</param>
    /// <returns>A list for each item, in the same order; empty for items whose factors are all 0.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: <paramref name="top"/> is out of range, or an item is not in the model. Kind Device: too little
    /// memory.
    /// </exception>
    public static IEnumerable<SimilarItems> FindSimilar(
        this FactorModel model,
        Engine engine,
        IEnumerable<string> items,
        int top = 10,
        SimilarityMeasure measure = SimilarityMeasure.Cosine,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(items);
        Recommender.CheckLength(top);
        int[] indices = [.. items.Select(item => Find(model.Items, "item", item))];
        var rules = new RecommendationRules { Top = top };
        return Lists(SimilarModel.Of(model, measure), engine, indices, rules, ListRules.None, cancellation)
            .Select(list => new SimilarItems(list.Id, list.Items));
    }

    /// <summary>Explains a score: which plays of a user made it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute YᵀY on.</param>
    /// <param name="user">Id of the user, as text.</param>
    /// <param name="item">Id of the item, as text.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the user or the item is not in the model, or its factors are nonnegative. Kind BadInput: the user
    /// has no play to explain anything with. Kind Device: too little memory.
    /// </exception>
    public static ScoreExplanation Explain(this FactorModel model, Engine engine, string user, string item)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(item);
        var (userIndex, itemIndex) = (Find(model.Users, "user", user), Find(model.Items, "item", item));
        var found = Explanation.Of(model, engine.Implementation, userIndex, itemIndex);
        return new ScoreExplanation(
            model.Users.Format(userIndex),
            model.Items.Format(itemIndex),
            found.Score,
            [
                .. found.Plays.Select(play =>
                    new PlayContribution(model.Items.Format(play.Item), play.Plays, play.Contribution)),
            ],
            found.Rest);
    }

    /// <summary>
    /// Recommends items to every user whose factors are not all 0. Lists are computed lazily, in batches.
    /// </summary>
    /// <inheritdoc cref="Recommend(FactorModel, Engine, IEnumerable{string}, int, bool, CancellationToken)"/>
    public static IEnumerable<RecommendationList> RecommendForAll(
        this FactorModel model,
        Engine engine,
        int top = 10,
        bool includePlayed = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        return RecommendForAll(
            model, engine, new RecommendationRules { Top = top, IncludePlayed = includePlayed }, cancellation);
    }

    /// <summary>
    /// Recommends items under rules to every user whose factors are not all 0. Lists are computed lazily, in batches.
    /// </summary>
    /// <inheritdoc cref="Recommend(FactorModel, Engine, IEnumerable{string}, RecommendationRules, CancellationToken)"/>
    public static IEnumerable<RecommendationList> RecommendForAll(
        this FactorModel model, Engine engine, RecommendationRules rules, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(rules);
        return Lists(model, engine, Recommender.UsersWithPlays(model), rules, rules.For(model), cancellation)
            .Select(list => new RecommendationList(list.Id, list.Items));
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
    public static Task WriteRecommendationsAsync(
        this FactorModel model,
        Engine engine,
        string path,
        int top = 10,
        bool includePlayed = false,
        bool overwrite = false,
        CancellationToken cancellation = default) =>
        WriteRecommendationsAsync(
            model, engine, path, new RecommendationRules { Top = top, IncludePlayed = includePlayed }, overwrite,
            cancellation);

    /// <summary>Writes the lists of all users, under rules, to a file: Parquet, CSV or JSON Lines.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute scores on.</param>
    /// <param name="path">
    /// The file: <c>.parquet</c>, <c>.csv</c> or <c>.jsonl</c>. It appears only when it is complete. With a slash at
    /// the end, as in <c>lists.parquet/</c>, it is a folder with <c>part-00000.parquet</c> and <c>_SUCCESS</c>.
    /// </param>
    /// <param name="rules">What lists may hold, and how long they are.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="cancellation">Cancels the operation, between two batches of users.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a rule is out of range, or the extension is unknown. Kind Device: too little memory. Kind Output:
    /// the file exists, or can't be written.
    /// </exception>
    public static async Task WriteRecommendationsAsync(
        this FactorModel model,
        Engine engine,
        string path,
        RecommendationRules rules,
        bool overwrite = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(rules);
        var resolved = rules.For(model);
        var lists = await ListFile.OpenAsync(path, ListShape.Flat, overwrite, SingleProcess.Instance, cancellation)
            .ConfigureAwait(false);
        var output = lists.File.Output;
        await using (output.ConfigureAwait(false))
        {
            using var recommender = new Recommender(model, engine.Implementation, resolved);
            var batches = recommender.Recommend(
                Recommender.UsersWithPlays(model), rules.Top, rules.IncludePlayed, cancellation);
            await lists.WriteAsync(model, batches, cancellation).ConfigureAwait(false);
            await output.CommitAsync(cancellation).ConfigureAwait(false);
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
        using var users = engine.Implementation.LoadFactors(model.UserFactors);
        using var items = engine.Implementation.LoadFactors(model.ItemFactors);
        var measured = evaluator.Measure(engine.Implementation, users, items, progress, cancellation: cancellation);
        return measured.Summarize(bootstrap ?? new BootstrapOptions(), cancellation: cancellation);
    }

    private static IEnumerable<(string Id, ListedItem[] Items)> Lists(
        FactorModel model,
        Engine engine,
        int[] users,
        RecommendationRules rules,
        ListRules resolved,
        CancellationToken cancellation)
    {
        using var recommender = new Recommender(model, engine.Implementation, resolved);
        foreach (var batch in recommender.Recommend(users, rules.Top, rules.IncludePlayed, cancellation))
            for (var list = 0; list < batch.UserIndices.Length; list++)
                yield return (model.Users.Format(batch.UserIndices[list]), List(model, batch, list));
    }

    private static ListedItem[] List(FactorModel model, RecommendationBatch batch, int list)
    {
        if (!Recommender.HasPlays(model, batch.UserIndices[list])) return [];
        var range = new Range(list * batch.K, (list + 1) * batch.K);
        var listed = batch.ItemIndices[range].Zip(batch.Scores[range]).Where(pair => pair.First >= 0);
        return [.. listed.Select(pair => new ListedItem(model.Items.Format(pair.First), pair.Second))];
    }

    private static int Find(IdIndex ids, string side, string id) => ids.TryFind(id, out var index)
        ? index
        : throw new GpuAlsException(FailureKind.Usage, $"the model has no {side} {Quoted.Of(id)}.");
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

/// <summary>The users who are likeliest to play an item.</summary>
/// <param name="Item">The id of the item.</param>
/// <param name="Users">The users, best first; fewer than requested if there are no more.</param>
public sealed record Audience(string Item, IReadOnlyList<ListedUser> Users)
{
    /// <summary>The item and the users as text, such as <c>River Meadow: Ada Tanaka, Jim Hall</c>.</summary>
    public override string ToString() => $"{Item}: {string.Join(", ", Users.Select(user => user.User))}";
}

/// <summary>A user of a list.</summary>
/// <param name="User">The id of the user.</param>
/// <param name="Score">The predicted preference, or the predicted rating.</param>
public readonly record struct ListedUser(string User, float Score);

/// <summary>The items most similar to an item.</summary>
/// <param name="Item">The id of the item.</param>
/// <param name="Items">Other items, the most similar first.</param>
public sealed record SimilarItems(string Item, IReadOnlyList<ListedItem> Items)
{
    /// <summary>The items as text, such as <c>River Meadow: River Kinfolk, Lantern Orchard</c>.</summary>
    public override string ToString() => $"{Item}: {string.Join(", ", Items.Select(item => item.Item))}";
}

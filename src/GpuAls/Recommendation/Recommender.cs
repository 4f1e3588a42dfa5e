namespace GpuAls;

/// <summary>Top-k lists from a model, in batches that bound the memory.</summary>
internal sealed class Recommender : IDisposable
{
    private const int BatchUsers = 8192;

    private readonly FactorModel _model;
    private readonly IAlsEngine _engine;
    private readonly ListRules _rules;
    private readonly ListableItems _listable;
    private readonly IEngineFactors _items;
    private readonly GroupedLists? _grouped;
    private readonly Diversity? _diversity;

    /// <param name="model">Factors, and the plays that lists leave out.</param>
    /// <param name="engine">Where the scores are computed.</param>
    /// <param name="rules">What lists may hold; null for all items.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public Recommender(FactorModel model, IAlsEngine engine, ListRules? rules = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        (_model, _engine, _rules) = (model, engine, rules ?? ListRules.None);
        _listable = ListableItems.Of(model, _rules);
        if (_rules.Groups is { } groups) _grouped = new GroupedLists(groups, _listable);
        if (_rules.Diversity > 0) _diversity = new Diversity(_rules.Diversity, model.ItemFactors);
        _items = engine.LoadFactors(_listable.Gather(model.ItemFactors));
    }

    /// <summary>The users who have factors to rank by, as <see cref="HasPlays"/> says.</summary>
    public static int[] UsersWithPlays(FactorModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Enumerable.Range(0, model.Users.Count).Where(user => HasPlays(model, user)).ToArray();
    }

    /// <summary>
    /// Whether a user gets a list: a play above 0, or a rating, and factors that are not all 0. Factors are enough in a
    /// model without any plays, and so are features of a user who has none.
    /// </summary>
    public static bool HasPlays(FactorModel model, int user)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ListRule.Holds(
            model.HasNoPlays || Likes.Any(model.Plays.RowValues(user), model.Feedback)
                || (model.PlaysOfUsers[user] == 0 && model.UserFeatures?.Has(user) is true),
            model.UserFactors[user]);
    }

    /// <summary>Checks the length of a list.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is out of range.</exception>
    public static void CheckLength(int k) =>
        Require.Usage(k >= 1 && k <= TopKQuery.MaximumK, $"--top is {k}; expected 1 to {TopKQuery.MaximumK}.");

    /// <summary>The lists of some users, batch by batch.</summary>
    /// <param name="userIndices">Whose lists, in this order.</param>
    /// <param name="k">Length of a list, 1 .. 1,024.</param>
    /// <param name="includePlayed">Whether items a user has played may be listed.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">Kind Usage: k is out of range.</exception>
    public IEnumerable<RecommendationBatch> Recommend(
        int[] userIndices, int k, bool includePlayed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(userIndices);
        CheckLength(k);
        return Batches(userIndices, k, includePlayed, cancellation);
    }

    /// <summary>The lists of users who are given by their factors.</summary>
    /// <param name="factors">[lists, rank].</param>
    /// <param name="leftOut">[lists, items], what each list leaves out.</param>
    /// <param name="k">Length of a list, 1 .. 1,024.</param>
    /// <returns>The lists; their users are the rows of <paramref name="factors"/>.</returns>
    /// <exception cref="GpuAlsException">Kind Usage: k is out of range. Kind Device: too little memory.</exception>
    public RecommendationBatch Recommend(FactorMatrix factors, CsrMatrix leftOut, int k)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(leftOut);
        CheckLength(k);
        int[] rows = [.. Enumerable.Range(0, leftOut.RowCount)];
        return Score(factors, rows, leftOut.EntryCount > 0 ? _listable.Mask(leftOut, rows) : null, k);
    }

    /// <inheritdoc/>
    public void Dispose() => _items.Dispose();

    private IEnumerable<RecommendationBatch> Batches(
        int[] userIndices, int k, bool includePlayed, CancellationToken cancellation)
    {
        foreach (var batch in userIndices.Chunk(BatchUsers))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Score(batch, k, includePlayed);
        }
    }

    private RecommendationBatch Score(int[] users, int k, bool includePlayed)
    {
        var mask = includePlayed
            ? _rules.ExcludedPairs is { } excluded ? _listable.Mask(excluded, users) : null
            : _listable.Mask(_model.Plays, users, _rules.ExcludedPairs);
        return Score(_model.UserFactors, users, mask, k);
    }

    /// <param name="factors">[rows or more, rank].</param>
    /// <param name="rows">Whose lists, by their row of the factors.</param>
    /// <param name="mask">[lists, listable], what each list leaves out; null for nothing.</param>
    /// <param name="k">Length of a list.</param>
    private RecommendationBatch Score(FactorMatrix factors, int[] rows, CsrMatrix? mask, int k)
    {
        var least = _rules.MinScore ?? float.NegativeInfinity;
        var length = _diversity is null ? k : Diversity.PoolOf(k);
        var (numbers, scores) = _grouped?.Make(rows, mask, length, least, Search) ?? Search(rows, mask, length);
        for (var i = 0; _rules.MinScore is not null && i < scores.Length; i++)
            if (scores[i] < least) (numbers[i], scores[i]) = (-1, float.NegativeInfinity);
        _listable.ToItems(numbers);
        if (_diversity is not null) (numbers, scores) = _diversity.Choose(numbers, scores, length, k);
        return new RecommendationBatch(rows, k, numbers, scores);

        (int[] Numbers, float[] Scores) Search(int[] rows, CsrMatrix? mask, int k)
        {
            using var queries = _engine.LoadFactors(factors.Gather(rows));
            using var seen = mask is null ? null : _engine.LoadPlays(mask);
            var (numbers, scores) = (new int[rows.Length * k], new float[rows.Length * k]);
            _engine.TopK(new TopKQuery(queries, RowRange.All(queries), _items, seen, k), numbers, scores);
            return (numbers, scores);
        }
    }
}

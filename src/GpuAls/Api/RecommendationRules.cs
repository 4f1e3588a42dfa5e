namespace GpuAls;

/// <summary>
/// What lists may hold. A rule never shortens a list while there is an item left that all rules allow. Ids are text, as
/// <see cref="IdIndex.Format"/> returns them; those that are not in the model change nothing.
/// </summary>
public sealed record RecommendationRules
{
    /// <summary>Length of a list, 1 to 1,024.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether lists may contain items that the user has played.</summary>
    public bool IncludePlayed { get; init; }

    /// <summary>The only items that lists may contain; null for all.</summary>
    public IReadOnlyCollection<string>? OnlyItems { get; init; }

    /// <summary>Items that no list contains.</summary>
    public IReadOnlyCollection<string> ExcludedItems { get; init; } = [];

    /// <summary>Pairs of a user and an item that the user's list does not contain.</summary>
    public IReadOnlyCollection<(string User, string Item)> ExcludedPairs { get; init; } = [];

    /// <summary>The lowest score in a list; null for any.</summary>
    public float? MinScore { get; init; }

    /// <summary>
    /// The group of each item, such as its artist, for <see cref="MaxPerGroup"/>; items that are not here are not
    /// limited.
    /// </summary>
    public IReadOnlyDictionary<string, string> ItemGroups { get; init; } = new Dictionary<string, string>();

    /// <summary>The most items of a group in a list, at least 1; null for any number.</summary>
    public int? MaxPerGroup { get; init; }

    /// <summary>
    /// The weight of diversity in maximal marginal relevance, 0 to 1: 0 orders lists by score; docs/recommend.md
    /// defines it.
    /// </summary>
    public double Diversity { get; init; }

    /// <summary>The rules by the indices of a model.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a number is out of its range.</exception>
    internal ListRules For(FactorModel model)
    {
        Recommender.CheckLength(Top);
        Require.Usage(Diversity is >= 0 and <= 1, $"Diversity is {Diversity}; expected 0 to 1.");
        Require.Usage(MaxPerGroup is null or >= 1, $"MaxPerGroup is {MaxPerGroup}; expected 1 or more.");
        Require.Usage(MinScore is not { } score || float.IsFinite(score), "MinScore is not a finite number.");
        return new ListRules
        {
            OnlyItems = OnlyItems is null ? null : Known(model.Items, OnlyItems),
            ExcludedItems = Known(model.Items, ExcludedItems),
            ExcludedPairs = ExcludedPairs.Count == 0 ? null : Pairs(model),
            MinScore = MinScore,
            Groups = MaxPerGroup is { } most ? new ItemGroups(GroupOf(model.Items), most) : null,
            Diversity = Diversity,
        };
    }

    private static int[] Known(IdIndex ids, IEnumerable<string> texts) =>
        [.. texts.Select(id => ids.TryFind(id, out var index) ? index : -1).Where(index => index >= 0)];

    private CsrMatrix Pairs(FactorModel model)
    {
        var (users, items) = (new List<int>(), new List<int>());
        foreach (var (user, item) in ExcludedPairs)
        {
            if (!model.Users.TryFind(user, out var row) || !model.Items.TryFind(item, out var column)) continue;
            users.Add(row);
            items.Add(column);
        }

        return CsrBuilder.FromCoordinates(model.Users.Count, model.Items.Count, [.. users], [.. items], values: []);
    }

    private int[] GroupOf(IdIndex ids)
    {
        var groupOf = new int[ids.Count];
        Array.Fill(groupOf, -1);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (item, group) in ItemGroups)
        {
            if (!ids.TryFind(item, out var index)) continue;
            numbers.TryAdd(group, numbers.Count);
            groupOf[index] = numbers[group];
        }

        return groupOf;
    }
}

using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Where the plays of a model came from.</summary>
internal sealed record ManifestInput
{
    /// <summary>Files, folders or globs, as they were given.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Column of the user ids.</summary>
    public required string UserColumn { get; init; }

    /// <summary>Column of the item ids.</summary>
    public required string ItemColumn { get; init; }

    /// <summary>Column of the weights; null where each row counted 1.</summary>
    public required string? WeightColumn { get; init; }

    /// <summary>Column of the times; null where none were read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimeColumn { get; init; }

    /// <summary>Column of the kinds of events; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EventColumn { get; init; }

    /// <summary>The weight of each kind of event; null without events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? EventWeights { get; init; }

    /// <summary>The earliest time of the rows that were kept; null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

    /// <summary>The first time of the rows that were too late; null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>What became of rows that could not be used.</summary>
    public required OnBadRow OnBadRow { get; init; }

    /// <summary>What is read of some files.</summary>
    internal static ManifestInput Of(IReadOnlyList<string> locations, InteractionSchema schema) => new()
    {
        Locations = locations,
        UserColumn = schema.UserColumn,
        ItemColumn = schema.ItemColumn,
        WeightColumn = schema.WeightColumn,
        TimeColumn = schema.TimeColumn,
        EventColumn = schema.EventColumn,
        EventWeights = schema.EventWeights?.Weights,
        Since = schema.Since,
        Until = schema.Until,
        OnBadRow = schema.OnBadRow,
    };
}

/// <summary>The features that a model was trained with.</summary>
internal sealed record ManifestFeatures
{
    /// <summary>Those of users; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestSideFeatures? Users { get; init; }

    /// <summary>Those of items; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestSideFeatures? Items { get; init; }

    /// <summary>The same features, with the users, items and plays of a model.</summary>
    internal ManifestFeatures Of(FactorModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ManifestFeatures
        {
            Users = Of(Users, model.UserFeatures, model.PlaysOfUsers),
            Items = Of(Items, model.ItemFeatures, model.PlaysOfItems),
        };
    }

    private static ManifestSideFeatures? Of(
        ManifestSideFeatures? side, SideFeatures? features, int[] plays) =>
        side is null || features is null ? null : side with
        {
            Entries = features.Values.EntryCount,
            WithoutPlays = Enumerable.Range(0, features.Values.RowCount)
                .Count(row => features.Has(row) && plays[row] == 0),
        };
}

/// <summary>The features of one side.</summary>
internal sealed record ManifestSideFeatures
{
    /// <summary>The file, as it was given; null where the library was given the features.</summary>
    public required string? Location { get; init; }

    /// <summary>Number of features, the bias included.</summary>
    public required int Count { get; init; }

    /// <summary>Values that are not 0, over all ids of the side.</summary>
    public required long Entries { get; init; }

    /// <summary>Ids that have features but no plays; their factors are computed from the features.</summary>
    public required int WithoutPlays { get; init; }

    /// <summary>Rows that a category or a tag needed.</summary>
    public required int MinCount { get; init; }

    /// <summary>What separated tags in text; null for nothing.</summary>
    public required string? Separator { get; init; }

    /// <summary>What each column of the file was taken for.</summary>
    public required IReadOnlyList<FeatureColumnSummary> Columns { get; init; }
}

/// <summary>An update of a model: its new plays, and how many factors were computed from them.</summary>
internal sealed record ManifestUpdate
{
    /// <summary>Version of gpuals that made it.</summary>
    public required string GpualsVersion { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>What it was computed with.</summary>
    public required string Device { get; init; }

    /// <summary>Where the new plays came from.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Whose factors were computed.</summary>
    public required Side Side { get; init; }

    /// <summary>What became of the plays that the model had of them.</summary>
    public required PlaysCombination Combine { get; init; }

    /// <summary>How many of them the model had.</summary>
    public required int Recomputed { get; init; }

    /// <summary>How many were new.</summary>
    public required int Added { get; init; }

    /// <summary>Rows read and left out.</summary>
    public required ReadStatistics Read { get; init; }
}

/// <summary>What becomes of the plays that a model already has of the users, or items, that are updated.</summary>
[JsonConverter(typeof(WordConverter<PlaysCombination>))]
public enum PlaysCombination
{
    /// <summary>They stay, and weights of the same pair are added; a new rating replaces the old one.</summary>
    [JsonStringEnumMemberName("add")]
    Add,

    /// <summary>They are dropped: the new plays are all that there are.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace,
}

/// <summary>What a row of a file of lists is.</summary>
[JsonConverter(typeof(WordConverter<ListShape>))]
internal enum ListShape
{
    /// <summary>A listed item.</summary>
    [JsonStringEnumMemberName("flat")]
    Flat,

    /// <summary>A list.</summary>
    [JsonStringEnumMemberName("nested")]
    Nested,
}

/// <summary>The lists that were made with a model.</summary>
internal sealed record ManifestLists
{
    /// <summary>Length of a list.</summary>
    public required int Top { get; init; }

    /// <summary>Whether lists may hold what a user has played.</summary>
    public required bool IncludePlayed { get; init; }

    /// <summary>What a row of the file is.</summary>
    public ListShape Shape { get; init; }

    /// <summary>The file, as it was given; null for the one in the folder of the model.</summary>
    public required string? File { get; init; }
}

/// <summary>How the iterations of a training were compared.</summary>
internal sealed record ManifestValidation
{
    /// <summary>Such as <c>ndcg@10</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Files with the plays it was measured with; empty where some of the input, or none, were.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>The fraction of the input it was measured with, which was not trained on; null for none.</summary>
    public required double? Fraction { get; init; }

    /// <summary>Iterations without an improvement after which the training was to end; 0 for never.</summary>
    public required int Patience { get; init; }

    /// <summary>The relative improvement that counted as one.</summary>
    public required double MinImprovement { get; init; }

    /// <summary>Users it was measured over; null where it is the loss.</summary>
    public required int? Users { get; init; }

    /// <summary>The iteration whose factors these are: the best one.</summary>
    public required int BestIteration { get; init; }

    /// <summary>What was measured after it; null where it is not defined.</summary>
    public required double? Value { get; init; }

    /// <summary>What the model was required to measure up to, by the names of the metrics; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}

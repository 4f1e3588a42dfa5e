using static GpuAls.Parameter<GpuAls.App.ListRuleOptions>;

namespace GpuAls.App;

/// <summary>The declarations of <see cref="ListRuleOptions"/>.</summary>
internal static class ListRuleParameters
{
    private const string Tables = "A table is read like plays: Parquet, CSV or JSON Lines, compressed or not; local or "
        + "s3://. Any other file has one id per line.";

    /// <summary>Options of reading plays that make no sense for files of ids.</summary>
    private static readonly string[] OnlyOfPlays =
    [
        "weight-column", "decimal-comma", "time-column", "event-column", "event-weights", "since", "until",
    ];

    /// <summary>Every option of lists under rules.</summary>
    public static ParameterTable<ListRuleOptions> Table { get; } = new(new ListRuleOptions(),
    [
        FileOf(
            "only-items", o => o.OnlyItems, (o, file) => o with { OnlyItems = file },
            "List only the items in FILE", Tables, HoldItems),
        FileOf(
            "exclude-items", o => o.ExcludedItems, (o, file) => o with { ExcludedItems = file },
            "Never list the items in FILE", Tables, HoldItems),
        FileOf(
            "only-users", o => o.OnlyUsers, (o, file) => o with { OnlyUsers = file },
            "List only the users in FILE", Tables, HoldUsers) with { IsCommon = false },
        FileOf(
            "exclude-users", o => o.ExcludedUsers, (o, file) => o with { ExcludedUsers = file },
            "Never list the users in FILE", Tables, HoldUsers) with { IsCommon = false },
        FileOf(
            "exclude", o => o.ExcludedPairs, (o, file) => o with { ExcludedPairs = file },
            "Pairs of a user and an item that lists leave out",
            "A table with the columns of --user-column and --item-column."),
        Real("min-score", o => o.MinScore, (o, value) => o with { MinScore = value }, Scores) with
        {
            Group = ParameterGroup.Lists,
            IsCommon = true,
            DefaultNote = "any score",
            Summary = "Leave out items with a lower score",
        },
        FileOf(
            "item-groups", o => o.Groups, (o, file) => o with { Groups = file },
            "Group of each item, such as its artist, for --max-per-group",
            "A table with the columns of --item-column and --group-column. Items that are not in it are not limited.",
            HoldItems) with
        {
            Requires =
            [
                new(
                    o => o.Groups is null || o.MaxPerGroup is not null,
                    "--item-groups requires --max-per-group, the most items of a group in a list."),
            ],
        },
        Text("group-column", o => o.GroupColumn, (o, name) => o with { GroupColumn = name }) with
        {
            Group = ParameterGroup.Lists,
            ValueName = "NAME",
            Summary = "Column of groups in --item-groups",
            AppliesWhen = [new(o => o.Groups is not null, "requires --item-groups.")],
        },
        Whole<int>(
            "max-per-group", o => o.MaxPerGroup, (o, value) => o with { MaxPerGroup = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Lists,
            IsCommon = true,
            DefaultNote = "any number",
            Summary = "Most items of a group in a list",
            AppliesWhen = [new(o => o.Groups is not null, "requires --item-groups.")],
        },
        Real(
            "diversify", o => o.Diversity, (o, value) => o with { Diversity = value },
            new ParameterRange(value => value is >= 0 and <= 1, "a number from 0 to 1") { Brief = "0 to 1" }) with
        {
            Group = ParameterGroup.Lists,
            IsCommon = true,
            Summary = "Weight of diversity: avoid items that are similar to those above them",
            Details = "Maximal marginal relevance: after the best item, each next one has the largest "
                + "(1 - N) * relevance - N * similarity. Relevance is the score, scaled to 0 to 1; similarity is the "
                + "largest cosine between its factors and those of an item above it. Items are chosen from a list "
                + "ten times as long, at most 1024. 0 orders by score alone.",
        },
        .. InputParameters.Table.Where(parameter => !OnlyOfPlays.Contains(parameter.Name))
            .Select(parameter => parameter.Within<ListRuleOptions>(
                o => o.Schema, (o, schema) => o with { Schema = schema }) with { IsCommon = false }),
    ]);

    private static ParameterCondition<ListRuleOptions> HoldItems => new(
        o => !o.HoldUsers, "cannot be used here: these lists hold users, not items.");

    private static ParameterCondition<ListRuleOptions> HoldUsers => new(
        o => o.HoldUsers, "cannot be used here: these lists hold items, not users.");

    private static ParameterRange Scores =>
        new(value => float.IsFinite((float)value), "a finite number") { Brief = "any number" };

    private static Parameter<ListRuleOptions> FileOf(
        string name,
        Func<ListRuleOptions, string?> get,
        Func<ListRuleOptions, string, ListRuleOptions> set,
        string summary,
        string details,
        params ParameterCondition<ListRuleOptions>[] appliesWhen) =>
        Text(name, get, set) with
        {
            Group = ParameterGroup.Lists,
            IsCommon = true,
            ValueName = "FILE",
            Summary = summary,
            Details = details,
            AppliesWhen = appliesWhen,
        };
}

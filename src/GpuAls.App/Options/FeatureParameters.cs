using static GpuAls.Parameter<GpuAls.App.FeatureOptions>;

namespace GpuAls.App;

/// <summary>The declarations of <see cref="FeatureOptions"/>.</summary>
internal static class FeatureParameters
{
    private static readonly ParameterCondition<FeatureOptions> HasAny = new(
        o => o.HasAny, "requires --item-features or --user-features.");

    /// <summary>Every option of features.</summary>
    public static ParameterTable<FeatureOptions> Table { get; } = new(FeatureOptions.None,
    [
        File("item", o => o.Items, (o, file) => o with { Items = file }) with
        {
            Details = "A table with the ids in the column of --item-column. Numbers, categories and lists of tags pull "
                + "the factors of items toward a linear map of them, so that items without plays can be recommended.",
        },
        Columns("item", o => o.Items, o => o.ItemColumns, (o, columns) => o with { ItemColumns = columns }),
        File("user", o => o.Users, (o, file) => o with { Users = file }) with
        {
            Details = "A table with the ids in the column of --user-column.",
        },
        Columns("user", o => o.Users, o => o.UserColumns, (o, columns) => o with { UserColumns = columns }),
        Text("feature-separator", o => o.Separator, (o, text) => o with { Separator = text }) with
        {
            Group = ParameterGroup.Input,
            Summary = "What separates the tags in a text of features, such as '|'",
            Details = "Without it, a text is one category. JSON arrays and lists in Parquet need none.",
            AppliesWhen = [HasAny],
        },
        Whole<int>(
            "min-feature-count", o => o.MinCount, (o, value) => o with { MinCount = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Input,
            Summary = "Drop categories and tags of fewer rows of the file of features",
            AppliesWhen = [HasAny],
        },
    ]);

    /// <summary>The same of a job, and <c>--feature-regularization</c> only where there are features.</summary>
    public static IEnumerable<Parameter<T>> Of<T>(Func<T, FeatureOptions> get, Func<T, FeatureOptions, T> set) =>
        Table.Within(get, set);

    /// <summary>An option of the training, which applies with features only if it is one of theirs.</summary>
    public static Parameter<T> Guard<T>(Parameter<T> parameter, Func<T, FeatureOptions> get) =>
        parameter.Name != "feature-regularization" ? parameter : parameter with
        {
            AppliesWhen =
            [
                new(o => get(o).HasAny, "requires --item-features or --user-features."),
                .. parameter.AppliesWhen,
            ],
        };

    private static Parameter<FeatureOptions> File(
        string side, Func<FeatureOptions, string?> get, Func<FeatureOptions, string, FeatureOptions> set) =>
        Text($"{side}-features", get, set) with
        {
            Group = ParameterGroup.Input,
            ValueName = "FILE",
            Summary = $"Features of {side}s: Parquet, CSV or JSON Lines",
        };

    private static Parameter<FeatureOptions> Columns(
        string side, Func<FeatureOptions, string?> file, Func<FeatureOptions, IReadOnlyList<FeatureColumn>> get,
        Func<FeatureOptions, IReadOnlyList<FeatureColumn>, FeatureOptions> set) =>
        Form(
            $"{side}-feature-columns",
            o => get(o).Count == 0 ? null : string.Join(',', get(o)),
            (o, text) => set(o, Parse(text, $"--{side}-feature-columns"))) with
        {
            Group = ParameterGroup.Input,
            ValueName = "NAME,...",
            IsCommaSeparated = true,
            DefaultNote = "all but the ids",
            Summary = $"Columns of --{side}-features to use, such as year:number,genres",
            Details = "NAME:number, NAME:category or NAME:tags says what a column holds; otherwise its values show it.",
            AppliesWhen = [new(o => file(o) is not null, $"requires --{side}-features.")],
        };

    private static FeatureColumn[] Parse(string text, string option)
    {
        FeatureColumn[] columns = [.. text.Split(',').Select(FeatureColumn.Parse)];
        Require.Usage(
            Array.TrueForAll(columns, column => column.Name.Length > 0)
                && columns.DistinctBy(column => column.Name).Count() == columns.Length,
            $"{option} is '{text}'; expected different names of columns, separated by commas.");
        return columns;
    }
}

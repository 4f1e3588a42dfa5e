namespace GpuAls.App;

/// <summary>A file of features was read.</summary>
/// <param name="Side">Whose features.</param>
/// <param name="File">The file.</param>
/// <param name="Rows">Ids that have a row.</param>
/// <param name="Features">Features that came of the columns.</param>
/// <param name="Columns">What became of each column.</param>
/// <param name="BadRows">Rows that were skipped.</param>
internal sealed record FeaturesRead(
    Side Side, string File, int Rows, int Features, IReadOnlyList<FeatureColumnSummary> Columns, long BadRows)
    : JobEvent
{
    private const int ShownColumns = 12;

    public static readonly LogEvent Log = new(
        LogLevel.Info, "features", "A file of features was read",
        ("side", "whose features: users or items"), ("rows", "ids that have a row"),
        ("features", "features that came of its columns"));

    public static readonly LogEvent Skipped = new(
        LogLevel.Warning, "features_bad_rows", "Rows of a file of features were dropped (--on-bad-row skip)",
        ("rows", "how many"));

    public static readonly LogEvent Rare = new(
        LogLevel.Info, "features_dropped",
        "Features were dropped: too rare (--min-feature-count), or the same in all rows", ("features", "how many"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var columns = Columns.Where(column => column.Features > 0).Select(Text).ToArray();
            var more = columns.Length > ShownColumns ? $" and {columns.Length - ShownColumns:N0} more columns" : "";
            yield return Log.Line(
                $"read {Counted.Of(Features, "feature")} of {Counted.Of(Rows, Noun)} from {File}: "
                    + string.Join(", ", columns.Take(ShownColumns)) + more,
                Words.Of(Side), Rows, Features);
            if (BadRows > 0)
                yield return Skipped.Line(
                    $"{Counted.Of(BadRows, "bad row was", "bad rows were")} skipped in {File}.", BadRows);
            var dropped = Columns.Sum(column => (long)column.Dropped);
            if (dropped > 0)
                yield return Rare.Line(
                    $"{Counted.Of(dropped, "feature was", "features were")} dropped: of too few rows "
                        + "(--min-feature-count), or the same in all rows",
                    dropped);
        }
    }

    private string Noun => Side == Side.Users ? "user" : "item";

    private static string Text(FeatureColumnSummary column) => column.Kind == FeatureKind.Number
        ? $"{column.Name} (number)"
        : $"{column.Name} ({column.Features:N0} {(column.Kind == FeatureKind.Tags ? "tags" : "categories")})";
}

/// <summary>The ids of features were looked up in the plays.</summary>
/// <param name="Noun">user or item.</param>
/// <param name="Known">Ids of the plays that have features.</param>
/// <param name="All">Ids of the plays.</param>
/// <param name="New">Ids that have features only.</param>
internal sealed record FeaturesMatched(string Noun, int Known, int All, int New) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "features_matched", "The ids of features were looked up in the plays",
        ("known", "ids of the plays that have features"), ("ids", "ids of the plays"),
        ("new", "ids that have features, but no plays"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"{Known:N0} of {Counted.Of(All, Noun)} with plays have features; {Counted.Of(New, Noun)} without plays "
                + $"{(New == 1 ? "has" : "have")} too",
            Known, All, New),
    ];
}

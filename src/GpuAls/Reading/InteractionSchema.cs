using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Which columns of the input are read, and how.</summary>
public sealed record InteractionSchema
{
    /// <summary>The column of users where only items are read; no file has it.</summary>
    internal const string NoColumn = "\0";

    /// <summary>Column of user ids; without a header, its number from 1.</summary>
    public string UserColumn { get; init; } = "user";

    /// <summary>Column of item ids; without a header, its number from 1.</summary>
    public string ItemColumn { get; init; } = "item";

    /// <summary>Column of weights; null if each row counts 1.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>Column of times, for weights that decay and splits by time; null for none.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>Column with the kind of event; null where rows have none.</summary>
    public string? EventColumn { get; init; }

    /// <summary>The weight of each kind of event, multiplied with that of <see cref="WeightColumn"/>.</summary>
    public EventWeights? EventWeights { get; init; }

    /// <summary>The earliest time of the rows that are kept; null for no limit.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The first time of the rows that are too late to be kept; null for no limit.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What weights stand for: rows with weight 0 are skipped among plays, but kept among ratings.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>Whether the first line of delimited text names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// The delimiter of text, one or more ASCII characters; null for a tab in .tsv files, and otherwise the most
    /// frequent in the first line: tab, comma, semicolon, bar, or several characters such as <c>::</c>.
    /// </summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it contains a letter, a digit, a quote, a line end or a non-ASCII character.
    /// </exception>
    public string? Delimiter
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedDelimiter(given) : null;
    }

    /// <summary>
    /// The character that escapes quotes in quoted fields, such as a backslash; a quote if quotes are doubled. Null
    /// detects it. If it is given, fields of tab-separated text may be quoted too.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is a letter, a digit, blank or not ASCII.</exception>
    public char? Escape
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedEscape(given) : null;
    }

    /// <summary>
    /// The beginning of comment lines in delimited text, such as <c>#</c>; null for no comments.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is empty, or contains a quote or a line end.</exception>
    public string? CommentPrefix
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedComment(given) : null;
    }

    /// <summary>Whether weights in text have a decimal comma.</summary>
    public bool HasDecimalComma { get; init; }

    /// <summary>
    /// Bytes that a compressed file may expand to, above 0; null for 200 times its size, but at least 1 GiB. In
    /// Parquet, the pages that are read count.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is 0 or less.</exception>
    public long? MaxExpandedBytes
    {
        get;
        init
        {
            Require.Usage(value is null or > 0, $"--max-expanded is {value}; expected a number of bytes above 0.");
            field = value;
        }
    }

    /// <summary>What to do with bad rows.</summary>
    public OnBadRow OnBadRow { get; init; } = OnBadRow.Fail;

    /// <summary>The option that names the column of users, for messages; files of other ids are read so too.</summary>
    internal string UserOption { get; init; } = "--user-column";

    /// <summary>The same of the column of items.</summary>
    internal string ItemOption { get; init; } = "--item-column";

    /// <summary>The columns that are read, each with the option that names it.</summary>
    internal IReadOnlyList<(string Name, string Option)> Columns =>
    [
        (UserColumn, UserOption), (ItemColumn, ItemOption),
        .. WeightColumn is { } weight ? [(weight, "--weight-column")] : Array.Empty<(string, string)>(),
        .. TimeColumn is { } time ? [(time, "--time-column")] : Array.Empty<(string, string)>(),
        .. EventColumn is { } kind ? [(kind, "--event-column")] : Array.Empty<(string, string)>(),
    ];

    /// <summary>Whether rows may have other weights than 1.</summary>
    internal bool HasWeights => WeightColumn is not null || EventColumn is not null;

    /// <summary>Whether rows are left out for their time.</summary>
    internal bool HasPeriod => Since is not null || Until is not null;

    /// <summary>For plays that are not trained on, whose times do not matter.</summary>
    internal InteractionSchema OfOtherPlays => this with { TimeColumn = null, Since = null, Until = null };

    /// <summary>The same files with users for items, and items for users.</summary>
    internal InteractionSchema Swapped() => this with
    {
        UserColumn = ItemColumn,
        UserOption = ItemOption,
        ItemColumn = UserColumn,
        ItemOption = UserOption,
    };

    /// <summary>Throws a usage error where two of the columns are one.</summary>
    internal void CheckDistinct()
    {
        InputParameters.Table.Check(this);
        var byName = Columns.GroupBy(column => column.Name, StringComparer.Ordinal);
        foreach (var same in byName.Where(group => group.Count() > 1))
            throw new GpuAlsException(
                FailureKind.Usage,
                $"{string.Join(" and ", same.Select(column => column.Option))} are both '{same.Key}'; "
                    + "each needs a column of its own.");
        Require.Usage(
            Escape is not { } escape || Delimiter?.Contains(escape, StringComparison.Ordinal) is not true,
            $"--escape and --delimiter both have '{Escape}'; they must differ.");
    }
}

/// <summary>
/// What to do with bad rows: those whose id is null, empty or not valid UTF-8, or whose weight is not a finite number.
/// </summary>
[JsonConverter(typeof(WordConverter<OnBadRow>))]
public enum OnBadRow
{
    /// <summary>Read to the end of the input, then fail with the first bad rows and their number.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>Skip them; their number is reported.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,
}

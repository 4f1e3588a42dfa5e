using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Which columns of the input are read, and how.</summary>
public sealed record InteractionSchema
{
    /// <summary>Column of the user ids; a number from 1 where there is no header.</summary>
    public string UserColumn { get; init; } = "user";

    /// <summary>Column of the item ids; a number from 1 where there is no header.</summary>
    public string ItemColumn { get; init; } = "item";

    /// <summary>Column of the weights; null lets each row count 1.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>Column of the times, by which plays can be held out; null where there is none.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>What the weights are: a weight of 0 is nothing among plays, and a rating among ratings.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>Whether the first line of text names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// What separates the fields of text, one ASCII character or several; null takes tab for .tsv, else what is most
    /// frequent in the first line: tab, comma, semicolon, bar, or several signs such as <c>::</c>.
    /// </summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it has a letter, a digit, a quote, a line end or what is not ASCII.
    /// </exception>
    public string? Delimiter
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedDelimiter(given) : null;
    }

    /// <summary>
    /// What stands before a quote in a quoted field of text, such as a backslash; a quote where quotes are doubled.
    /// Null finds it in the file. If it is given, tab-separated text has quotes too.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is a letter, a digit, blank or not ASCII.</exception>
    public char? Escape
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedEscape(given) : null;
    }

    /// <summary>
    /// What lines of delimited text begin with that are comments, such as <c>#</c>; null if no line is a comment.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is empty, or has a quote or a line end.</exception>
    public string? CommentPrefix
    {
        get;
        init => field = value is { } given ? TextDialect.CheckedComment(given) : null;
    }

    /// <summary>Whether weights in text have a comma where others have a point.</summary>
    public bool HasDecimalComma { get; init; }

    /// <summary>What becomes of rows that cannot be used.</summary>
    public OnBadRow OnBadRow { get; init; } = OnBadRow.Fail;

    /// <summary>The columns that are read, each with the option that names it.</summary>
    internal IReadOnlyList<(string Name, string Option)> Columns =>
    [
        (UserColumn, "--user-column"), (ItemColumn, "--item-column"),
        .. WeightColumn is { } weight ? [(weight, "--weight-column")] : Array.Empty<(string, string)>(),
        .. TimeColumn is { } time ? [(time, "--time-column")] : Array.Empty<(string, string)>(),
    ];

    /// <summary>Throws a usage error where two of the columns are one.</summary>
    internal void CheckDistinct()
    {
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
/// What becomes of rows with an id that is null, empty or not valid UTF-8, or a weight that is null, not finite or not
/// a number.
/// </summary>
[JsonConverter(typeof(WordConverter<OnBadRow>))]
public enum OnBadRow
{
    /// <summary>They are counted to the end of the input, then the load fails and shows the first of them.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>They are left out and counted.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,
}

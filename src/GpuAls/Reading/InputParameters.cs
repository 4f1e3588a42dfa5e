using static GpuAls.Parameter<GpuAls.InteractionSchema>;

namespace GpuAls;

/// <summary>
/// The declarations of <see cref="InteractionSchema"/>, but for the columns and the feedback that other options
/// decide on.
/// </summary>
internal static class InputParameters
{
    private const string Tab = "tab";
    private const string Backslash = "backslash";
    private const string Quote = "quote";

    /// <summary>Every option of reading plays.</summary>
    public static ParameterTable<InteractionSchema> Table { get; } = new(new InteractionSchema(),
    [
        Text("user-column", o => o.UserColumn, (o, name) => o with { UserColumn = name }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "NAME",
            Summary = "Column of user ids",
        },
        Text("item-column", o => o.ItemColumn, (o, name) => o with { ItemColumn = name }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "NAME",
            Summary = "Column of item ids",
        },
        Text("weight-column", o => o.WeightColumn, (o, name) => o with { WeightColumn = name }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "NAME",
            DefaultNote = "each row counts 1",
            Summary = "Column of play counts or ratings",
        },
        Text("time-column", o => o.TimeColumn, (o, name) => o with { TimeColumn = name }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "NAME",
            Summary = "Column with the time of each play",
            Details = "Timestamps, ISO 8601 dates, or integers.",
        },
        Text("event-column", o => o.EventColumn, (o, name) => o with { EventColumn = name }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "NAME",
            Summary = "Column with the kind of event, such as play, like or skip",
            Requires =
            [
                new(
                    o => o.EventColumn is null || o.EventWeights is not null,
                    "--event-column requires --event-weights, such as play=1,like=5,skip=-2."),
            ],
        },
        Form(
            "event-weights",
            o => o.EventWeights?.ToString(),
            (o, text) => o with { EventWeights = EventWeights.Parse(text, "--event-weights") }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "KIND=N,...",
            IsCommaSeparated = true,
            Summary = "Weight of each kind of event, such as play=1,like=5,skip=-2",
            Details = "Multiplied with the weight of the row. A row of another kind is bad; *=0 ignores all others.",
            Requires =
            [
                new(
                    o => o.EventWeights is null || o.EventColumn is not null,
                    "--event-weights requires --event-column, the column with the kind of event."),
            ],
        },
        Form(
            "since", o => o.Since is { } since ? EpochTime.Text(since) : null,
            (o, text) => o with { Since = EpochTime.Parse(text, "--since") }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "TIME",
            Summary = "Skip plays before this time, such as 2025-03-31",
            Requires = [NeedsTimes(o => o.Since, "since")],
        },
        Form(
            "until", o => o.Until is { } until ? EpochTime.Text(until) : null,
            (o, text) => o with { Until = EpochTime.Parse(text, "--until") }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "TIME",
            Summary = "Skip plays at this time and later",
            Requires =
            [
                NeedsTimes(o => o.Until, "until"),
                new(o => o.Since is null || o.Until is null || o.Since < o.Until, "--until must be after --since."),
            ],
        },
        Flag("no-header", o => !o.HasHeader, (o, value) => o with { HasHeader = !value }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "Text has no header; columns are named by number, from 1",
        },
        Form("delimiter", DelimiterText, (o, text) => o with { Delimiter = DelimiterOf(text) }) with
        {
            Group = ParameterGroup.Input,
            DefaultNote = "tab for .tsv, else detected",
            Summary = "Delimiter of text: tab, or one or more ASCII characters",
            Details = "Commas, semicolons, tabs, bars and several characters such as :: are detected in the first "
                + "line. With tab, quotes "
                + "are literal unless every field of the first line is quoted.",
        },
        Form("escape", EscapeText, (o, text) => o with { Escape = EscapeOf(text) }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "CHAR",
            DefaultNote = "detected",
            Summary = "What escapes quotes in quoted fields: backslash, quote or another character",
            Details = "With quote, quotes are doubled, as in RFC 4180. With backslash, text is read as Spark writes "
                + "it.",
        },
        Text("comment-prefix", o => o.CommentPrefix, (o, prefix) => o with { CommentPrefix = prefix }) with
        {
            Group = ParameterGroup.Input,
            Summary = "Skip lines of delimited text that begin with TEXT",
        },
        Flag("decimal-comma", o => o.HasDecimalComma, (o, value) => o with { HasDecimalComma = value }) with
        {
            Group = ParameterGroup.Input,
            Summary = "Weights in text have a decimal comma: 4,5 is four and a half",
        },
        Form(
            "max-expanded",
            o => o.MaxExpandedBytes is { } bytes ? TextOf(bytes) : null,
            (o, text) => o with { MaxExpandedBytes = ByteSize.Parse(text, "--max-expanded") }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "SIZE",
            DefaultNote = "200 times the size of the file, at least 1GiB",
            Summary = "Refuse a compressed file that expands to more, such as 20GB",
            Details = "Stops decompression bombs, small files that expand to terabytes. In Parquet, the pages that are "
                + "read count.",
        },
        Word("on-bad-row", o => o.OnBadRow, (o, value) => o with { OnBadRow = value }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "What to do with bad rows",
            Details = "A row is bad if an id is null, empty or not valid UTF-8, or if the weight is not a finite "
                + "number. fail shows the "
                + "first bad rows; skip ignores them and reports how many there were.",
        },
    ]);

    /// <summary>The character of a word of --escape.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is several characters.</exception>
    public static char EscapeOf(string text) => text switch
    {
        Backslash => '\\',
        Quote => '"',
        [var only] => only,
        _ => throw new GpuAlsException(
            FailureKind.Usage, $"--escape is '{text}'; expected backslash, quote or one character."),
    };

    private static ParameterCondition<InteractionSchema> NeedsTimes(
        Func<InteractionSchema, DateTimeOffset?> time, string option) => new(
            o => time(o) is null || o.TimeColumn is not null,
            $"--{option} requires --time-column, the column with the time of each play.");

    private static string? DelimiterText(InteractionSchema schema) => schema.Delimiter == "\t" ? Tab : schema.Delimiter;

    private static string DelimiterOf(string text) => text is Tab or "\\t" ? "\t" : text;

    private static string? EscapeText(InteractionSchema schema) => schema.Escape switch
    {
        '\\' => Backslash,
        '"' => Quote,
        var other => other?.ToString(),
    };
}

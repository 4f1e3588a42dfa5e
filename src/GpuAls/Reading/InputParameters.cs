using static GpuAls.Parameter<GpuAls.InteractionSchema>;

namespace GpuAls;

/// <summary>The declarations of <see cref="InteractionSchema"/>, but for the columns and the feedback that other options decide on.</summary>
public static class InputParameters
{
    private const string Tab = "tab";

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
            Summary = "Column of play counts or ratings; without it each row counts 1",
        },
        Flag("no-header", o => !o.HasHeader, (o, value) => o with { HasHeader = !value }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "Text without a header: name columns by number, from 1",
        },
        Form("delimiter", DelimiterText, (o, text) => o with { Delimiter = DelimiterOf(text) }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "CHAR",
            DefaultNote = "from the first line",
            Summary = "Field separator of text: a single ASCII character, or tab",
            Details = "The default is tab for .tsv, otherwise the most frequent of tab, comma, semicolon and bar in the first line. "
                + "With tab, quotes are literal.",
        },
        Word("on-bad-row", o => o.OnBadRow, (o, value) => o with { OnBadRow = value }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "Fail on rows that cannot be used, or skip and count them",
            Details = "Rows with an id that is null, empty or not valid UTF-8, or with a weight that is null or not finite.",
        },
    ]);

    private static string? DelimiterText(InteractionSchema schema) => schema.Delimiter == '\t' ? Tab : schema.Delimiter?.ToString();

    private static char DelimiterOf(string text) => text switch
    {
        Tab or "\\t" => '\t',
        [var only] => only,
        _ => throw new GpuAlsException(FailureKind.Usage, $"--delimiter is '{text}'; expected one character, or tab."),
    };
}

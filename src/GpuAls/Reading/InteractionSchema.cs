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

    /// <summary>What separates the fields of text; null takes tab for .tsv, else the most frequent of tab, comma, semicolon and bar in the first line.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a letter, a digit, a quote, a line end or no ASCII character.</exception>
    public char? Delimiter
    {
        get;
        init => field = value is { } given ? Delimiters.Checked(given) : null;
    }

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
        foreach (var same in Columns.GroupBy(column => column.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            throw new GpuAlsException(FailureKind.Usage, $"{string.Join(" and ", same.Select(column => column.Option))} are both '{same.Key}'; each needs a column of its own.");
    }
}

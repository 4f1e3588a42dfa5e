namespace GpuAls.Reading;

/// <summary>Which columns of the input are read, and how.</summary>
public sealed record InteractionSchema
{
    /// <summary>Column of the user ids; a number from 1 where there is no header.</summary>
    public string UserColumn { get; init; } = "user";

    /// <summary>Column of the item ids; a number from 1 where there is no header.</summary>
    public string ItemColumn { get; init; } = "item";

    /// <summary>Column of the weights; null lets each row count 1.</summary>
    public string? WeightColumn { get; init; }

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
}

using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How many rows were read, and how many were skipped.</summary>
public sealed record ReadStatistics
{
    /// <summary>Number of files.</summary>
    public required int Files { get; init; }

    /// <summary>Number of rows in the files.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows skipped because their weight is 0.</summary>
    public required long ZeroWeightRows { get; init; }

    /// <summary>Rows skipped because of their time: before <c>Since</c>, or not before <c>Until</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long RowsOutsidePeriod { get; init; }

    /// <summary>Bad rows skipped, with <see cref="OnBadRow.Skip"/>.</summary>
    public required long BadRows { get; init; }

    /// <summary>Why rows were skipped, for messages.</summary>
    internal string ReasonsToSkip => $"{ZeroWeightRows:N0} with weight 0, "
        + (RowsOutsidePeriod > 0 ? $"{RowsOutsidePeriod:N0} outside --since and --until, " : "")
        + $"{BadRows:N0} that cannot be used";
}

/// <summary>Progress of reading.</summary>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Fraction">Fraction of the bytes read so far, 0 to 1.</param>
public sealed record ReadProgress(long Rows, double Fraction);

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

    /// <summary>Bad rows skipped, with <see cref="OnBadRow.Skip"/>.</summary>
    public required long BadRows { get; init; }
}

/// <summary>Progress of reading.</summary>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Fraction">Fraction of the bytes read so far, 0 to 1.</param>
public sealed record ReadProgress(long Rows, double Fraction);

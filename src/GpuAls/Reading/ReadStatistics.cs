namespace GpuAls;

/// <summary>What was read and what was left out.</summary>
public sealed record ReadStatistics
{
    /// <summary>Files that were read.</summary>
    public required int Files { get; init; }

    /// <summary>Rows in these files.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows left out because their weight is 0.</summary>
    public required long ZeroWeightRows { get; init; }

    /// <summary>Rows left out because they cannot be used, see <see cref="OnBadRow"/> (only with its Skip).</summary>
    public required long BadRows { get; init; }
}

/// <summary>How far a load is.</summary>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Fraction">0 .. 1, by bytes of the files.</param>
public sealed record ReadProgress(long Rows, double Fraction);

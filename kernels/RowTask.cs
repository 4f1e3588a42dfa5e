namespace GpuAls.Kernels;

/// <summary>What a team works on at a time: a row, a segment of a long row, or a long row whose segments are summed.</summary>
/// <param name="first">The first play; of a long row that is solved, its first segment.</param>
/// <param name="length">Number of plays; of a long row that is solved, number of segments.</param>
/// <param name="row">The row, counted within the plays.</param>
public readonly struct RowTask(long first, int length, int row)
{
    /// <summary>The first play; of a long row that is solved, its first segment.</summary>
    public readonly long First = first;

    /// <summary>Number of plays; of a long row that is solved, number of segments.</summary>
    public readonly int Length = length;

    /// <summary>The row, counted within the plays.</summary>
    public readonly int Row = row;
}

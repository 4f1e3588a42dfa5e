namespace GpuAls.Kernels;

/// <summary>The row that a team works on.</summary>
internal struct TeamRow
{
    /// <summary>The row; no row at all where it is not below the number of rows.</summary>
    public int Index;

    /// <summary>Its first entry.</summary>
    public long First;

    /// <summary>The number of its entries.</summary>
    public long Length;

    /// <summary>The largest number of entries in the group: all teams go through as many stages.</summary>
    public long Longest;

    public static TeamRow Of(in RowSolveArguments arguments, int firstRow, int team)
    {
        var row = new TeamRow { Index = firstRow + team };
        for (var other = firstRow; other < firstRow + arguments.Layout.Teams && other < arguments.RowCount; other++)
        {
            var first = arguments.Indptr[other];
            var length = arguments.Indptr[other + 1] - first;
            if (length > row.Longest) row.Longest = length;
            if (other == row.Index) (row.First, row.Length) = (first, length);
        }

        return row;
    }

    /// <summary>Entries of the stage that begins at an offset.</summary>
    public readonly int CountAt(long offset)
    {
        var left = Length - offset;
        if (left < 0) return 0;
        return left < TeamLayout.StageRows ? (int)left : TeamLayout.StageRows;
    }
}

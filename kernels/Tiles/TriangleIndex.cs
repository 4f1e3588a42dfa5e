using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>Numbers the tiles of a lower triangle row by row: (0,0) (1,0) (1,1) (2,0) …</summary>
internal static class TriangleIndex
{
    /// <summary>Number of tiles in a triangle of this many rows.</summary>
    public static int Count(int rows) => rows * (rows + 1) / 2;

    /// <summary>Number of tile (row, column).</summary>
    public static int Of(int row, int column) => (row * (row + 1) / 2) + column;

    /// <summary>The row of a tile.</summary>
    public static int RowOf(int tile)
    {
        // The approximate root is off by one at most; the two corrections fix that.
        var square = (8f * tile) + 1;
        var row = (int)(((square * XMath.Rsqrt(square)) - 1) * 0.5f);
        if (Count(row) > tile) row--;
        if (Count(row + 1) <= tile) row++;
        return row;
    }
}

/// <summary>
/// Splits a lower triangle of tiles into panels. A panel is a run of columns with at most one tile per thread, so that
/// it stays in registers while it is summed and factored.
/// </summary>
internal static class PanelColumns
{
    /// <summary>The end (exclusive) of the panel that starts at a column.</summary>
    /// <param name="rank8">Tiles along the diagonal.</param>
    /// <param name="first">The panel's first column.</param>
    /// <param name="threads">Number of threads, at least the number of tiles in the first column.</param>
    public static int End(int rank8, int first, int threads)
    {
        var (column, left) = (first, threads);
        while (column < rank8 && rank8 - column <= left)
        {
            left -= rank8 - column;
            column++;
        }

        return column;
    }

    /// <summary>The first column of a panel.</summary>
    public static int First(int rank8, int panel, int threads)
    {
        var column = 0;
        for (var before = 0; before < panel; before++) column = End(rank8, column, threads);
        return column;
    }

    /// <summary>Number of panels.</summary>
    public static int Count(int rank8, int threads)
    {
        var count = 0;
        for (var column = 0; column < rank8; column = End(rank8, column, threads)) count++;
        return count;
    }
}

using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>Numbers the tiles of a lower triangle row by row: (0,0) (1,0) (1,1) (2,0) ...</summary>
internal static class TriangleIndex
{
    /// <summary>Tiles of a triangle of some rows.</summary>
    public static int Count(int rows) => rows * (rows + 1) / 2;

    /// <summary>Number of tile (row, column).</summary>
    public static int Of(int row, int column) => (row * (row + 1) / 2) + column;

    /// <summary>The row of a tile.</summary>
    public static int RowOf(int tile)
    {
        // The root is right to one; the two steps mend its rounding.
        var square = (8f * tile) + 1;
        var row = (int)(((square * XMath.Rsqrt(square)) - 1) * 0.5f);
        if (Count(row) > tile) row--;
        if (Count(row + 1) <= tile) row++;
        return row;
    }
}

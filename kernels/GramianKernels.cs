using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the Gramian kernels take.</summary>
public struct GramianArguments
{
    /// <summary>[all rows, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[slices, tiles, 16], partial sums of each slice.</summary>
    public ArrayView<double> Partials;

    /// <summary>[4·rank4, 4·rank4], both triangles.</summary>
    public ArrayView<double> Gramian;

    /// <summary>First row of the sum.</summary>
    public int FirstRow;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Rows of a slice.</summary>
    public int SliceRows;

    /// <summary>Number of slices.</summary>
    public int SliceCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Rows staged in shared memory at a time.</summary>
    public int StageRows;
}

/// <summary>YᵀY: fp32 over the rows staged at a time, fp64 beyond, slices added in their order.</summary>
internal static class GramianKernels
{
    // One group a slice of rows (x) and a group-full of tiles (y); thread = one 4×4 tile of the lower triangle.
    public static void Slices(GramianArguments arguments)
    {
        var rank4 = arguments.Rank4;
        var rows = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var tile = (Grid.IdxY * Group.DimX) + Group.IdxX;
        var tileRow = TriangleIndex.RowOf(tile);
        var tileColumn = tile - TriangleIndex.Of(tileRow, 0);
        var active = tileRow < rank4;
        var first = Grid.IdxX * arguments.SliceRows;
        var end = first + arguments.SliceRows < arguments.RowCount ? first + arguments.SliceRows : arguments.RowCount;
        var sum = Sum16.Zero;
        for (var start = first; start < end; start += arguments.StageRows)
        {
            var count = end - start < arguments.StageRows ? end - start : arguments.StageRows;
            Group.Barrier();
            var source = (long)(arguments.FirstRow + start) * rank4;
            for (var i = Group.IdxX; i < count * rank4; i += Group.DimX) rows[i] = arguments.Factors[source + i];
            Group.Barrier();
            if (active) sum.Add(StageTile(rows, rank4, count, tileRow, tileColumn));
        }

        if (active) sum.Store(arguments.Partials, 16L * (((long)Grid.IdxX * TriangleIndex.Count(rank4)) + tile));
    }

    // Thread = one element of the lower triangle's tiles; slices in their order.
    public static void Reduce(GramianArguments arguments)
    {
        var tiles = TriangleIndex.Count(arguments.Rank4);
        var element = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (element >= 16 * tiles) return;
        double sum = 0;
        for (var slice = 0; slice < arguments.SliceCount; slice++) sum += arguments.Partials[(16L * tiles * slice) + element];
        var tile = element / 16;
        var tileRow = TriangleIndex.RowOf(tile);
        var row = (4 * tileRow) + (element % 16 / 4);
        var column = (4 * (tile - TriangleIndex.Of(tileRow, 0))) + (element % 4);
        var size = 4 * arguments.Rank4;

        // A diagonal tile holds both triangles; its upper one would be written by two threads.
        if (column > row) return;
        arguments.Gramian[(row * size) + column] = sum;
        arguments.Gramian[(column * size) + row] = sum;
    }

    private static Tile4 StageTile(ArrayView<Float4> rows, int rank4, int count, int tileRow, int tileColumn)
    {
        var tile = Tile4.Zero;
        for (var row = 0; row < count; row++) tile.AddOuter(rows[(row * rank4) + tileRow], rows[(row * rank4) + tileColumn]);
        return tile;
    }
}

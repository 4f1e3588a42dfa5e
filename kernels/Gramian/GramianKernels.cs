using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Arguments of the Gramian kernels.</summary>
public struct GramianArguments
{
    /// <summary>[RowCount, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[groups, teams, 16, tiles], partial sums of 8×8 tiles; each element is four columns of a row.</summary>
    public ArrayView<Double4> Partials;

    /// <summary>[4·rank4, 4·rank4], both triangles.</summary>
    public ArrayView<double> Gramian;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Rows per group.</summary>
    public int SliceRows;

    /// <summary>Number of partial sums: groups times teams.</summary>
    public int SliceCount;

    /// <summary>Teams per group; each sums 16 of the staged rows.</summary>
    public int Teams;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Eights of factors in a block, for <see cref="GramianKernels.BlockSlices"/>.</summary>
    public int Block8;
}

/// <summary>
/// YᵀY, summed in fp32 over 16 rows, in fp32 over 32 of those sums, and in fp64 beyond. That keeps six digits over 10⁸
/// terms with few fp64 operations, which are slow on most GPUs. Partial sums are added in a fixed order.
/// </summary>
internal static class GramianKernels
{
    /// <summary>Number of 16-row sums that are added in fp32.</summary>
    private const int FlushSteps = 32;

    private const int QuadsOfTile = 16;

    // Group = a slice of rows (x) and one group's worth of tiles (y); team = 16 of the rows staged at a time; thread =
    // an 8×8 tile of the lower triangle.
    public static void Slices(GramianArguments arguments)
    {
        var rank8 = arguments.Rank4 / 2;
        var tiles = TriangleIndex.Count(rank8);
        var stage = new GramianStage(SharedMemory.GetDynamic<float>().Cast<Float4>(), rank8);
        var number = (Grid.IdxY * Group.DimX) + Group.IdxX;
        var active = number < arguments.Teams * tiles;

        // Surplus threads repeat the first tile and discard it: register tiles must stay out of branches.
        var team = active ? number / tiles : 0;
        var tile = active ? number - (team * tiles) : 0;
        var row = TriangleIndex.RowOf(tile);
        var column = tile - TriangleIndex.Of(row, 0);
        var target = arguments.Partials.SubView(
            ((((long)Grid.IdxX * arguments.Teams) + team) * QuadsOfTile * tiles) + tile);
        var start = Grid.IdxX * arguments.SliceRows;
        var end = IntrinsicMath.Min(start + arguments.SliceRows, arguments.RowCount);
        var step = arguments.Teams * GramianStage.TeamRows;
        var isFirst = true;
        do
        {
            var sum = Tile8.Zero;
            var pause = IntrinsicMath.Min(start + (FlushSteps * step), end);
            for (; start < pause; start += step)
            {
                Group.Barrier();
                stage.Load(arguments, start, end, 0, arguments.Rank4);
                Group.Barrier();
                sum.Add(stage.Tile(team, row, stage, column));
            }

            if (active) Flush(target, tiles, isFirst, sum);
            isFirst = false;
        }
        while (start < end);
    }

    // For ranks whose rows don't fit in shared memory. Group = a slice of rows (x) and two blocks of factors (y);
    // thread = an 8×8 tile of their product.
    public static void BlockSlices(GramianArguments arguments)
    {
        var (rank8, block8) = (arguments.Rank4 / 2, arguments.Block8);
        var tiles = TriangleIndex.Count(rank8);
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var length = 2 * GramianStage.HalfLength(block8);
        var rows = new GramianStage(memory.SubView(0, length), block8);
        var columns = new GramianStage(memory.SubView(length, length), block8);
        var blockRow = TriangleIndex.RowOf(Grid.IdxY);
        var blockColumn = Grid.IdxY - TriangleIndex.Of(blockRow, 0);
        var (tileRow, tileColumn) = (Group.IdxX / block8 % block8, Group.IdxX % block8);
        var (row, column) = ((blockRow * block8) + tileRow, (blockColumn * block8) + tileColumn);
        var active = Group.IdxX < block8 * block8 && row < rank8 && column <= row;
        var tile = active ? TriangleIndex.Of(row, column) : 0;
        var target = arguments.Partials.SubView(((long)Grid.IdxX * QuadsOfTile * tiles) + tile);
        var start = Grid.IdxX * arguments.SliceRows;
        var end = IntrinsicMath.Min(start + arguments.SliceRows, arguments.RowCount);
        var isFirst = true;
        do
        {
            var sum = Tile8.Zero;
            var pause = IntrinsicMath.Min(start + (FlushSteps * GramianStage.TeamRows), end);
            for (; start < pause; start += GramianStage.TeamRows)
            {
                Group.Barrier();
                rows.Load(arguments, start, end, 2 * block8 * blockRow, 2 * block8);
                columns.Load(arguments, start, end, 2 * block8 * blockColumn, 2 * block8);
                Group.Barrier();
                sum.Add(rows.Tile(0, tileRow, columns, tileColumn));
            }

            if (active) Flush(target, tiles, isFirst, sum);
            isFirst = false;
        }
        while (start < end);
    }

    // Thread = one element of the lower triangle's tiles; partial sums are added in slice order.
    public static void Reduce(GramianArguments arguments)
    {
        var tiles = TriangleIndex.Count(arguments.Rank4 / 2);
        var element = (Grid.IdxX * Group.DimX) + Group.IdxX;
        var elements = QuadsOfTile * Float4.Width * tiles;
        if (element >= elements) return;
        var partials = arguments.Partials.Cast<double>();
        double sum = 0;
        for (var slice = 0; slice < arguments.SliceCount; slice++) sum += partials[((long)slice * elements) + element];
        var quad = element / (Float4.Width * tiles);
        var tile = element / Float4.Width % tiles;
        var tileRow = TriangleIndex.RowOf(tile);
        var row = (Tile8.Width * tileRow) + (quad & 7);
        var column = (Tile8.Width * (tile - TriangleIndex.Of(tileRow, 0))) + (quad / 8 * Float4.Width)
            + (element % Float4.Width);
        var size = Float4.Width * arguments.Rank4;

        // A diagonal tile holds both triangles; its upper one would be written twice.
        if (column > row) return;
        arguments.Gramian[(row * size) + column] = sum;
        arguments.Gramian[(column * size) + row] = sum;
    }

    // Rows 0 to 7 of the tile's left half, then those of its right half.
    private static void Flush(ArrayView<Double4> target, int tiles, bool isFirst, in Tile8 sum)
    {
        Flush(target, tiles, isFirst, 0, sum.A);
        Flush(target, tiles, isFirst, 4, sum.B);
        Flush(target, tiles, isFirst, 8, sum.C);
        Flush(target, tiles, isFirst, 12, sum.D);
    }

    private static void Flush(ArrayView<Double4> target, int tiles, bool isFirst, int quad, in Tile4 sum)
    {
        Flush(target, isFirst, quad * tiles, sum.R0);
        Flush(target, isFirst, (quad + 1) * tiles, sum.R1);
        Flush(target, isFirst, (quad + 2) * tiles, sum.R2);
        Flush(target, isFirst, (quad + 3) * tiles, sum.R3);
    }

    private static void Flush(ArrayView<Double4> target, bool isFirst, int index, Float4 sum)
    {
        if (isFirst)
        {
            target[index] = new Double4(sum.X, sum.Y, sum.Z, sum.W);
        }
        else
        {
            var before = target[index];
            target[index] = new Double4(before.X + sum.X, before.Y + sum.Y, before.Z + sum.Z, before.W + sum.W);
        }
    }
}

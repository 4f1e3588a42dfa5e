using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// As <see cref="TeamRowSolve"/>, for any rank: the triangle has more tiles than a group has threads, so each group keeps it
/// in a piece of global memory of its own, and the plays pass by once for each group-full of tiles.
/// </summary>
internal static class ScratchRowSolve
{
    // One group a row, rows strided over the grid; thread = every DimX-th tile of the lower triangle, 8×8 to sum, 4×4 to factor.
    public static void Kernel(RowSolveArguments arguments)
    {
        var tiles = TriangleIndex.Count(arguments.Rank4);
        var stage = RowStage.Of(arguments.StageRows, arguments.Rank4);
        var triangle = arguments.Triangles.SubView((long)Grid.IdxX * tiles, tiles);
        for (var row = Grid.IdxX; row < arguments.RowCount; row += Grid.DimX) SolveRow(arguments, stage, triangle, row);
    }

    private static void SolveRow(RowSolveArguments arguments, RowStage stage, ArrayView<Tile4> triangle, int row)
    {
        var first = arguments.Indptr[row];
        var end = arguments.Indptr[row + 1];
        var solved = first < end && Solve(arguments, stage, triangle, row, first, end);
        stage.Store(arguments, row, solved, first < end);
        GlobalBarrier();
    }

    private static bool Solve(in RowSolveArguments arguments, in RowStage stage, ArrayView<Tile4> triangle, int row, long first, long end)
    {
        var rank4 = arguments.Rank4;
        Group.Barrier(); // all have read the flag of the row before
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) stage.Right[i] = Float4.Zero;
        if (Group.IdxX == 0) stage.Flag[0] = 0;
        for (var firstTile = 0; firstTile < TriangleIndex.Count(rank4 / 2); firstTile += Group.DimX)
            BuildTiles(arguments, stage, triangle, row, first, end, firstTile);
        GlobalBarrier();
        if (Group.IdxX == 0) stage.Flag[1] = LargestOfDiagonal(arguments, triangle);
        Factor(stage, triangle, rank4);
        if (stage.IsFlagged) return false;
        Substitute(stage, triangle, rank4);
        return !stage.IsFlagged && Refine(arguments, stage, triangle, row);
    }

    /// <summary>Corrects x once where the equation is ill-conditioned.</summary>
    /// <returns>False where it is too ill-conditioned for fp32.</returns>
    private static bool Refine(in RowSolveArguments arguments, in RowStage stage, ArrayView<Tile4> triangle, int row)
    {
        var rank4 = arguments.Rank4;
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) stage.Panel[i] = new Float4(stage.Flag[1], Largest(arguments, triangle, i), 0, 0);
        Group.Barrier();
        var condition = Refinement.Condition(stage.Panel, rank4);
        if (condition > arguments.LargestCondition) return false;
        if (condition <= arguments.RefinedCondition) return true;
        Refinement.Start(arguments, stage, row);
        ForwardSubstitute(stage, triangle, rank4);
        Substitute(stage, triangle, rank4);
        Refinement.Finish(stage, rank4);
        return true;
    }

    /// <summary>One group-full of 8×8 tiles; the first also sums the right side.</summary>
    private static void BuildTiles(
        in RowSolveArguments arguments, in RowStage stage, ArrayView<Tile4> triangle, int row, long first, long end, int firstTile)
    {
        var rank4 = arguments.Rank4;
        var tileRow = TriangleIndex.RowOf(firstTile + Group.IdxX);
        var tileColumn = firstTile + Group.IdxX - TriangleIndex.Of(tileRow, 0);
        var active = tileRow < rank4 / 2;
        var tile = Tile8.Zero;
        for (var start = first; start < end; start += arguments.StageRows)
        {
            var count = (int)(end - start < arguments.StageRows ? end - start : arguments.StageRows);
            Group.Barrier();
            stage.Load(arguments, start, count);
            Group.Barrier();
            if (active) tile = stage.AddTo(tile, rank4, count, tileRow, tileColumn);
            if (firstTile == 0) stage.AddToRight(rank4, count);
        }

        if (!active) return;
        tile.Add(arguments.BaseTile8(tileRow, tileColumn));
        if (tileRow == tileColumn) tile.AddToDiagonal(arguments.Regularization[row]);
        StoreQuarters(triangle, tile, 2 * tileRow, 2 * tileColumn);
    }

    /// <summary>The quarters of a tile in the triangle of 4×4 tiles; one of a tile of the diagonal lies above it.</summary>
    private static void StoreQuarters(ArrayView<Tile4> triangle, in Tile8 tile, int row, int column)
    {
        triangle[TriangleIndex.Of(row, column)] = tile.A;
        triangle[TriangleIndex.Of(row + 1, column)] = tile.B;
        if (row > column) triangle[TriangleIndex.Of(row, column + 1)] = tile.C;
        triangle[TriangleIndex.Of(row + 1, column + 1)] = tile.D;
    }

    private static float LargestOfDiagonal(in RowSolveArguments arguments, ArrayView<Tile4> triangle)
    {
        float largest = 0;
        for (var tile = 0; tile < arguments.Rank4; tile++)
        {
            var other = Largest(arguments, triangle, tile);
            if (other > largest) largest = other;
        }

        return largest;
    }

    /// <summary>The largest element of a tile of the diagonal; 0 for one that is all padding.</summary>
    private static float Largest(in RowSolveArguments arguments, ArrayView<Tile4> triangle, int tile)
    {
        var left = arguments.Rank - (Float4.Width * tile);
        return left > 0 ? Refinement.Largest(triangle[TriangleIndex.Of(tile, tile)], left) : 0;
    }

    private static void Factor(in RowStage stage, ArrayView<Tile4> triangle, int rank4)
    {
        for (var step = 0; step < rank4; step++)
        {
            if (Group.IdxX == 0) FactorDiagonal(stage, triangle, step);
            GlobalBarrier();
            if (stage.IsFlagged) break;
            for (var row = step + 1 + Group.IdxX; row < rank4; row += Group.DimX)
            {
                var tile = TileCholesky.SolveBelow(triangle[TriangleIndex.Of(row, step)], stage.DiagonalTile());
                triangle[TriangleIndex.Of(row, step)] = tile;
                stage.SetPanelTile(row, tile);
                stage.Right[row] = stage.Right[row].Plus(tile.Times(stage.Right[step]).Scaled(-1));
            }

            GlobalBarrier();
            Update(stage, triangle, step, rank4);
            GlobalBarrier();
        }
    }

    private static void FactorDiagonal(in RowStage stage, ArrayView<Tile4> triangle, int step)
    {
        var tile = triangle[TriangleIndex.Of(step, step)];
        if (TileCholesky.Factor(ref tile))
        {
            stage.SetDiagonalTile(tile);
            stage.Right[step] = TileCholesky.Forward(stage.Right[step], tile);
            triangle[TriangleIndex.Of(step, step)] = tile;
        }
        else
        {
            stage.Flag[0] = 1;
        }
    }

    /// <summary>What the panel of a step takes from the tiles behind it, which are numbered as a triangle of their own.</summary>
    private static void Update(in RowStage stage, ArrayView<Tile4> triangle, int step, int rank4)
    {
        var behind = TriangleIndex.Count(rank4 - step - 1);
        for (var i = Group.IdxX; i < behind; i += Group.DimX)
        {
            var row = TriangleIndex.RowOf(i);
            var column = step + 1 + (i - TriangleIndex.Of(row, 0));
            row += step + 1;
            var tile = triangle[TriangleIndex.Of(row, column)];
            tile.SubtractProduct(stage.PanelTile(row), stage.PanelTile(column));
            triangle[TriangleIndex.Of(row, column)] = tile;
        }
    }

    private static void Substitute(in RowStage stage, ArrayView<Tile4> triangle, int rank4)
    {
        for (var step = rank4 - 1; step >= 0; step--)
        {
            if (Group.IdxX == 0)
            {
                var x = TileCholesky.Backward(stage.Right[step], triangle[TriangleIndex.Of(step, step)]);
                stage.Right[step] = x;
                if (!x.IsFinite()) stage.Flag[0] = 1;
            }

            Group.Barrier();
            for (var column = Group.IdxX; column < step; column += Group.DimX)
                stage.Right[column] = stage.Right[column].Plus(triangle[TriangleIndex.Of(step, column)].TransposedTimes(stage.Right[step]).Scaled(-1));
            Group.Barrier();
        }
    }

    private static void ForwardSubstitute(in RowStage stage, ArrayView<Tile4> triangle, int rank4)
    {
        for (var step = 0; step < rank4; step++)
        {
            if (Group.IdxX == 0) stage.Right[step] = TileCholesky.Forward(stage.Right[step], triangle[TriangleIndex.Of(step, step)]);
            Group.Barrier();
            for (var row = step + 1 + Group.IdxX; row < rank4; row += Group.DimX)
                stage.Right[row] = stage.Right[row].Plus(triangle[TriangleIndex.Of(row, step)].Times(stage.Right[step]).Scaled(-1));
            Group.Barrier();
        }
    }

    /// <summary>Orders the group's global memory too: a barrier alone promises that for shared memory only.</summary>
    private static void GlobalBarrier()
    {
        MemoryFence.GroupLevel();
        Group.Barrier();
    }
}

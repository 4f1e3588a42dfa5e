using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Gram matrix, Cholesky and both triangular solves of a row without leaving the chip: the lower triangle of A stays in the
/// registers of the group from the first play to the last substitution; shared memory holds gathered rows and one panel.
/// For ranks whose triangle has no more 4×4 tiles than a group has threads.
/// </summary>
internal static class FusedRowSolve
{
    // One group a row, rows strided over the grid; thread = one 4×4 tile of the lower triangle.
    public static void Kernel(RowSolveArguments arguments)
    {
        var stage = RowStage.Of(arguments.StageRows, arguments.Rank4);
        for (var row = Grid.IdxX; row < arguments.RowCount; row += Grid.DimX) SolveRow(arguments, stage, row);
    }

    private static void SolveRow(RowSolveArguments arguments, RowStage stage, int row)
    {
        var first = arguments.Indptr[row];
        var end = arguments.Indptr[row + 1];
        var solved = false;
        var attempt = 0;
        if (first < end)
        {
            // One call, so that a compiler inlines the body once.
            for (; attempt < 2 && !solved; attempt++) solved = Attempt(arguments, stage, row, first, end, attempt == 1);
        }

        stage.Store(arguments, row, solved, attempt);
    }

    /// <summary>Builds and solves the equation; x is left in the right side.</summary>
    /// <returns>False where a pivot was not positive and finite; the same in all threads.</returns>
    private static bool Attempt(in RowSolveArguments arguments, in RowStage stage, int row, long first, long end, bool jitter)
    {
        var rank4 = arguments.Rank4;
        var tileRow = TriangleIndex.RowOf(Group.IdxX);
        var tileColumn = Group.IdxX - TriangleIndex.Of(tileRow, 0);
        var active = tileRow < rank4;
        Group.Barrier(); // all have read the flag of the attempt before
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) stage.Right[i] = Float4.Zero;
        if (Group.IdxX == 0) stage.SetFlag(rank4, false);

        var tile = Tile4.Zero;
        for (var start = first; start < end; start += arguments.StageRows)
        {
            var count = (int)(end - start < arguments.StageRows ? end - start : arguments.StageRows);
            Group.Barrier();
            stage.Load(arguments, start, count);
            Group.Barrier();
            if (active) tile = stage.AddTo(tile, rank4, count, tileRow, tileColumn);
            stage.AddToRight(rank4, count);
        }

        if (active) tile.Add(arguments.BaseTile(tileRow, tileColumn));
        if (active && tileRow == tileColumn) tile.AddToDiagonal(arguments.Regularization[row]);
        if (jitter) tile = AddJitter(arguments, stage, tile, active && tileRow == tileColumn, tileRow);
        Group.Barrier();
        tile = Factor(stage, tile, active, tileRow, tileColumn, rank4);
        if (stage.IsFlagged(rank4)) return false;
        Substitute(stage, tile, active, tileRow, tileColumn, rank4);
        if (stage.IsFlagged(rank4)) return false;
        if (!jitter) Refine(arguments, stage, tile, active, tileRow, tileColumn, row);
        return true;
    }

    /// <summary>Corrects x once where the equation is ill-conditioned.</summary>
    private static void Refine(in RowSolveArguments arguments, in RowStage stage, Tile4 tile, bool active, int tileRow, int tileColumn, int row)
    {
        var rank4 = arguments.Rank4;
        if (active && tileRow == tileColumn) Refinement.NotePivots(stage, tile, tileRow, arguments.Rank);
        Group.Barrier();
        if (!Refinement.IsNeeded(stage, rank4, arguments.RefinedCondition)) return;
        Refinement.Start(arguments, stage, row);
        ForwardSubstitute(stage, tile, active, tileRow, tileColumn, rank4);
        Substitute(stage, tile, active, tileRow, tileColumn, rank4);
        Refinement.Finish(stage, rank4);
    }

    private static Tile4 AddJitter(in RowSolveArguments arguments, in RowStage stage, Tile4 tile, bool diagonal, int tileRow)
    {
        if (diagonal) stage.Scratch[tileRow] = tile.Trace();
        Group.Barrier();
        if (diagonal) tile.AddToDiagonal(arguments.RelativeJitter * stage.Trace(arguments.Rank, arguments.Rank4) / arguments.Rank);
        return tile;
    }

    /// <summary>A = L Lᵀ and z = L⁻¹ b, one column of tiles after the other; two barriers a column.</summary>
    private static Tile4 Factor(in RowStage stage, Tile4 tile, bool active, int tileRow, int tileColumn, int rank4)
    {
        for (var step = 0; step < rank4; step++)
        {
            if (tileRow == step && tileColumn == step)
            {
                if (TileCholesky.Factor(ref tile))
                {
                    stage.SetDiagonalTile(tile);
                    stage.Right[step] = TileCholesky.Forward(stage.Right[step], tile);
                }
                else
                {
                    stage.SetFlag(rank4, true);
                }
            }

            Group.Barrier();
            if (stage.IsFlagged(rank4)) break;
            if (active && tileColumn == step && tileRow > step)
            {
                tile = TileCholesky.SolveBelow(tile, stage.DiagonalTile());
                stage.SetPanelTile(tileRow, tile);
                stage.Right[tileRow] = stage.Right[tileRow].Plus(tile.Times(stage.Right[step]).Scaled(-1));
            }

            Group.Barrier();
            if (active && tileColumn > step) tile.SubtractProduct(stage.PanelTile(tileRow), stage.PanelTile(tileColumn));
        }

        return tile;
    }

    /// <summary>x = L⁻ᵀ z, from the last block of four to the first; flags an x that is not finite.</summary>
    private static void Substitute(in RowStage stage, Tile4 tile, bool active, int tileRow, int tileColumn, int rank4)
    {
        for (var step = rank4 - 1; step >= 0; step--)
        {
            if (tileRow == step && tileColumn == step)
            {
                var x = TileCholesky.Backward(stage.Right[step], tile);
                stage.Right[step] = x;
                if (!x.IsFinite()) stage.SetFlag(rank4, true);
            }

            Group.Barrier();
            if (active && tileRow == step && tileColumn < step)
                stage.Right[tileColumn] = stage.Right[tileColumn].Plus(tile.TransposedTimes(stage.Right[step]).Scaled(-1));
            Group.Barrier();
        }
    }

    /// <summary>z = L⁻¹ b, for a right side other than the one that <see cref="Factor"/> took along.</summary>
    private static void ForwardSubstitute(in RowStage stage, Tile4 tile, bool active, int tileRow, int tileColumn, int rank4)
    {
        for (var step = 0; step < rank4; step++)
        {
            if (tileRow == step && tileColumn == step) stage.Right[step] = TileCholesky.Forward(stage.Right[step], tile);
            Group.Barrier();
            if (active && tileColumn == step && tileRow > step)
                stage.Right[tileRow] = stage.Right[tileRow].Plus(tile.Times(stage.Right[step]).Scaled(-1));
            Group.Barrier();
        }
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Like <see cref="TeamRowSolve"/>, for a triangle with more tiles than a group has threads. Panels of columns pass
/// through the registers one after another: a panel is summed from the plays, the earlier columns are subtracted
/// (staged like plays), then it is factored. Only L is written to global memory, once.
/// </summary>
internal static class PanelRowSolve
{
    // Group = a task, strided over the grid; thread = one 8×8 tile of each panel.
    public static void Kernel(RowSolveArguments arguments)
    {
        var columns = FactorColumns.OfGroup(arguments);
        var group = TeamGroup.Of(arguments, 0);
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX)
            SolveRow(arguments, group, columns, TeamRow.Of(arguments, task, 0));
    }

    public static void SolveRow(
        in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamRow row)
    {
        if (row.IsLeftAlone(arguments)) return;
        var rank8 = arguments.Rank4 / 2;
        Group.Barrier(); // all threads have read the flags and the solution of the previous row
        if (Group.IdxX == 0) group.Flags.Clear(0);
        var thread = TeamThread.Of(arguments.Layout, rank8, 0);
        while (row.Length > 0 && thread.FirstColumn < rank8)
        {
            FactorPanel(arguments, group, columns, thread, row);
            thread = TeamThread.Of(arguments.Layout, rank8, thread.EndColumn);
        }

        if (row.Length > 0) Solve(arguments, group, columns, thread, row);
        RowResult.Store(arguments, group, thread, row);
    }

    private static void FactorPanel(
        in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamThread thread,
        in TeamRow row)
    {
        var stage = group.Stage;
        var tile = TeamRowSolve.SharedTile(arguments, thread, row);
        tile = arguments.Round == SolveRound.Rows
            ? TeamPlays.AddTo(tile, arguments, stage, thread, row)
            : LongRows.AddTo(
                tile, arguments, stage, thread,
                arguments.Round == SolveRound.SummedRows ? row.Summed(arguments, 0) : row);
        if (thread.FirstColumn == 0) TeamRowSolve.AddRight(arguments, stage, thread, row);
        Refinement.RecordDiagonal(arguments, stage, tile, thread);
        for (var step = 0; step < thread.FirstColumn; step++)
        {
            GlobalMemory.Barrier(); // the column is in global memory, and all threads have used the stage
            columns.Stage(stage, step, thread.FirstColumn);
            Group.Barrier();
            tile = stage.Subtract(tile, thread.Row, thread.Column);
        }

        for (var step = thread.FirstColumn; step < thread.EndColumn; step++)
        {
            tile = TeamRowSolve.MakeColumn(arguments, group, tile, step, thread);
            columns.Save(stage, step);
            if (thread.Column > step) tile = stage.Subtract(tile, thread.Row, thread.Column);
        }

        GlobalMemory.Barrier();
    }

    /// <summary>Solves for x, given the L⁻¹ b computed along with the panels.</summary>
    private static void Solve(
        in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamThread thread,
        in TeamRow row)
    {
        var rank8 = arguments.Rank4 / 2;
        var stage = group.Stage;
        Substitute(stage, columns, rank8);
        if (Group.IdxX == 0) Refinement.Judge(arguments, group, 0);
        Group.Barrier(); // the flags are visible to all threads
        if (arguments.Round == SolveRound.LongRows || !group.Flags.AnyAsksForRefinement()) return;
        if (arguments.Round != SolveRound.LongRowsAgain)
            SolveResidual(arguments, stage, columns, TeamThread.Of(arguments.Layout, rank8, 0), row);
        Refinement.Correct(arguments, group, thread);
    }

    private static void SolveResidual(
        in RowSolveArguments arguments, in TeamStage stage, in FactorColumns columns, in TeamThread thread,
        in TeamRow row)
    {
        var rank8 = arguments.Rank4 / 2;
        Refinement.MakeResidual(arguments, stage, thread, row);
        Eliminate(stage, columns, rank8);
        Substitute(stage, columns, rank8);
    }

    /// <summary>
    /// L⁻¹ b: each step solves a block of eight, then every thread subtracts it from half a row of tiles.
    /// </summary>
    private static void Eliminate(in TeamStage stage, in FactorColumns columns, int rank8)
    {
        for (var step = 0; step < rank8; step++)
        {
            if (Group.IdxX == 0) stage.SolveForward(step);
            Group.Barrier();
            for (var part = (2 * step) + 2 + Group.IdxX; part < 2 * rank8; part += Group.DimX)
                stage.TakeColumn(columns.Half(part / 2, step, part & 1), step, part);
            Group.Barrier();
        }
    }

    /// <summary>
    /// L⁻ᵀ b: in each step, every thread subtracts a block of eight from a column of tiles; that of the next block,
    /// which is then complete, solves it at once.
    /// </summary>
    private static void Substitute(in TeamStage stage, in FactorColumns columns, int rank8)
    {
        Group.Barrier();
        if (Group.IdxX == 0) stage.SolveBackward(rank8 - 1);
        Group.Barrier();
        for (var step = rank8 - 1; step > 0; step--)
        {
            for (var column = Group.IdxX; column < step; column += Group.DimX)
            {
                stage.TakeRow(columns.Half(step, column, 0), columns.Half(step, column, 1), step, column);
                if (column == step - 1) stage.SolveBackward(step - 1);
            }

            Group.Barrier();
        }
    }
}

/// <summary>
/// L below the diagonal tiles, in global memory, by columns of tiles. Each tile is stored as the halves of its eight
/// columns, [2, 8] Float4s, in the layout of <see cref="TeamStage"/>, so that a column is copied unchanged.
/// </summary>
/// <param name="memory">[tiles below the diagonal, 16].</param>
/// <param name="rank8">Tiles along the diagonal.</param>
internal readonly struct FactorColumns(ArrayView<Float4> memory, int rank8)
{
    private const int TileLength = 16;

    private readonly ArrayView<Float4> _memory = memory;
    private readonly int _rank8 = rank8;

    /// <summary>Float4s in one L.</summary>
    public static int Length(int rank8) => TileLength * TriangleIndex.Count(rank8 - 1);

    /// <summary>The L of this group.</summary>
    public static FactorColumns OfGroup(in RowSolveArguments arguments)
    {
        var rank8 = arguments.Rank4 / 2;
        var length = Length(rank8);
        return new FactorColumns(arguments.Columns.SubView((long)Grid.IdxX * length, length), rank8);
    }

    /// <summary>Saves the staged column to global memory.</summary>
    public void Save(in TeamStage stage, int step)
    {
        var first = Index(step + 1, step);
        for (var i = Group.IdxX; i < TileLength * (_rank8 - step - 1); i += Group.DimX)
            _memory[first + i] = stage.Line(step + 1, i);
    }

    /// <summary>Stages a column, from a row onwards.</summary>
    public void Stage(in TeamStage stage, int step, int row)
    {
        var first = Index(row, step);
        for (var i = Group.IdxX; i < TileLength * (_rank8 - row); i += Group.DimX)
            stage.SetLine(row, i, _memory[first + i]);
    }

    /// <summary>Half of a tile: four rows of its eight columns.</summary>
    public Float4x8 Half(int row, int step, int half) => Float4x8.At(_memory, Index(row, step) + (8 * half));

    private int Index(int row, int step) =>
        TileLength * ((step * (_rank8 - 1)) - (step * (step - 1) / 2) + row - step - 1);
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// As <see cref="TeamRowSolve"/>, for a triangle with more tiles than a group has threads: panels of columns pass through the
/// registers one after the other. A panel is summed from the plays, then takes from the columns before it (they are staged just as
/// plays are), then is factored; only L is written to global memory, once.
/// </summary>
internal static class PanelRowSolve
{
    // One group a task, strided over the grid; thread = one 8×8 tile of each panel.
    public static void Kernel(RowSolveArguments arguments)
    {
        var columns = FactorColumns.OfGroup(arguments);
        var group = TeamGroup.Of(arguments, 0);
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX) SolveRow(arguments, group, columns, TeamRow.Of(arguments, task, 0));
    }

    public static void SolveRow(in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamRow row)
    {
        if (row.IsLeftAlone(arguments)) return;
        var rank8 = arguments.Rank4 / 2;
        Group.Barrier(); // all have read the flags and the solution of the row before
        if (Group.IdxX == 0) group.Flags.Clear(0);
        var place = TeamPlace.Of(arguments.Layout, rank8, 0);
        while (row.Length > 0 && place.FirstColumn < rank8)
        {
            FactorPanel(arguments, group, columns, place, row);
            place = TeamPlace.Of(arguments.Layout, rank8, place.EndColumn);
        }

        if (row.Length > 0) Solve(arguments, group, columns, place, row);
        RowResult.Store(arguments, group, place, row);
    }

    private static void FactorPanel(in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamPlace place, in TeamRow row)
    {
        var stage = group.Stage;
        var tile = TeamRowSolve.SharedTile(arguments, place, row);
        tile = arguments.Round == SolveRound.Rows
            ? TeamPlays.AddTo(tile, arguments, stage, place, row)
            : LongRows.AddTo(tile, arguments, stage, place, arguments.Round == SolveRound.SummedRows ? row.Summed(arguments, 0) : row);
        Refinement.NoteDiagonal(arguments, stage, tile, place);
        for (var step = 0; step < place.FirstColumn; step++)
        {
            GlobalMemory.Barrier(); // the column is in global memory, and all are done with what is staged
            columns.Stage(stage, step, place.FirstColumn);
            Group.Barrier();
            tile = stage.Subtract(tile, place.Row, place.Column);
        }

        for (var step = place.FirstColumn; step < place.EndColumn; step++)
        {
            tile = TeamRowSolve.MakeColumn(arguments, group, tile, step, place);
            columns.Keep(stage, step);
            if (place.Column > step) tile = stage.Subtract(tile, place.Row, place.Column);
        }

        GlobalMemory.Barrier();
    }

    /// <summary>x from the L⁻¹ b that the panels left.</summary>
    private static void Solve(in RowSolveArguments arguments, in TeamGroup group, in FactorColumns columns, in TeamPlace place, in TeamRow row)
    {
        var rank8 = arguments.Rank4 / 2;
        var stage = group.Stage;
        Substitute(stage, columns, rank8);
        if (Group.IdxX == 0) Refinement.Judge(arguments, group, 0);
        Group.Barrier(); // all know the judgement
        if (arguments.Round == SolveRound.LongRows || !group.Flags.AnyAsksForRefinement()) return;
        if (arguments.Round != SolveRound.LongRowsAgain) SolveResidual(arguments, stage, columns, TeamPlace.Of(arguments.Layout, rank8, 0), row);
        Refinement.Correct(arguments, group, place);
    }

    private static void SolveResidual(in RowSolveArguments arguments, in TeamStage stage, in FactorColumns columns, in TeamPlace place, in TeamRow row)
    {
        var rank8 = arguments.Rank4 / 2;
        Refinement.MakeResidual(arguments, stage, place, row);
        Eliminate(stage, columns, rank8);
        Substitute(stage, columns, rank8);
    }

    /// <summary>L⁻¹ b: a step solves its part of eight, then each thread takes it off one half of a tile's row.</summary>
    private static void Eliminate(in TeamStage stage, in FactorColumns columns, int rank8)
    {
        for (var step = 0; step < rank8; step++)
        {
            if (Group.IdxX == 0) stage.SolveForward(step);
            Group.Barrier();
            for (var part = (2 * step) + 2 + Group.IdxX; part < 2 * rank8; part += Group.DimX) stage.TakeColumn(columns.Half(part / 2, step, part & 1), step, part);
            Group.Barrier();
        }
    }

    /// <summary>L⁻ᵀ b: a step solves its part of eight, then each thread takes it off one column of tiles.</summary>
    private static void Substitute(in TeamStage stage, in FactorColumns columns, int rank8)
    {
        for (var step = rank8 - 1; step >= 0; step--)
        {
            Group.Barrier();
            if (Group.IdxX == 0) stage.SolveBackward(step);
            Group.Barrier();
            for (var column = Group.IdxX; column < step; column += Group.DimX)
                stage.TakeRow(columns.Half(step, column, 0), columns.Half(step, column, 1), step, column);
        }

        Group.Barrier();
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Gram matrix, Cholesky and both triangular solves of some rows without leaving the chip: the lower triangle of each A stays in
/// the registers of its team from the first play to the last substitution; shared memory holds staged plays, then a panel.
/// The factorisation is A = M S⁻¹ Mᵀ by blocks of eight, where M keeps what is left of A when its column's turn comes, and only
/// the blocks S of the diagonal are factored further: so a thread never has to replace its tile.
/// A group runs the same steps for all its teams, so that no barrier depends on the data.
/// </summary>
internal static class TeamRowSolve
{
    // One group some rows, strided over the grid; team = one row; thread = one 8×8 tile of the lower triangle.
    public static void Kernel(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var place = TeamPlace.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var group = TeamGroup.Of(arguments, place.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveRows(arguments, group, place, TeamRow.OfSorted(arguments, first, place.Team));
    }

    private static void SolveRows(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, in TeamRow row)
    {
        var tile = Begin(arguments, group, place, row);
        tile = TeamPlays.AddTo(tile, arguments, group.Stage, place, row);
        Finish(arguments, group, tile, place, row);
    }

    /// <summary>The same for rows whose plays the group has summed.</summary>
    public static void SolveSummed(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, in TeamRow row)
    {
        var tile = Begin(arguments, group, place, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, place, row.Summed(arguments, place.Team));
        Finish(arguments, group, tile, place, row);
    }

    // The same for long rows, from the sums of their segments; in the second round only for those that asked for it.
    public static void LongRowKernel(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var place = TeamPlace.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var group = TeamGroup.Of(arguments, place.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveLongRows(arguments, group, place, TeamRow.Of(arguments, first, place.Team));
    }

    private static void SolveLongRows(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, in TeamRow row)
    {
        if (row.IsLeftAlone(arguments)) return;
        var tile = Begin(arguments, group, place, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, place, row);
        Solve(arguments, group, tile, place, row);
        if (arguments.Round == SolveRound.LongRowsAgain) Refinement.Correct(arguments, group, place);
        RowResult.Store(arguments, group, place, row);
    }

    /// <summary>From A to what becomes of the rows, refined by the residual of their plays where a team asks for it.</summary>
    private static void Finish(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        tile = Solve(arguments, group, tile, place, row);
        if (group.Flags.AnyAsksForRefinement()) Refine(arguments, group, tile, place, row);
        RowResult.Store(arguments, group, place, row);
    }

    private static Tile8 Begin(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, in TeamRow row)
    {
        Group.Barrier(); // all have read the flags of the rows before
        if (place.Lane == 0) group.Flags.Clear(place.Team);
        return SharedTile(arguments, place, row);
    }

    /// <summary>The part of A that all rows share, and λ.</summary>
    public static Tile8 SharedTile(in RowSolveArguments arguments, in TeamPlace place, in TeamRow row)
    {
        var tile = arguments.BaseTile8(place.Row, place.Column);
        tile.AddToDiagonal(place.IsDiagonal ? arguments.Regularization[row.Index] : 0); // no branch: a compiler copies the tile where two ways meet
        return tile;
    }

    /// <summary>Factors A, solves for x, and judges it.</summary>
    /// <returns>M.</returns>
    private static Tile8 Solve(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        Refinement.NoteDiagonal(arguments, group.Stage, tile, place);
        tile = Factor(arguments, group, tile, place);
        Substitute(arguments, group.Stage, tile, place);
        if (place.Lane == 0 && row.Length > 0) Refinement.Judge(arguments, group, place.Team);
        Group.Barrier(); // all know the judgement
        return tile;
    }

    /// <summary>
    /// M and S from A, one column of tiles after the other, and what the columns before leave of b. Two columns a turn, since a
    /// loop copies all that it carries; after an odd last column nothing is left to do.
    /// </summary>
    private static Tile8 Factor(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamPlace place)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step += 2)
        {
            tile = FactorColumn(arguments, group, tile, step, place);
            tile = FactorColumn(arguments, group, tile, step + 1, place);
        }

        return tile;
    }

    private static Tile8 FactorColumn(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, in TeamPlace place)
    {
        MakeColumn(arguments, group, tile, step, place);
        return place.Column > step ? group.Stage.Subtract(tile, place.Row, place.Column) : tile;
    }

    /// <summary>Makes a column of tiles the panel that is staged, and takes it off the right side.</summary>
    public static void MakeColumn(in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, int step, in TeamPlace place)
    {
        var stage = group.Stage;
        if (place.IsDiagonal && place.Row == step) FactorDiagonal(arguments, group, tile, step, place.Team);
        Group.Barrier();
        if (place.Column == step && place.Row > step)
        {
            stage.SetPanel(tile, place.Row, step);
            tile.SubtractTimes(stage.Partial, step, stage.Right, place.Row);
        }

        Group.Barrier();
    }

    /// <summary>Factors a tile of the diagonal, and solves it for its part of the right side.</summary>
    private static void FactorDiagonal(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, int team)
    {
        var stage = group.Stage;
        if (!tile.Factor()) group.Flags.Fail(team);
        stage.SetDiagonal(step, tile);
        stage.Product[step] = new Float4(stage.Product[step].X, Refinement.Largest(tile, arguments.RowsFrom(step)), 0, 0);
        stage.SolveDiagonal(step, stage.Right, stage.Partial);
    }

    /// <summary>x from what is left of b, from the last part of eight to the first.</summary>
    private static void Substitute(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamPlace place)
    {
        for (var step = (arguments.Rank4 / 2) - 1; step >= 0; step--)
        {
            if (place.Column == step && place.Row > step) stage.SetColumnTerm(tile, place.Row);
            Group.Barrier();
            if (place.IsDiagonal && place.Row == step)
            {
                stage.SubtractColumnTerms(step);
                stage.SolveDiagonal(step, stage.Right, stage.Right);
            }

            Group.Barrier();
        }
    }

    /// <summary>What is left of b, for a right side other than the one that <see cref="Factor"/> took along.</summary>
    private static void Eliminate(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamPlace place)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (place.IsDiagonal && place.Row == step) stage.SolveDiagonal(step, stage.Right, stage.Partial);
            Group.Barrier();
            if (place.Column == step && place.Row > step) tile.SubtractTimes(stage.Partial, step, stage.Right, place.Row);
            Group.Barrier();
        }
    }

    /// <summary>Corrects x once for the teams whose equation is ill-conditioned.</summary>
    private static void Refine(in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        Refinement.MakeResidual(arguments, group.Stage, place, row);
        Eliminate(arguments, group.Stage, tile, place);
        Substitute(arguments, group.Stage, tile, place);
        Refinement.Correct(arguments, group, place);
    }
}

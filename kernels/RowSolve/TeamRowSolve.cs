using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Gram matrix, Cholesky and both triangular solves of some rows without leaving the chip: the lower triangle of each A stays in
/// the registers of its team from the first play to the last substitution, where L takes its place; shared memory holds staged
/// plays, then a panel of L. A group runs the same steps for all its teams, so that no barrier depends on the data.
/// </summary>
internal static class TeamRowSolve
{
    // One group some rows, strided over the grid; team = one row; thread = one 8×8 tile of the lower triangle.
    public static void Kernel(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var group = TeamGroup.Of(arguments, thread.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveRows(arguments, group, thread, first);
    }

    private static void SolveRows(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, int first)
    {
        var row = TeamRow.OfSorted(arguments, first, thread.Team);
        var tile = Begin(arguments, group, thread, row);
        tile = TeamPlays.AddTo(tile, arguments, group.Stage, thread, row);

        // Looked up again rather than kept: registers are short while plays are summed.
        Finish(arguments, group, tile, thread, TeamRow.OfSorted(arguments, first, thread.Team));
    }

    /// <summary>The same for rows whose plays the group has summed.</summary>
    public static void SolveSummed(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        var tile = Begin(arguments, group, thread, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, thread, row.Summed(arguments, thread.Team));
        Finish(arguments, group, tile, thread, row);
    }

    // The same for long rows, from the sums of their segments; in the second round only for those that asked for it.
    public static void LongRowKernel(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var group = TeamGroup.Of(arguments, thread.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveLongRows(arguments, group, thread, TeamRow.Of(arguments, first, thread.Team));
    }

    private static void SolveLongRows(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        if (row.IsLeftAlone(arguments)) return;
        var tile = Begin(arguments, group, thread, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, thread, row);
        Solve(arguments, group, tile, thread, row);
        if (arguments.Round == SolveRound.LongRowsAgain) Refinement.Correct(arguments, group, thread);
        RowResult.Store(arguments, group, thread, row);
    }

    /// <summary>From A to what becomes of the rows, refined by the residual of their plays where a team asks for it.</summary>
    private static void Finish(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        tile = Solve(arguments, group, tile, thread, row);
        if (group.Flags.AnyAsksForRefinement()) Refine(arguments, group, tile, thread, row);
        RowResult.Store(arguments, group, thread, row);
    }

    private static Tile8 Begin(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        Group.Barrier(); // all have read the flags of the rows before
        if (thread.Lane == 0) group.Flags.Clear(thread.Team);
        return SharedTile(arguments, thread, row);
    }

    /// <summary>The part of A that all rows share, and λ.</summary>
    public static Tile8 SharedTile(in RowSolveArguments arguments, in TeamThread thread, in TeamRow row)
    {
        var tile = arguments.BaseTile(thread.TileNumber(arguments.Rank4 / 2));
        tile.AddToDiagonal(thread.IsDiagonal ? arguments.Regularization[row.Index] : 0); // no branch: a compiler copies the tile where two ways meet
        return tile;
    }

    /// <summary>Factors A, solves for x, and judges it.</summary>
    /// <returns>L below the diagonal's tiles.</returns>
    private static Tile8 Solve(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        Refinement.NoteDiagonal(arguments, group.Stage, tile, thread);
        tile = Factor(arguments, group, tile, thread);
        Substitute(arguments, group.Stage, tile, thread);
        if (thread.Lane == 0 && row.Length > 0) Refinement.Judge(arguments, group, thread.Team);
        Group.Barrier(); // all know the judgement
        return tile;
    }

    /// <summary>
    /// L from A, one column of tiles after the other, and L⁻¹ b. Two columns a turn, since a loop copies all that it carries; after
    /// an odd last column nothing is left to do.
    /// </summary>
    private static Tile8 Factor(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamThread thread)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step += 2)
        {
            tile = FactorColumn(arguments, group, tile, step, thread);
            tile = FactorColumn(arguments, group, tile, step + 1, thread);
        }

        return tile;
    }

    private static Tile8 FactorColumn(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, in TeamThread thread)
    {
        tile = MakeColumn(arguments, group, tile, step, thread);
        return thread.Column > step ? group.Stage.Subtract(tile, thread.Row, thread.Column) : tile;
    }

    /// <summary>Makes a column of tiles the panel of L that is staged, and takes it off the right side.</summary>
    public static Tile8 MakeColumn(in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, in TeamThread thread)
    {
        var stage = group.Stage;
        if (thread.IsDiagonal && thread.Row == step) FactorDiagonal(arguments, group, tile, step, thread.Team);
        Group.Barrier();
        if (thread.Column == step && thread.Row > step) tile = stage.MakePanel(tile, thread.Row, step);
        if (thread.IsDiagonal && thread.Row == step) stage.SolveForward(step);
        Group.Barrier();
        stage.TakePanel(step, thread);
        return tile;
    }

    /// <summary>Factors a tile of the diagonal, of which C is not used; each quarter is stored before the next is begun, since registers are short.</summary>
    private static void FactorDiagonal(in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, int step, int team)
    {
        var (stage, rows) = (group.Stage, arguments.RowsFrom(step));
        var first = tile.A;
        var sum = TileCholesky.Factor(ref first);
        stage.SetDiagonal(step, 0, first);
        var inverse = Refinement.Largest(first, rows);
        var below = TileCholesky.SolveBelow(tile.B, first);
        stage.SetDiagonal(step, 1, below);
        var second = tile.D;
        second.SubtractProduct(below, below);
        sum += TileCholesky.Factor(ref second);
        stage.SetDiagonal(step, 2, second);
        if (!Finite.Is(sum)) group.Flags.Fail(team);
        Refinement.NoteFactor(stage, step, rows > Float4.Width ? MathF.Max(inverse, Refinement.Largest(second, rows - Float4.Width)) : inverse);
    }

    /// <summary>L⁻ᵀ b, from the last part of eight to the first: each is taken off the parts before it, a thread a part.</summary>
    private static void Substitute(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        for (var step = (arguments.Rank4 / 2) - 1; step >= 0; step--)
        {
            if (thread.IsDiagonal && thread.Row == step) stage.SolveBackward(step);
            Group.Barrier();
            if (thread.Row == step && thread.Column < step) stage.TakeRow(tile, step, thread.Column);
            Group.Barrier();
        }
    }

    /// <summary>L⁻¹ b, for a right side other than the one that <see cref="Factor"/> took along.</summary>
    private static void Eliminate(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (thread.IsDiagonal && thread.Row == step) stage.SolveForward(step);
            Group.Barrier();
            if (thread.Column == step && thread.Row > step) stage.TakeColumn(tile, step, thread.Row);
            Group.Barrier();
        }
    }

    /// <summary>Corrects x once for the teams whose equation is ill-conditioned.</summary>
    private static void Refine(in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        Refinement.MakeResidual(arguments, group.Stage, thread, row);
        Eliminate(arguments, group.Stage, tile, thread);
        Substitute(arguments, group.Stage, tile, thread);
        Refinement.Correct(arguments, group, thread);
    }
}

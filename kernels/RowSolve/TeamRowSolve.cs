using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Gram matrix, Cholesky factorization and both triangular solves of several rows without leaving the chip. The lower
/// triangle of each A stays in the registers of its team from the first play to the last substitution and is
/// overwritten by L. Shared memory holds staged plays, then a panel of L. All teams of a group run the same steps, so
/// that no barrier depends on the data.
/// </summary>
internal static class TeamRowSolve
{
    // Group = rows, strided over the grid; team = one row; thread = one 8×8 tile of the lower triangle.
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

        // Looked up again rather than kept: registers are scarce while plays are summed.
        Finish(arguments, group, tile, thread, TeamRow.OfSorted(arguments, first, thread.Team));
    }

    /// <summary>Solves rows whose plays the group has already summed.</summary>
    public static void SolveSummed(
        in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        var tile = Begin(arguments, group, thread, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, thread, row.Summed(arguments, thread.Team));
        Finish(arguments, group, tile, thread, row);
    }

    // The same for long rows, from the sums of their segments; in the second round, only for rows that need refinement.
    public static void LongRowKernel(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var group = TeamGroup.Of(arguments, thread.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveLongRows(arguments, group, thread, TeamRow.Of(arguments, first, thread.Team));
    }

    private static void SolveLongRows(
        in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        if (row.IsLeftAlone(arguments)) return;
        var tile = Begin(arguments, group, thread, row);
        tile = LongRows.AddTo(tile, arguments, group.Stage, thread, row);
        Solve(arguments, group, tile, thread, row);
        if (arguments.Round == SolveRound.LongRowsAgain) Refinement.Correct(arguments, group, thread);
        RowResult.Store(arguments, group, thread, row);
    }

    /// <summary>Solves A x = b, refines x if any team needs it, and stores the result.</summary>
    private static void Finish(
        in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        tile = Solve(arguments, group, tile, thread, row);
        if (group.Flags.AnyAsksForRefinement()) Refine(arguments, group, tile, thread, row);
        RowResult.Store(arguments, group, thread, row);
    }

    private static Tile8 Begin(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        Group.Barrier(); // all threads have read the flags of the previous rows
        if (thread.Lane == 0) group.Flags.Clear(thread.Team);
        return SharedTile(arguments, thread, row);
    }

    /// <summary>The part of A that all rows share, plus λ.</summary>
    public static Tile8 SharedTile(in RowSolveArguments arguments, in TeamThread thread, in TeamRow row)
    {
        var tile = arguments.BaseTile(thread.TileNumber(arguments.Rank4 / 2));

        // Not within a branch: the compiler would copy the tile where the paths join.
        tile.AddToDiagonal(thread.IsDiagonal ? arguments.Regularization[row.Index] : 0);
        return tile;
    }

    /// <summary>Factors A, solves for x and checks it.</summary>
    /// <returns>L below the diagonal tiles.</returns>
    public static Tile8 Solve(
        in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        AddRight(arguments, group.Stage, thread, row);
        Refinement.RecordDiagonal(arguments, group.Stage, tile, thread);
        tile = Factor(arguments, group, tile, thread);
        Substitute(arguments, group.Stage, tile, thread);
        if (thread.Lane == 0 && row.Length > 0) Refinement.Judge(arguments, group, thread.Team);
        Group.Barrier(); // the flags are visible to all threads
        return tile;
    }

    /// <summary>Adds to the right side what does not come from the plays.</summary>
    public static void AddRight(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        if (arguments.HasRight == 0) return;

        // Each thread adds to what it wrote itself.
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
            stage.Right[i] = stage.Right[i].Plus(arguments.Right[((long)row.Index * arguments.Rank4) + i]);
    }

    /// <summary>
    /// Turns A into L, one column of tiles after another, and b into L⁻¹ b. Two columns per iteration, because each
    /// iteration copies all loop-carried registers; the step after an odd last column has nothing to do.
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

    private static Tile8 FactorColumn(
        in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, in TeamThread thread)
    {
        tile = MakeColumn(arguments, group, tile, step, thread);
        return thread.Column > step ? group.Stage.Subtract(tile, thread.Row, thread.Column) : tile;
    }

    /// <summary>Makes a column of tiles the panel of L that is staged, and takes it off the right side.</summary>
    public static Tile8 MakeColumn(
        in RowSolveArguments arguments, in TeamGroup group, Tile8 tile, int step, in TeamThread thread)
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

    /// <summary>
    /// Factors a diagonal tile, whose C is not used. Each quarter is stored before the next is started, because
    /// registers are scarce.
    /// </summary>
    private static void FactorDiagonal(
        in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, int step, int team)
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
        Refinement.RecordFactor(
            stage, step,
            rows > Float4.Width ? MathF.Max(inverse, Refinement.Largest(second, rows - Float4.Width)) : inverse);
    }

    /// <summary>
    /// L⁻ᵀ b, from the last block of eight to the first. Each block is subtracted from the earlier ones, one thread per
    /// block; that of the next block, which is then complete, solves it at once.
    /// </summary>
    private static void Substitute(
        in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        var last = (arguments.Rank4 / 2) - 1;
        if (thread.IsDiagonal && thread.Row == last) stage.SolveBackward(last);
        Group.Barrier();
        for (var step = last; step > 0; step--)
        {
            if (thread.Row == step && thread.Column < step)
            {
                stage.TakeRow(tile, step, thread.Column);
                if (thread.Column == step - 1) stage.SolveBackward(step - 1);
            }

            Group.Barrier();
        }
    }

    /// <summary>L⁻¹ b for a right side other than the one handled by <see cref="Factor"/>.</summary>
    private static void Eliminate(
        in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (thread.IsDiagonal && thread.Row == step) stage.SolveForward(step);
            Group.Barrier();
            if (thread.Column == step && thread.Row > step) stage.TakeColumn(tile, step, thread.Row);
            Group.Barrier();
        }
    }

    /// <summary>Corrects x once, for teams whose equation is ill-conditioned.</summary>
    private static void Refine(
        in RowSolveArguments arguments, in TeamGroup group, in Tile8 tile, in TeamThread thread, in TeamRow row)
    {
        Refinement.MakeResidual(arguments, group.Stage, thread, row);
        Eliminate(arguments, group.Stage, tile, thread);
        Substitute(arguments, group.Stage, tile, thread);
        Refinement.Correct(arguments, group, thread);
    }
}

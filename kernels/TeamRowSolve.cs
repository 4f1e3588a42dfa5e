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
        var rank8 = arguments.Rank4 / 2;
        var teams = arguments.Layout.Teams;
        var place = TeamPlace.Of(teams, rank8);

        // Taken as floats: ILGPU writes OpenCL that does not compile for dynamic memory of structs.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var stage = new TeamStage(memory, arguments.Layout, place.Team, rank8);
        var flags = new TeamFlags(memory.SubView(teams * arguments.Layout.TeamStride, Float4.Holding(2 * teams)).Cast<float>(), teams);
        for (var first = Grid.IdxX * teams; first < arguments.RowCount; first += Grid.DimX * teams)
            SolveRows(arguments, stage, flags, place, TeamRow.Of(arguments, first, place.Team));
    }

    private static void SolveRows(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, in TeamPlace place, in TeamRow row)
    {
        Group.Barrier(); // all have read the flags of the rows before
        if (place.Lane == 0) flags.Clear(place.Team);
        var tile = arguments.BaseTile8(place.Row, place.Column);
        var lambda = row.Index < arguments.RowCount ? arguments.Regularization[row.Index] : 1;
        tile.AddToDiagonal(place.IsDiagonal ? lambda : 0); // no branch: a compiler copies the tile where two ways meet
        tile = Build(arguments, stage, tile, place, row);
        if (place.IsDiagonal) stage.Product[place.Row] = new Float4(Refinement.Largest(tile, RowsLeft(arguments, place.Row)), 0, 0, 0);
        tile = Factor(arguments, stage, flags, tile, place);
        Substitute(arguments, stage, tile, place);
        Refine(arguments, stage, flags, tile, place, row);
        Store(arguments, stage, place, row, !flags.HasFailed(place.Team));
    }

    /// <summary>tile + Σ gram·y yᵀ and, in the right side, Σ rhs·y.</summary>
    private static Tile8 Build(in RowSolveArguments arguments, in TeamStage stage, Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Right[i] = Float4.Zero;
        stage.Entries(0).LookUp(arguments, row.First, row.CountAt(0), place, 1);
        var turn = 0;
        for (long offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
        {
            Stage(arguments, stage, place, row, offset, turn, 1);
            tile = stage.Add(tile, place.Row, place.Column);
            stage.AddWeighted(stage.Right, stage.Entries(turn), place);
            turn++;
        }

        Group.Barrier(); // the right side is whole
        return arguments.GramOffset < 0 ? TakeNegative(arguments, stage, tile, place, row) : tile;
    }

    /// <summary>tile - Σ |gram|·y yᵀ over the plays whose gram is negative, where the weights allow that.</summary>
    private static Tile8 TakeNegative(in RowSolveArguments arguments, in TeamStage stage, Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        stage.Entries(0).LookUp(arguments, row.First, row.CountAt(0), place, -1);
        var turn = 0;
        for (long offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
        {
            Stage(arguments, stage, place, row, offset, turn, -1);
            tile = stage.Subtract(tile, place.Row, place.Column);
            turn++;
        }

        return tile;
    }

    /// <summary>Stages the plays that were looked up, and looks up the next ones.</summary>
    private static void Stage(
        in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row, long offset, int turn, float sign)
    {
        var next = offset + TeamLayout.StageRows;
        Group.Barrier();
        stage.Load(arguments, stage.Entries(turn), place);
        stage.Entries(turn + 1).LookUp(arguments, row.First + next, row.CountAt(next), place, sign);
        Group.Barrier();
    }

    /// <summary>M and S from A, one column of tiles after the other, and what the columns before leave of b; two barriers a column.</summary>
    private static Tile8 Factor(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, Tile8 tile, in TeamPlace place)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (place.IsDiagonal && place.Row == step) FactorDiagonal(arguments, stage, flags, tile, step, place.Team);
            Group.Barrier();
            if (place.Column == step && place.Row > step)
            {
                stage.SetPanel(tile, place.Row, step);
                tile.SubtractTimes(stage.Partial, step, stage.Right, place.Row);
            }

            Group.Barrier();
            if (place.Column > step) tile = stage.Subtract(tile, place.Row, place.Column);
        }

        return tile;
    }

    private static void FactorDiagonal(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, Tile8 tile, int step, int team)
    {
        if (!tile.Factor()) flags.Fail(team);
        stage.SetDiagonal(step, tile);
        stage.Product[step] = new Float4(stage.Product[step].X, Refinement.Largest(tile, RowsLeft(arguments, step)), 0, 0);
        stage.SolveDiagonal(step, stage.Right, stage.Partial);
    }

    private static int RowsLeft(in RowSolveArguments arguments, int tile) => arguments.Rank - (Tile8.Width * tile);

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
    private static void Refine(
        in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, in Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        if (place.Lane == 0) Judge(arguments, stage, flags, place.Team);
        Group.Barrier();
        if (!flags.AnyAsksForRefinement()) return;
        Residual(arguments, stage, place, row);
        Eliminate(arguments, stage, tile, place);
        Substitute(arguments, stage, tile, place);
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
        {
            var refined = stage.Solution[i].Plus(stage.Right[i]);
            stage.Right[i] = flags.AsksForRefinement(place.Team) && refined.IsFinite() ? refined : stage.Solution[i];
        }
    }

    /// <summary>Says whether x is a solution, and whether it can do with a correction.</summary>
    private static void Judge(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, int team)
    {
        var condition = Refinement.Condition(stage.Product, arguments.Rank4 / 2);
        if (condition > arguments.LargestCondition || !AllFinite(stage.Right, arguments.Rank4)) flags.Fail(team);
        if (condition > arguments.RefinedCondition) flags.AskForRefinement(team);
    }

    /// <summary>Puts x aside and b - A x in its place, summed from the plays and not from the rounded A.</summary>
    private static void Residual(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Solution[i] = stage.Right[i];
        Group.Barrier();
        var entries = stage.Entries(0);
        var lambda = row.Index < arguments.RowCount ? arguments.Regularization[row.Index] : 1;
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Product[i] = RowProduct.SharedPart(arguments, stage.Solution, i, lambda);
        for (long offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
        {
            Group.Barrier();
            entries.LookUpPlain(arguments, row.First + offset, row.CountAt(offset), place);
            Group.Barrier();
            stage.Load(arguments, entries, place);
            Group.Barrier();
            entries.WeighResidual(stage, place);
            Group.Barrier();
            stage.AddWeighted(stage.Product, entries, place);
        }

        Group.Barrier();
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Right[i] = stage.Product[i].Scaled(-1);
        Group.Barrier();
    }

    private static bool AllFinite(ArrayView<Float4> vector, int length)
    {
        var finite = true;
        for (var i = 0; i < length; i++) finite = finite && vector[i].IsFinite();
        return finite;
    }

    /// <summary>Writes what became of a row: x, or zeros where there were no plays or no solution.</summary>
    private static void Store(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row, bool solved)
    {
        if (row.Index >= arguments.RowCount) return;
        var isEmpty = row.Length == 0;
        var target = (long)(arguments.FirstTargetRow + row.Index) * arguments.Rank4;
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
            arguments.Target[target + i] = solved && !isEmpty ? stage.Right[i] : Float4.Zero;
        if (place.Lane == 0) arguments.Status[row.Index] = solved || isEmpty ? RowSolveStatus.Solved : RowSolveStatus.Unsolved;
    }
}

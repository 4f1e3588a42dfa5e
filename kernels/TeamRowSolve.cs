using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Gram matrix, Cholesky and both triangular solves of some rows without leaving the chip: the lower triangle of each A stays in
/// the registers of its team from the first play to the last substitution; shared memory holds gathered rows, then a panel.
/// A group runs the same steps for all its teams, so that no barrier depends on the data.
/// </summary>
internal static class TeamRowSolve
{
    // One group some rows, strided over the grid; team = one row; thread = one 8×8 tile of the lower triangle.
    public static void Kernel(RowSolveArguments arguments)
    {
        var rank8 = arguments.Rank4 / 2;
        var length = TeamStage.Length(rank8);
        var place = TeamPlace.Of(arguments.Teams, rank8);

        // Taken as floats: ILGPU writes OpenCL that does not compile for dynamic memory of structs.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var stage = new TeamStage(memory, place.Team * length, rank8);
        var flags = new TeamFlags(memory.SubView(arguments.Teams * length, Float4.Holding(2 * arguments.Teams)).Cast<float>(), arguments.Teams);
        for (var first = Grid.IdxX * arguments.Teams; first < arguments.RowCount; first += Grid.DimX * arguments.Teams)
            SolveRows(arguments, stage, flags, place, TeamRow.Of(arguments, first, place.Team));
    }

    private static void SolveRows(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, in TeamPlace place, in TeamRow row)
    {
        Group.Barrier(); // all have read the flags of the rows before
        if (place.Lane == 0) flags.Clear(place.Team);
        var tile = Build(arguments, stage, place, row);
        if (place.HasTile) tile.Add(arguments.BaseTile8(place.Row, place.Column));
        if (place.IsDiagonal) tile.AddToDiagonal(row.Index < arguments.RowCount ? arguments.Regularization[row.Index] : 1);
        Group.Barrier(); // the right side is whole
        tile = Factor(arguments, stage, flags, tile, place);
        Substitute(arguments, stage, tile, place);
        if (place.Lane == 0 && !AllFinite(stage.Right, arguments.Rank4)) flags.Fail(place.Team);
        Refine(arguments, stage, flags, tile, place, row);
        Store(arguments, stage, place, row, !flags.HasFailed(place.Team));
    }

    /// <summary>Σ gram·y yᵀ and, in the right side, Σ rhs·y.</summary>
    private static Tile8 Build(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Right[i] = Float4.Zero;
        var tile = Tile8.Zero;
        for (long offset = 0; offset < row.Longest; offset += TeamStage.StageRows)
        {
            var count = row.CountAt(offset, TeamStage.StageRows);
            Group.Barrier();
            stage.Load(arguments, row.First + offset, count, place.Lane, place.Lanes);
            Group.Barrier();
            tile = stage.AddTo(tile, place.Row, place.Column);
            stage.AddWeighted(stage.Right, count, place.Lane, place.Lanes);
        }

        return tile;
    }

    /// <summary>A = L Lᵀ and z = L⁻¹ b, one column of tiles after the other; two barriers a column.</summary>
    private static Tile8 Factor(in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, Tile8 tile, in TeamPlace place)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (place.IsDiagonal && place.Row == step)
            {
                if (!tile.Factor()) flags.Fail(place.Team);
                stage.SetDiagonal(tile);
                tile.Forward(stage.Right, step);
            }

            Group.Barrier();
            if (place.HasTile && place.Column == step && place.Row > step)
            {
                tile = stage.SolveBelow(tile);
                stage.SetPanel(place.Row, tile);
                tile.SubtractTimes(stage.Right, place.Row, step);
            }

            Group.Barrier();
            if (place.HasTile && place.Column > step) tile = stage.SubtractPanel(tile, place.Row, place.Column);
        }

        return tile;
    }

    /// <summary>x = L⁻ᵀ z, from the last block of eight to the first.</summary>
    private static void Substitute(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamPlace place)
    {
        for (var step = (arguments.Rank4 / 2) - 1; step >= 0; step--)
        {
            if (place.IsDiagonal && place.Row == step) tile.Backward(stage.Right, step);
            Group.Barrier();
            if (place.HasTile && place.Row == step && place.Column < step) tile.SubtractTransposedTimes(stage.Right, place.Column, step);
            Group.Barrier();
        }
    }

    /// <summary>z = L⁻¹ b, for a right side other than the one that <see cref="Factor"/> took along.</summary>
    private static void ForwardSubstitute(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamPlace place)
    {
        for (var step = 0; step < arguments.Rank4 / 2; step++)
        {
            if (place.IsDiagonal && place.Row == step) tile.Forward(stage.Right, step);
            Group.Barrier();
            if (place.HasTile && place.Column == step && place.Row > step) tile.SubtractTimes(stage.Right, place.Row, step);
            Group.Barrier();
        }
    }

    /// <summary>Corrects x once for the teams whose equation is ill-conditioned.</summary>
    private static void Refine(
        in RowSolveArguments arguments, in TeamStage stage, TeamFlags flags, in Tile8 tile, in TeamPlace place, in TeamRow row)
    {
        var rank8 = arguments.Rank4 / 2;
        if (place.IsDiagonal) stage.Product[place.Row] = Refinement.Spread(tile, arguments.Rank - (Tile8.Width * place.Row));
        Group.Barrier();
        var spread = Refinement.Spread(stage.Product, rank8);
        if (place.Lane == 0 && spread > arguments.LargestCondition) flags.Fail(place.Team);
        if (place.Lane == 0 && spread > arguments.RefinedCondition) flags.AskForRefinement(place.Team);
        Group.Barrier();
        if (!flags.AnyAsksForRefinement()) return;
        Residual(arguments, stage, place, row);
        ForwardSubstitute(arguments, stage, tile, place);
        Substitute(arguments, stage, tile, place);
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
        {
            var refined = stage.Solution[i].Plus(stage.Right[i]);
            stage.Right[i] = spread > arguments.RefinedCondition && refined.IsFinite() ? refined : stage.Solution[i];
        }
    }

    /// <summary>Puts x aside and b - A x in its place, summed from the plays and not from the rounded A.</summary>
    private static void Residual(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Solution[i] = stage.Right[i];
        Group.Barrier();
        var lambda = row.Index < arguments.RowCount ? arguments.Regularization[row.Index] : 1;
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Product[i] = RowProduct.SharedPart(arguments, stage.Solution, i, lambda);
        for (long offset = 0; offset < row.Longest; offset += TeamStage.StageRows)
        {
            var count = row.CountAt(offset, TeamStage.StageRows);
            Group.Barrier();
            stage.Load(arguments, row.First + offset, count, place.Lane, place.Lanes);
            Group.Barrier();
            stage.WeighResidual(count, place.Lane, place.Lanes);
            Group.Barrier();
            stage.AddWeighted(stage.Product, count, place.Lane, place.Lanes);
        }

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

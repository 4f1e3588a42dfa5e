using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// One step of iterative refinement, x += A⁻¹(b - A x) (Wilkinson, 1963), and the test for whether it is needed. A
/// thread reads back only the parts of a vector that it wrote itself, unless there is a barrier in between.
/// </summary>
internal static class Refinement
{
    /// <summary>The largest diagonal element of a tile.</summary>
    /// <param name="tile">A diagonal tile.</param>
    /// <param name="left">Number of rows from the tile's first onwards that are not padding, at least 1.</param>
    public static float Largest(Tile4 tile, int left)
    {
        var largest = tile.R0.X;
        if (left > 1 && tile.R1.Y > largest) largest = tile.R1.Y;
        if (left > 2 && tile.R2.Z > largest) largest = tile.R2.Z;
        if (left > 3 && tile.R3.W > largest) largest = tile.R3.W;
        return largest;
    }

    /// <inheritdoc cref="Largest(Tile4, int)"/>
    public static float Largest(in Tile8 tile, int left)
    {
        var largest = Largest(tile.A, left);
        if (left <= 4) return largest;
        var second = Largest(tile.D, left - 4);
        return second > largest ? second : largest;
    }

    /// <summary>Records the largest element of A in a diagonal tile, before it is factored.</summary>
    public static void RecordDiagonal(
        in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        if (thread.IsDiagonal)
            stage.Product[thread.Row] = new Float4(Largest(tile, arguments.RowsFrom(thread.Row)), 0, 0, 0);
    }

    /// <summary>
    /// Records the largest 1/l of a factored diagonal tile. Both maxima accumulate from the first tile to the last.
    /// </summary>
    public static void RecordFactor(in TeamStage stage, int step, float inverse)
    {
        var largest = stage.Product[step].X;
        if (step > 0)
        {
            var before = stage.Product[step - 1];
            if (before.X > largest) largest = before.X;
            if (before.Y > inverse) inverse = before.Y;
        }

        stage.Product[step] = new Float4(largest, inverse, 0, 0);
    }

    /// <summary>
    /// Decides whether x is a solution and whether it needs a correction. Called by one thread per team.
    /// </summary>
    public static void Judge(in RowSolveArguments arguments, in TeamGroup group, int team)
    {
        if (arguments.Round == SolveRound.LongRowsAgain)
        {
            group.Flags.AskForRefinement(team);
            return;
        }

        var condition = Condition(group.Stage.Product[(arguments.Rank4 / 2) - 1]);
        if (condition > arguments.LargestCondition || !Finite.Is(group.Stage.Sizes[0].X)) group.Flags.Fail(team);
        if (condition > arguments.RefinedCondition) group.Flags.AskForRefinement(team);
    }

    /// <summary>
    /// The largest diagonal element of A ÷ the smallest squared pivot: roughly the condition number, and the factor by
    /// which the rounding error of A has grown at the last pivots.
    /// </summary>
    private static float Condition(Float4 extremes) => extremes.X * extremes.Y * extremes.Y;

    /// <summary>Saves x and replaces it with b - A x, summed from the plays rather than from the rounded A.</summary>
    public static void MakeResidual(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes) stage.Solution[i] = stage.Right[i];
        Group.Barrier();
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
            stage.Product[i] = RowProduct.SharedPart(arguments, stage.Solution, i, arguments.Regularization[row.Index]);
        TeamPlays.AddResidual(arguments, stage, thread, row);
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes) stage.Right[i] = stage.Product[i].Scaled(-1);
        TeamRowSolve.AddRight(arguments, stage, thread, row);
        Group.Barrier();
    }

    /// <summary>Adds the correction to x, for teams that need it and if the sum is finite.</summary>
    public static void Correct(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread)
    {
        var stage = group.Stage;
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
        {
            var refined = stage.Solution[i].Plus(stage.Right[i]);
            stage.Right[i] = group.Flags.AsksForRefinement(thread.Team) && refined.IsFinite()
                ? refined : stage.Solution[i];
        }
    }
}

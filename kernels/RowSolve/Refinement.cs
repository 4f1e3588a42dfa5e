using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The step of iterative refinement, x += A⁻¹(b - A x) (Wilkinson, 1963), and when it is needed. A thread reads again only those
/// parts of a vector that it wrote, or there is a barrier between.
/// </summary>
internal static class Refinement
{
    /// <summary>The largest element of the diagonal of a tile.</summary>
    /// <param name="tile">A tile of the diagonal.</param>
    /// <param name="left">Rows from the tile's first on that are not padding, at least 1.</param>
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

    /// <summary>Notes the largest element of A in a tile of the diagonal, before it is factored.</summary>
    public static void NoteDiagonal(in RowSolveArguments arguments, in TeamStage stage, in Tile8 tile, in TeamThread thread)
    {
        if (thread.IsDiagonal) stage.Product[thread.Row] = new Float4(Largest(tile, arguments.RowsFrom(thread.Row)), 0, 0, 0);
    }

    /// <summary>Notes the largest 1/l of a factored tile of the diagonal: the largest element of A and the largest 1/l run from the first tile to the last.</summary>
    public static void NoteFactor(in TeamStage stage, int step, float inverse)
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

    /// <summary>Says whether x is a solution, and whether it can do with a correction, or is one; one thread of a team.</summary>
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
    /// The largest element of A's diagonal ÷ the smallest squared pivot: about the condition number, and by how much the rounding
    /// of A has grown in what is left of it at the last pivots.
    /// </summary>
    private static float Condition(Float4 noted) => noted.X * noted.Y * noted.Y;

    /// <summary>Puts x aside and b - A x in its place, summed from the plays and not from the rounded A.</summary>
    public static void MakeResidual(in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes) stage.Solution[i] = stage.Right[i];
        Group.Barrier();
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
            stage.Product[i] = RowProduct.SharedPart(arguments, stage.Solution, i, arguments.Regularization[row.Index]);
        TeamPlays.AddResidual(arguments, stage, thread, row);
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes) stage.Right[i] = stage.Product[i].Scaled(-1);
        Group.Barrier();
    }

    /// <summary>Adds to x its correction, for the teams that asked and where the sum is finite.</summary>
    public static void Correct(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread)
    {
        var stage = group.Stage;
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
        {
            var refined = stage.Solution[i].Plus(stage.Right[i]);
            stage.Right[i] = group.Flags.AsksForRefinement(thread.Team) && refined.IsFinite() ? refined : stage.Solution[i];
        }
    }
}

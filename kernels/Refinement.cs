using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What the step of iterative refinement, x += A⁻¹(b - A x) (Wilkinson, 1963), has in common for both row solves. After the
/// factorisation the panel is free: it holds x, the product A x - b, and the spread of each tile's pivots.
/// </summary>
internal static class Refinement
{
    /// <summary>Notes the largest and the smallest 1/l of a factored diagonal tile, without the padding.</summary>
    public static void NotePivots(in RowStage stage, Tile4 tile, int tileRow, int rank)
    {
        var largest = tile.R0.X;
        var smallest = tile.R0.X;
        var left = rank - (4 * tileRow);
        if (left > 1) Widen(tile.R1.Y, ref smallest, ref largest);
        if (left > 2) Widen(tile.R2.Z, ref smallest, ref largest);
        if (left > 3) Widen(tile.R3.W, ref smallest, ref largest);
        stage.Panel[tileRow] = new Float4(smallest, largest, 0, 0);
    }

    /// <summary>Whether rounding of A may show in x: the spread of the pivots is a lower bound of the condition number. All threads say the same.</summary>
    public static bool IsNeeded(in RowStage stage, int rank4, float refinedCondition)
    {
        var smallest = stage.Panel[0].X;
        var largest = stage.Panel[0].Y;
        for (var tile = 1; tile < rank4; tile++)
        {
            var spread = stage.Panel[tile];
            if (spread.X < smallest) smallest = spread.X;
            if (spread.Y > largest) largest = spread.Y;
        }

        return largest * largest > refinedCondition * smallest * smallest;
    }

    /// <summary>Puts x aside and the residual b - A x in its place.</summary>
    public static void Start(in RowSolveArguments arguments, in RowStage stage, int row)
    {
        var rank4 = arguments.Rank4;
        var x = stage.Panel.SubView(0, rank4);
        var product = stage.Panel.SubView(rank4, rank4);
        Group.Barrier(); // all have read the spreads
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) x[i] = stage.Right[i];
        RowProduct.Multiply(arguments, stage, x, product, row, 1);
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) stage.Right[i] = product[i].Scaled(-1);
        Group.Barrier();
    }

    /// <summary>Adds x to its correction where the sum is finite.</summary>
    public static void Finish(in RowStage stage, int rank4)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var refined = stage.Panel[i].Plus(stage.Right[i]);
            stage.Right[i] = refined.IsFinite() ? refined : stage.Panel[i];
        }
    }

    private static void Widen(float inverse, ref float smallest, ref float largest)
    {
        if (inverse < smallest) smallest = inverse;
        if (inverse > largest) largest = inverse;
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What the step of iterative refinement, x += A⁻¹(b - A x) (Wilkinson, 1963), needs. After the
/// factorisation the panel is free: it holds x, the product A x - b, and the spread of each tile's pivots.
/// </summary>
internal static class Refinement
{
    /// <summary>The smallest and the largest 1/l of a factored diagonal tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="left">Rows from the tile's first on that are not padding, at least 1.</param>
    public static Float4 Spread(Tile4 tile, int left)
    {
        var smallest = tile.R0.X;
        var largest = tile.R0.X;
        if (left > 1) Widen(tile.R1.Y, tile.R1.Y, ref smallest, ref largest);
        if (left > 2) Widen(tile.R2.Z, tile.R2.Z, ref smallest, ref largest);
        if (left > 3) Widen(tile.R3.W, tile.R3.W, ref smallest, ref largest);
        return new Float4(smallest, largest, 0, 0);
    }

    /// <inheritdoc cref="Spread(Tile4, int)"/>
    public static Float4 Spread(in Tile8 tile, int left)
    {
        var spread = Spread(tile.A, left);
        if (left <= 4) return spread;
        var second = Spread(tile.D, left - 4);
        var smallest = spread.X;
        var largest = spread.Y;
        Widen(second.X, second.Y, ref smallest, ref largest);
        return new Float4(smallest, largest, 0, 0);
    }

    /// <summary>
    /// The largest ÷ the smallest squared pivot, a lower bound of the condition number: says whether rounding of A shows in x.
    /// All threads say the same.
    /// </summary>
    /// <param name="spreads">[count], of each diagonal tile.</param>
    /// <param name="count">Number of diagonal tiles.</param>
    public static float Spread(ArrayView<Float4> spreads, int count)
    {
        var smallest = spreads[0].X;
        var largest = spreads[0].Y;
        for (var tile = 1; tile < count; tile++) Widen(spreads[tile].X, spreads[tile].Y, ref smallest, ref largest);
        var ratio = largest / smallest;
        return ratio * ratio;
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

    private static void Widen(float low, float high, ref float smallest, ref float largest)
    {
        if (low < smallest) smallest = low;
        if (high > largest) largest = high;
    }
}

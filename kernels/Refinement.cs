using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What the step of iterative refinement, x += A⁻¹(b - A x) (Wilkinson, 1963), needs. After the
/// factorisation the panel is free: it holds x, the product A x - b, and the ends of each tile's diagonal.
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

    /// <summary>
    /// The largest element of A's diagonal ÷ the smallest squared pivot: about the condition number, and by how much the rounding
    /// of A has grown in what is left of it at the last pivots. All threads say the same.
    /// </summary>
    /// <param name="diagonals">[count], of each tile of the diagonal: the largest element of A, and the largest 1/l.</param>
    /// <param name="count">Number of tiles of the diagonal.</param>
    public static float Condition(ArrayView<Float4> diagonals, int count)
    {
        float largest = 0;
        float inverse = 0;
        for (var tile = 0; tile < count; tile++)
        {
            if (diagonals[tile].X > largest) largest = diagonals[tile].X;
            if (diagonals[tile].Y > inverse) inverse = diagonals[tile].Y;
        }

        return largest * inverse * inverse;
    }

    /// <summary>Puts x aside and the residual b - A x in its place.</summary>
    public static void Start(in RowSolveArguments arguments, in RowStage stage, int row)
    {
        var rank4 = arguments.Rank4;
        var x = stage.Panel.SubView(0, rank4);
        var product = stage.Panel.SubView(rank4, rank4);
        Group.Barrier(); // all have read the diagonals
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
}

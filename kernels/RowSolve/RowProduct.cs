using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Multiplies the matrix of a row's equation by a vector, straight from the plays: the matrix is neither formed nor
/// rounded.
/// </summary>
internal static class RowProduct
{
    /// <summary>
    /// product = A p - right·b, with A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y and b = Σ rhs·y plus what is
    /// added to the right side. The group must have at least as many threads as the stage has rows.
    /// </summary>
    /// <param name="arguments">The plays, y and the matrix shared by all rows.</param>
    /// <param name="stage">Receives the gathered rows of y.</param>
    /// <param name="p">[rank4], in shared memory.</param>
    /// <param name="product">[rank4], in shared memory; a thread later reads only the elements it wrote itself.</param>
    /// <param name="task">The row.</param>
    /// <param name="right">1 to subtract the right side, 0 not to.</param>
    public static void Multiply(
        in RowSolveArguments arguments, in RowStage stage, ArrayView<Float4> p, ArrayView<Float4> product,
        in RowTask task, float right)
    {
        var rank4 = arguments.Rank4;

        // By the first product, which also subtracted the right side.
        var isStaged = right == 0 && task.Length <= arguments.StageRows;
        Group.Barrier();
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
            product[i] = SharedPart(arguments, p, i, arguments.Regularization[task.Row]);
        for (var i = Group.IdxX; right * arguments.HasRight != 0 && i < rank4; i += Group.DimX)
            product[i] = product[i].Plus(arguments.Right[((long)task.Row * rank4) + i].Scaled(-1));
        var end = task.First + task.Length;
        for (var start = task.First; start < end; start += arguments.StageRows)
        {
            var count = (int)(end - start < arguments.StageRows ? end - start : arguments.StageRows);
            if (!isStaged) stage.Load(arguments, start, count);
            if (Group.IdxX < count)
            {
                var weight = stage.GramWeights[Group.IdxX] * RowDot(stage, p, rank4);
                stage.RhsWeights[Group.IdxX] = weight - (right * stage.RhsWeights[Group.IdxX]);
            }

            Group.Barrier();
            stage.AddWeighted(product, rank4, count);
        }
    }

    /// <summary>Four factors of (α₀·YᵀY) p + λ p.</summary>
    public static Float4 SharedPart(in RowSolveArguments arguments, ArrayView<Float4> p, int i, float lambda)
    {
        var rank4 = arguments.Rank4;
        var sum = p[i].Scaled(lambda);

        // The matrix is symmetric: reading its rows as columns lets neighbouring threads read neighbouring elements.
        // Two parts of p per iteration, so that eight loads are in flight at a time.
        for (var j = 0; j < rank4; j += 2)
            sum = sum.Plus(FourColumns(arguments, p[j], j, i)).Plus(FourColumns(arguments, p[j + 1], j + 1, i));
        return sum;
    }

    /// <summary>Four factors of (α₀·YᵀY) p, over four columns.</summary>
    private static Float4 FourColumns(in RowSolveArguments arguments, Float4 factors, int j, int i)
    {
        var index = (4 * j * arguments.Rank4) + i;
        var (a, b) = (arguments.BaseMatrix[index], arguments.BaseMatrix[index + arguments.Rank4]);
        var (c, d) = (
            arguments.BaseMatrix[index + (2 * arguments.Rank4)], arguments.BaseMatrix[index + (3 * arguments.Rank4)]);
        return a.Scaled(factors.X).Plus(b.Scaled(factors.Y)).Plus(c.Scaled(factors.Z)).Plus(d.Scaled(factors.W));
    }

    /// <summary>p·y for this thread's staged row.</summary>
    private static float RowDot(in RowStage stage, ArrayView<Float4> p, int rank4)
    {
        float dot = 0;
        for (var i = 0; i < rank4; i++) dot += stage.Rows[(Group.IdxX * (rank4 + 1)) + i].Dot(p[i]);
        return dot;
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the loss kernel takes.</summary>
public struct LossArguments
{
    /// <summary>[rows + 1].</summary>
    public ArrayView<long> Indptr;

    /// <summary>[entries], columns.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf.</summary>
    public ArrayView<float> Values;

    /// <summary>x, [rows, rank4].</summary>
    public ArrayView<Float4> RowFactors;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> ColumnFactors;

    /// <summary>[groups], the sum of each group.</summary>
    public ArrayView<double> Partials;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| for the weight on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value for the weight on the right side.</summary>
    public float RhsOffset;
}

/// <summary>What the kernel of the weighted squared norm takes.</summary>
public struct NormArguments
{
    /// <summary>[rows, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[rows].</summary>
    public ArrayView<float> Weights;

    /// <summary>[groups], the sum of each group.</summary>
    public ArrayView<double> Partials;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;
}

/// <summary>Sums over rows, in fp64; which thread adds what is fixed by the launch, so the sum has the same bits each time.</summary>
internal static class LossKernels
{
    /// <summary>Threads of a group: the width of the tree that adds their sums.</summary>
    public const int GroupSize = 128;

    // One group some rows, strided over the grid; thread = every 128th play of a row.
    public static void Plays(LossArguments arguments)
    {
        double sum = 0;
        for (var row = Grid.IdxX; row < arguments.RowCount; row += Grid.DimX)
        {
            var x = arguments.RowFactors.SubView((long)row * arguments.Rank4, arguments.Rank4);
            for (var entry = arguments.Indptr[row] + Group.IdxX; entry < arguments.Indptr[row + 1]; entry += Group.DimX)
                sum += Term(arguments, x, entry);
        }

        StoreGroupSum(sum, arguments.Partials);
    }

    // Thread = some rows, strided over the grid.
    public static void SquaredNorm(NormArguments arguments)
    {
        double sum = 0;
        for (long row = ((long)Grid.IdxX * Group.DimX) + Group.IdxX; row < arguments.Weights.Length; row += (long)Grid.DimX * Group.DimX)
        {
            var x = arguments.Factors.SubView(row * arguments.Rank4, arguments.Rank4);
            sum += (double)arguments.Weights[row] * Dot(x, x, arguments.Rank4);
        }

        StoreGroupSum(sum, arguments.Partials);
    }

    private static double Term(in LossArguments arguments, ArrayView<Float4> x, long entry)
    {
        var value = arguments.Values[entry];
        double gram = (value < 0 ? -value : value) + arguments.GramOffset;
        double rhs = value > 0 ? value + arguments.RhsOffset : 0;
        var y = arguments.ColumnFactors.SubView((long)arguments.Indices[entry] * arguments.Rank4, arguments.Rank4);
        double score = Dot(x, y, arguments.Rank4);
        return (rhs * (1 - score) * (1 - score)) + ((gram - rhs) * score * score);
    }

    private static float Dot(ArrayView<Float4> x, ArrayView<Float4> y, int rank4)
    {
        var sums = Float4.Zero;
        for (var i = 0; i < rank4; i++)
        {
            var a = x[i];
            var b = y[i];
            sums = new Float4((a.X * b.X) + sums.X, (a.Y * b.Y) + sums.Y, (a.Z * b.Z) + sums.Z, (a.W * b.W) + sums.W);
        }

        return sums.X + sums.Y + (sums.Z + sums.W);
    }

    private static void StoreGroupSum(double sum, ArrayView<double> partials)
    {
        var sums = SharedMemory.Allocate1D<double>(GroupSize);
        sums[Group.IdxX] = sum;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) sums[Group.IdxX] = sums[Group.IdxX] + sums[Group.IdxX + half];
            Group.Barrier();
        }

        if (Group.IdxX == 0) partials[Grid.IdxX] = sums[0];
    }
}

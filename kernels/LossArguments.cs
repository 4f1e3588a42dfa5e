using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the kernels of the plays' loss take.</summary>
public struct LossArguments
{
    /// <summary>[rows + 1].</summary>
    public ArrayView<long> Indptr;

    /// <summary>[entries], columns.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf, or ratings.</summary>
    public ArrayView<float> Values;

    /// <summary>x, [rows, rank4].</summary>
    public ArrayView<Float4> RowFactors;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> ColumnFactors;

    /// <summary>[rows], the sum of each row.</summary>
    public ArrayView<double> RowSums;

    /// <summary>[windows], sums of the segments of long rows: each where the window of entries is in which it begins.</summary>
    public ArrayView<double> SegmentSums;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| for the weight on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value for the weight on the right side.</summary>
    public float RhsOffset;

    /// <summary>Whether values are ratings; 1 where they are.</summary>
    public int IsExplicit;
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

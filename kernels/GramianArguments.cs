using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the Gramian kernels take.</summary>
public struct GramianArguments
{
    /// <summary>[all rows, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[groups, teams, 16, tiles], partial sums of 8×8 tiles, four columns of a row each.</summary>
    public ArrayView<Double4> Partials;

    /// <summary>[4·rank4, 4·rank4], both triangles.</summary>
    public ArrayView<double> Gramian;

    /// <summary>First row of the sum.</summary>
    public int FirstRow;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Rows of a group.</summary>
    public int SliceRows;

    /// <summary>Number of partial sums: groups times teams.</summary>
    public int SliceCount;

    /// <summary>Teams of a group, 16 of the staged rows each.</summary>
    public int Teams;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;
}

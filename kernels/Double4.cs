namespace GpuAls.Kernels;

/// <summary>Four sums in fp64.</summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public readonly struct Double4(double x, double y, double z, double w)
{
    /// <summary>First.</summary>
    public readonly double X = x;

    /// <summary>Second.</summary>
    public readonly double Y = y;

    /// <summary>Third.</summary>
    public readonly double Z = z;

    /// <summary>Fourth.</summary>
    public readonly double W = w;
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What a warp sums of a row's lower triangle, cut into blocks of 64×64: a block of the diagonal, or the left or the right half of one below it.
/// That makes as many jobs as a full square has blocks.
/// </summary>
internal struct TensorJob
{
    /// <summary>Factors along a block.</summary>
    public const int Width = 64;

    /// <summary>Whether it is a block of the diagonal.</summary>
    public bool IsDiagonal;

    /// <summary>The first factor of its rows, and of its columns.</summary>
    public int FirstRow, FirstColumn;

    /// <summary>The lane as fragments know it: 4·<see cref="G"/> + <see cref="Q"/>.</summary>
    public int G, Q;

    /// <summary>Blocks along the diagonal.</summary>
    public static int Blocks(int rank4) => ((Float4.Width * rank4) + Width - 1) / Width;

    /// <summary>Jobs of a row.</summary>
    public static int Count(int rank4) => Blocks(rank4) * Blocks(rank4);

    public static TensorJob Of(int number, int rank4)
    {
        var blocks = Blocks(rank4);
        var a = number / blocks;
        var b = number - (a * blocks);
        var half = b > a ? Width / 2 : 0;
        return new TensorJob
        {
            IsDiagonal = a == b,
            FirstRow = Width * (a > b ? a : b),
            FirstColumn = (Width * (a > b ? b : a)) + half,
            G = Warp.LaneIdx / 4,
            Q = Warp.LaneIdx & 3,
        };
    }
}

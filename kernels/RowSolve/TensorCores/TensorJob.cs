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

/// <summary>Where a lane's sums of a square stand in the triangle: four columns of two rows of a tile.</summary>
internal struct SquarePosition
{
    private int _tileRow, _tileColumn, _line;

    /// <param name="job">The block.</param>
    /// <param name="row">Of the square within the block.</param>
    /// <param name="column">Of the square within the block.</param>
    public static SquarePosition Of(in TensorJob job, int row, int column)
    {
        var right = job.Q & 1;
        var below = (job.G / 2) & 1;
        return new SquarePosition
        {
            _tileRow = (job.FirstRow / Tile8.Width) + (2 * row) + (job.G / 4),
            _tileColumn = (job.FirstColumn / Tile8.Width) + (2 * column) + (job.Q / 2),
            _line = (8 * right) + (4 * below) + (2 * (job.G & 1)),
        };
    }

    /// <summary>Writes the sums where they are of the lower triangle.</summary>
    public readonly void Store((Float4 First, Float4 Second) rows, in SegmentSums sums, int segment, int rank8)
    {
        if (_tileRow >= rank8 || _tileRow < _tileColumn) return;
        sums.StoreLine(segment, _line, _tileRow, _tileColumn, rows.First);
        sums.StoreLine(segment, _line + 1, _tileRow, _tileColumn, rows.Second);
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The part of a row's lower triangle that a warp sums. The triangle is split into 64×64 blocks; a job is a diagonal
/// block, or the left or right half of a block below the diagonal. That makes as many jobs as the full square has
/// blocks.
/// </summary>
internal struct TensorJob
{
    /// <summary>Rows and columns of a block.</summary>
    public const int Width = 64;

    /// <summary>Whether it is a diagonal block.</summary>
    public bool IsDiagonal;

    /// <summary>Its first row and first column, as factors.</summary>
    public int FirstRow, FirstColumn;

    /// <summary>The lane, split as in the fragments: 4·<see cref="G"/> + <see cref="Q"/>.</summary>
    public int G, Q;

    /// <summary>Blocks along the diagonal.</summary>
    public static int Blocks(int rank4) => ((Float4.Width * rank4) + Width - 1) / Width;

    /// <summary>Jobs per row.</summary>
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

/// <summary>Position in the triangle of a lane's sums of a square: four columns of two rows of a tile.</summary>
internal struct SquarePosition
{
    private int _tileRow, _tileColumn, _line;

    /// <param name="job">The block.</param>
    /// <param name="row">Row of the square within the block.</param>
    /// <param name="column">Column of the square within the block.</param>
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

    /// <summary>Writes the sums if they are in the lower triangle.</summary>
    public readonly void Store((Float4 First, Float4 Second) rows, in SegmentSums sums, int segment, int rank8)
    {
        if (_tileRow >= rank8 || _tileRow < _tileColumn) return;
        sums.StoreLine(segment, _line, _tileRow, _tileColumn, rows.First);
        sums.StoreLine(segment, _line + 1, _tileRow, _tileColumn, rows.Second);
    }
}

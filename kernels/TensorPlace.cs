namespace GpuAls.Kernels;

/// <summary>Where a lane's sums of a square stand in the triangle: four columns of two rows of a tile.</summary>
internal struct TensorPlace
{
    private int _tileRow, _tileColumn, _line;

    /// <param name="job">The block.</param>
    /// <param name="row">Of the square within the block.</param>
    /// <param name="column">Of the square within the block.</param>
    public static TensorPlace Of(in TensorJob job, int row, int column)
    {
        var right = job.Q & 1;
        var below = (job.G / 2) & 1;
        return new TensorPlace
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

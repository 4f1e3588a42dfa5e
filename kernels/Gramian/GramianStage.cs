using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Rows of a matrix in shared memory, in two planes: for every eight factors, one plane holds the first four of eight
/// rows and the other the last four. The stride is nine and the planes are four banks apart, so that eight lanes access
/// eight different 16-byte banks.
/// </summary>
/// <param name="memory">[teams, 2 halves, <see cref="HalfLength"/>].</param>
/// <param name="rank8">Tiles along the diagonal.</param>
internal readonly struct GramianStage(ArrayView<Float4> memory, int rank8)
{
    /// <summary>Rows per team, in two halves.</summary>
    public const int TeamRows = 16;

    private const int HalfRows = 8;
    private const int Stride = HalfRows + 1;
    private const int Banks = 8;

    private readonly ArrayView<Float4> _memory = memory;
    private readonly int _planeStride = PlaneStride(rank8);

    /// <summary>Float4s that hold eight rows.</summary>
    public static int HalfLength(int rank8) => 2 * PlaneStride(rank8);

    /// <summary>
    /// Loads some factors of rows, with zeros after the last row and the last factor; thread = the same Float4 of every
    /// step-th row.
    /// </summary>
    /// <param name="arguments">The factors.</param>
    /// <param name="start">The first row.</param>
    /// <param name="end">End of the rows (exclusive).</param>
    /// <param name="first4">The first Float4 of each row.</param>
    /// <param name="width4">Float4s of each row.</param>
    public void Load(in GramianArguments arguments, int start, int end, int first4, int width4)
    {
        var step = Group.DimX / width4;
        var part = Group.IdxX % width4;
        var first = Group.IdxX / width4;
        var target = ((part & 1) * _planeStride) + (part / 2 * Stride);
        var source = ((long)start * arguments.Rank4) + first4 + part;
        var count = first < step ? arguments.Teams * TeamRows : 0;
        if (first4 + part >= arguments.Rank4) end = start;
        for (var row = first; row < count; row += step)
        {
            var value = Float4.Zero;
            if (start + row < end) value = arguments.Factors[source + ((long)row * arguments.Rank4)];
            _memory[target + (row / HalfRows * 2 * _planeStride) + (row % HalfRows)] = value;
        }
    }

    /// <summary>
    /// Σ y yᵀ over the rows of a team, for the 8×8 tile whose rows are in this stage and whose columns are in another
    /// of the same size.
    /// </summary>
    public Tile8 Tile(int team, int row, in GramianStage columns, int column)
    {
        var first = team * 4 * _planeStride;
        return Add(Add(Tile8.Zero, first, row, columns, column), first + (2 * _planeStride), row, columns, column);
    }

    private Tile8 Add(Tile8 tile, int first, int row, in GramianStage columns, int column)
    {
        tile.AddOuter(
            At(first, row), At(first + _planeStride, row),
            columns.At(first, column), columns.At(first + _planeStride, column));
        return tile;
    }

    private Float4x8 At(int first, int eight) => Float4x8.At(_memory, first + (eight * Stride));

    /// <summary>The smallest length that holds eight rows and is congruent to four modulo eight.</summary>
    private static int PlaneStride(int rank8) => (((rank8 * Stride) + (Banks / 2) - 1) / Banks * Banks) + (Banks / 2);
}

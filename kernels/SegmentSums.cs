using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What the segments of long rows add to A and b, in global memory: [segments, 16·tiles + rank4] Float4s, of each segment its
/// tiles, quarter by quarter so that threads next to each other write side by side, and its part of the right side.
/// </summary>
/// <param name="memory">All segments.</param>
/// <param name="tiles">Tiles of the lower triangle.</param>
/// <param name="rank4">Float4s in a row.</param>
internal readonly struct SegmentSums(ArrayView<Float4> memory, int tiles, int rank4)
{
    private readonly ArrayView<Float4> _memory = memory;
    private readonly int _tiles = tiles;
    private readonly int _rank4 = rank4;

    /// <summary>Float4s of a segment.</summary>
    public static int Length(int rank4) => (16 * TriangleIndex.Count(rank4 / 2)) + rank4;

    public static SegmentSums Of(in RowSolveArguments arguments) => new(arguments.Sums, TriangleIndex.Count(arguments.Rank4 / 2), arguments.Rank4);

    public void Store(long segment, int number, in Tile8 tile)
    {
        Store(segment, 0, number, tile.A);
        Store(segment, 4, number, tile.B);
        Store(segment, 8, number, tile.C);
        Store(segment, 12, number, tile.D);
    }

    /// <summary>tile + the sum of some segments, in their order; one half of the tile after the other, since a whole one more would not fit the registers.</summary>
    public Tile8 AddTo(Tile8 tile, long first, int count, int number)
    {
        for (var segment = first; segment < first + count; segment++)
        {
            var place = Place(segment, 0, number);
            tile.A.Add(Load(ref place));
            tile.B.Add(Load(ref place));
        }

        for (var segment = first; segment < first + count; segment++)
        {
            var place = Place(segment, 8, number);
            tile.C.Add(Load(ref place));
            tile.D.Add(Load(ref place));
        }

        return tile;
    }

    public void StoreRight(long segment, int part, Float4 value) => _memory[RightPlace(segment, part)] = value;

    /// <summary>Writes two factors of a right side.</summary>
    public void StoreRightPair(long segment, int pair, Float2 value) => _memory.Cast<Float2>()[(2 * RightPlace(segment, 0)) + pair] = value;

    /// <summary>Writes one line of a tile: four columns of a row.</summary>
    public void StoreLine(long segment, int line, int row, int column, Float4 value)
    {
        var rank8 = _rank4 / 2;
        _memory[Place(segment, line, _tiles - TriangleIndex.Count(rank8 - column) + row - column)] = value;
    }

    /// <summary>Four factors of the sum of the right sides of some segments, in their order.</summary>
    public Float4 Right(long first, int count, int part)
    {
        var sum = Float4.Zero;
        for (var segment = first; segment < first + count; segment++) sum = sum.Plus(_memory[RightPlace(segment, part)]);
        return sum;
    }

    private void Store(long segment, int quarter, int number, Tile4 tile)
    {
        _memory[Place(segment, quarter, number)] = tile.R0;
        _memory[Place(segment, quarter + 1, number)] = tile.R1;
        _memory[Place(segment, quarter + 2, number)] = tile.R2;
        _memory[Place(segment, quarter + 3, number)] = tile.R3;
    }

    /// <summary>Four lines of a tile from a place on, which goes on to the next: multiples of a line's length would be kept in registers.</summary>
    private Tile4 Load(ref long place) => new() { R0 = LoadLine(ref place), R1 = LoadLine(ref place), R2 = LoadLine(ref place), R3 = LoadLine(ref place) };

    private Float4 LoadLine(ref long place)
    {
        var line = _memory[place];
        place += _tiles;
        return line;
    }

    private long Place(long segment, int line, int number) => (segment * ((16 * _tiles) + _rank4)) + (line * _tiles) + number;

    private long RightPlace(long segment, int part) => (segment * ((16 * _tiles) + _rank4)) + (16 * _tiles) + part;
}

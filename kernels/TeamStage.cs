using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of one team, in Float4s. Rows of y and the panel of the factorisation share a place, since they are not
/// needed at the same time. Low and high halves of tiles stand apart, and teams at a distance of 8 ÷ teams modulo 8, so that
/// the eight lanes that are served together meet different banks.
/// </summary>
internal struct TeamStage
{
    private const int PartsOfTile = 16;
    private const int Banks = 8;

    /// <summary>[stageRows, 2, rank8], gathered rows of y: low halves, then high halves.</summary>
    private ArrayView<Float4> _rows;

    /// <summary>[16, rank8]: the rows of each tile of the panel, in the order of A, B, C and D.</summary>
    private ArrayView<Float4> _panel;

    /// <summary>[16], the factored diagonal tile.</summary>
    private ArrayView<Float4> _diagonal;

    /// <summary>[rank4], b, then z, then x.</summary>
    public ArrayView<Float4> Right;

    /// <summary>[rank4], x while it is refined.</summary>
    public ArrayView<Float4> Solution;

    /// <summary>[rank4], A x - b while x is refined; before that the spread of each tile's pivots.</summary>
    public ArrayView<Float4> Product;

    private ArrayView<float> _gramWeights;
    private ArrayView<float> _rhsWeights;

    /// <summary>[rank8], traces of the diagonal tiles.</summary>
    public ArrayView<float> Traces;

    private int _rank8;

    /// <summary>Float4s of a team.</summary>
    public static int Length(int stageRows, int rank8, int teams)
    {
        var rows = stageRows * 2 * rank8;
        var panel = PartsOfTile * rank8;
        var length = (rows > panel ? rows : panel) + PartsOfTile + (6 * rank8) + (stageRows / 2) + Float4.Holding(rank8);
        var wanted = teams >= Banks ? 1 : Banks / teams % Banks;
        return length + ((wanted - length) & (Banks - 1));
    }

    public static TeamStage Of(ArrayView<Float4> memory, int stageRows, int rank8)
    {
        var rows = stageRows * 2 * rank8;
        var panel = PartsOfTile * rank8;
        var diagonal = rows > panel ? rows : panel;
        var right = diagonal + PartsOfTile;
        var weights = right + (6 * rank8);
        var traces = weights + (stageRows / 2);
        return new TeamStage
        {
            _rows = memory.SubView(0, rows),
            _panel = memory.SubView(0, panel),
            _diagonal = memory.SubView(diagonal, PartsOfTile),
            Right = memory.SubView(right, 2 * rank8),
            Solution = memory.SubView(right + (2 * rank8), 2 * rank8),
            Product = memory.SubView(right + (4 * rank8), 2 * rank8),
            _gramWeights = memory.SubView(weights, stageRows / 4).Cast<float>(),
            _rhsWeights = memory.SubView(weights + (stageRows / 4), stageRows / 4).Cast<float>(),
            Traces = memory.SubView(traces, Float4.Holding(rank8)).Cast<float>(),
            _rank8 = rank8,
        };
    }

    /// <summary>The team gathers entries first .. first + count - 1 of y, and zeros up to a multiple of four. The caller puts barriers around it.</summary>
    public readonly void Load(in RowSolveArguments arguments, long first, int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        var padded = (count + 3) & ~3;
        for (var i = lane; i < padded * rank4; i += lanes)
        {
            var entry = i / rank4;
            var part = i - (entry * rank4);
            var place = (entry * rank4) + ((part & 1) * _rank8) + (part >> 1);
            _rows[place] = entry < count ? arguments.Fixed[((long)arguments.Indices[first + entry] * rank4) + part] : Float4.Zero;
        }

        for (var entry = lane; entry < padded; entry += lanes)
        {
            var value = entry < count ? arguments.Values[first + entry] : 0;
            var gram = (value < 0 ? -value : value) + arguments.GramOffset;
            _gramWeights[entry] = entry < count ? gram : 0;
            _rhsWeights[entry] = value > 0 ? value + arguments.RhsOffset : 0;
        }
    }

    /// <summary>acc += Σ gram·y yᵀ over the staged entries, for the tile at (row, column); four entries a turn, since ILGPU does not unroll.</summary>
    public readonly Tile8 AddTo(Tile8 tile, int count, int row, int column)
    {
        for (var entry = 0; entry < count; entry += 4)
        {
            AddEntry(ref tile, entry, row, column);
            AddEntry(ref tile, entry + 1, row, column);
            AddEntry(ref tile, entry + 2, row, column);
            AddEntry(ref tile, entry + 3, row, column);
        }

        return tile;
    }

    /// <summary>target += Σ weight·y over the staged entries, with the weights of the right side; lane = four factors.</summary>
    public readonly void AddWeighted(ArrayView<Float4> target, int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        for (var i = lane; i < rank4; i += lanes)
        {
            var place = ((i & 1) * _rank8) + (i >> 1);
            var sum = target[i];
            for (var entry = 0; entry < count; entry++) sum = sum.Plus(_rows[(entry * rank4) + place].Scaled(_rhsWeights[entry]));
            target[i] = sum;
        }
    }

    /// <summary>Weights of the right side become gram·(y·x) - rhs, the part of A x - b that runs along y; lane = one staged entry.</summary>
    public readonly void WeighResidual(int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        for (var entry = lane; entry < count; entry += lanes)
        {
            float dot = 0;
            for (var i = 0; i < rank4; i++) dot += _rows[(entry * rank4) + ((i & 1) * _rank8) + (i >> 1)].Dot(Solution[i]);
            _rhsWeights[entry] = (_gramWeights[entry] * dot) - _rhsWeights[entry];
        }
    }

    public readonly void SetDiagonal(in Tile8 tile)
    {
        SetQuarter(_diagonal, 1, 0, 0, tile.A);
        SetQuarter(_diagonal, 1, 0, 1, tile.B);
        SetQuarter(_diagonal, 1, 0, 3, tile.D);
    }

    public readonly void SetPanel(int row, in Tile8 tile)
    {
        SetQuarter(_panel, _rank8, row, 0, tile.A);
        SetQuarter(_panel, _rank8, row, 1, tile.B);
        SetQuarter(_panel, _rank8, row, 2, tile.C);
        SetQuarter(_panel, _rank8, row, 3, tile.D);
    }

    /// <summary>X with X·Lᵀ = tile, for a tile below the factored diagonal tile L.</summary>
    public readonly Tile8 SolveBelow(Tile8 tile)
    {
        var first = Quarter(_diagonal, 1, 0, 0);
        tile.A = TileCholesky.SolveBelow(tile.A, first);
        tile.B = TileCholesky.SolveBelow(tile.B, first);
        var below = Quarter(_diagonal, 1, 0, 1);
        tile.C.SubtractProduct(tile.A, below);
        tile.D.SubtractProduct(tile.B, below);
        var second = Quarter(_diagonal, 1, 0, 3);
        tile.C = TileCholesky.SolveBelow(tile.C, second);
        tile.D = TileCholesky.SolveBelow(tile.D, second);
        return tile;
    }

    /// <summary>tile - P Qᵀ for the panel's tiles P at a row and Q at a column; a quarter of the panel is in registers at a time.</summary>
    public readonly Tile8 SubtractPanel(Tile8 tile, int row, int column)
    {
        tile.A = Subtract(tile.A, row, 0, column, 0);
        tile.B = Subtract(tile.B, row, 1, column, 0);
        tile.C = Subtract(tile.C, row, 0, column, 1);
        tile.D = Subtract(tile.D, row, 1, column, 1);
        return tile;
    }

    private readonly void AddEntry(ref Tile8 tile, int entry, int row, int column)
    {
        var place = entry * 2 * _rank8;
        var weight = _gramWeights[entry];
        tile.AddOuter(
            _rows[place + row].Scaled(weight), _rows[place + _rank8 + row].Scaled(weight), _rows[place + column], _rows[place + _rank8 + column]);
    }

    /// <param name="quarter">The quarter.</param>
    /// <param name="row">Row of P.</param>
    /// <param name="rowHalf">0: quarters A and C of P, 1: B and D.</param>
    /// <param name="column">Row of Q.</param>
    /// <param name="columnHalf">0: quarters A and C of Q, 1: B and D.</param>
    private readonly Tile4 Subtract(Tile4 quarter, int row, int rowHalf, int column, int columnHalf)
    {
        quarter.SubtractProduct(Quarter(_panel, _rank8, row, rowHalf), Quarter(_panel, _rank8, column, columnHalf));
        quarter.SubtractProduct(Quarter(_panel, _rank8, row, rowHalf + 2), Quarter(_panel, _rank8, column, columnHalf + 2));
        return quarter;
    }

    private static Tile4 Quarter(ArrayView<Float4> tiles, int stride, int tile, int quarter)
    {
        var place = (4 * quarter * stride) + tile;
        return new Tile4 { R0 = tiles[place], R1 = tiles[place + stride], R2 = tiles[place + (2 * stride)], R3 = tiles[place + (3 * stride)] };
    }

    private static void SetQuarter(ArrayView<Float4> tiles, int stride, int tile, int quarter, Tile4 value)
    {
        var place = (4 * quarter * stride) + tile;
        tiles[place] = value.R0;
        tiles[place + stride] = value.R1;
        tiles[place + (2 * stride)] = value.R2;
        tiles[place + (3 * stride)] = value.R3;
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of one team, in Float4s. Rows of y and the panel of the factorisation share a place, since they are not
/// needed at the same time. Teams stand at an odd distance, and so do tiles of the panel: the eight lanes that are served
/// together meet different banks.
/// </summary>
internal readonly struct TeamStage
{
    /// <summary>Rows of y that a team stages at a time: as many as fit in the place of the panel.</summary>
    public const int StageRows = 8;

    private const int PartsOfTile = 16;
    private const int PanelStride = PartsOfTile + 1;

    // Offsets rather than views: a view costs four registers, and 64 are taken by the tile.
    private readonly ArrayView<Float4> _memory;
    private readonly int _rank8;
    private readonly int _rows;
    private readonly int _diagonal;
    private readonly int _right;

    /// <param name="memory">The shared memory of the group.</param>
    /// <param name="first">Where the part of the team begins, in Float4s.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public TeamStage(ArrayView<Float4> memory, int first, int rank8)
    {
        _memory = memory;
        _rank8 = rank8;
        _rows = first;
        _diagonal = first + RowsOrPanel(rank8);
        _right = _diagonal + PartsOfTile;
    }

    /// <summary>[rank4], b, then z, then x.</summary>
    public ArrayView<Float4> Right => _memory.SubView(_right, 2 * _rank8);

    /// <summary>[rank4], x while it is refined.</summary>
    public ArrayView<Float4> Solution => _memory.SubView(_right + (2 * _rank8), 2 * _rank8);

    /// <summary>[rank4], A x - b while x is refined; before that the spread of each tile's pivots, and their traces.</summary>
    public ArrayView<Float4> Product => _memory.SubView(_right + (4 * _rank8), 2 * _rank8);

    // Cut out before it is cast: a cast of the whole memory back to the type it was taken as gives OpenCL code that reads old values.
    private ArrayView<float> Weights => _memory.SubView(_right + (6 * _rank8), StageRows / 2).Cast<float>();

    /// <summary>Float4s of a team.</summary>
    public static int Length(int rank8)
    {
        var length = RowsOrPanel(rank8) + PartsOfTile + (6 * rank8) + (StageRows / 2);
        return length | 1;
    }

    /// <summary>Gathered rows of y, [8, rank4]; or the panel, [rank8, 17], each tile with its rows in the order of A, B, C and D.</summary>
    private static int RowsOrPanel(int rank8)
    {
        var rows = StageRows * 2 * rank8;
        var panel = PanelStride * rank8;
        return rows > panel ? rows : panel;
    }

    /// <summary>The team gathers entries first .. first + count - 1 of y, and zeros in the other places. The caller puts barriers around it.</summary>
    public void Load(in RowSolveArguments arguments, long first, int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        for (var i = lane; i < StageRows * rank4; i += lanes)
        {
            var entry = i / rank4;
            var part = i - (entry * rank4);
            _memory[_rows + i] = entry < count ? arguments.Fixed[((long)arguments.Indices[first + entry] * rank4) + part] : Float4.Zero;
        }

        for (var entry = lane; entry < StageRows; entry += lanes)
        {
            var value = entry < count ? arguments.Values[first + entry] : 0;
            var gram = (value < 0 ? -value : value) + arguments.GramOffset;
            Weights[entry] = entry < count ? gram : 0;
            Weights[StageRows + entry] = value > 0 ? value + arguments.RhsOffset : 0;
        }
    }

    /// <summary>
    /// acc += Σ gram·y yᵀ over the staged entries, for the tile at (row, column). All eight in one run, since ILGPU does not unroll
    /// loops and copies what a loop carries at each turn; entries that are not there are zeros.
    /// </summary>
    public Tile8 AddTo(Tile8 tile, int row, int column)
    {
        var step = 2 * _rank8;
        var rowPlace = _rows + (2 * row);
        var columnPlace = _rows + (2 * column);
        AddEntry(ref tile, rowPlace, columnPlace, 0);
        AddEntry(ref tile, rowPlace + step, columnPlace + step, 1);
        AddEntry(ref tile, rowPlace + (2 * step), columnPlace + (2 * step), 2);
        AddEntry(ref tile, rowPlace + (3 * step), columnPlace + (3 * step), 3);
        AddEntry(ref tile, rowPlace + (4 * step), columnPlace + (4 * step), 4);
        AddEntry(ref tile, rowPlace + (5 * step), columnPlace + (5 * step), 5);
        AddEntry(ref tile, rowPlace + (6 * step), columnPlace + (6 * step), 6);
        AddEntry(ref tile, rowPlace + (7 * step), columnPlace + (7 * step), 7);
        return tile;
    }

    /// <summary>target += Σ weight·y over the staged entries, with the weights of the right side; lane = four factors.</summary>
    public void AddWeighted(ArrayView<Float4> target, int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        for (var i = lane; i < rank4; i += lanes)
        {
            var sum = target[i];
            for (var entry = 0; entry < count; entry++) sum = sum.Plus(_memory[_rows + (entry * rank4) + i].Scaled(Weights[StageRows + entry]));
            target[i] = sum;
        }
    }

    /// <summary>Weights of the right side become gram·(y·x) - rhs, the part of A x - b that runs along y; lane = one staged entry.</summary>
    public void WeighResidual(int count, int lane, int lanes)
    {
        var rank4 = 2 * _rank8;
        for (var entry = lane; entry < count; entry += lanes)
        {
            float dot = 0;
            for (var i = 0; i < rank4; i++) dot += _memory[_rows + (entry * rank4) + i].Dot(Solution[i]);
            Weights[StageRows + entry] = (Weights[entry] * dot) - Weights[StageRows + entry];
        }
    }

    public void SetDiagonal(in Tile8 tile)
    {
        SetQuarter(_diagonal, 0, tile.A);
        SetQuarter(_diagonal, 1, tile.B);
        SetQuarter(_diagonal, 3, tile.D);
    }

    public void SetPanel(int row, in Tile8 tile)
    {
        SetQuarter(Panel(row), 0, tile.A);
        SetQuarter(Panel(row), 1, tile.B);
        SetQuarter(Panel(row), 2, tile.C);
        SetQuarter(Panel(row), 3, tile.D);
    }

    /// <summary>X with X·Lᵀ = tile, for a tile below the factored diagonal tile L.</summary>
    public Tile8 SolveBelow(Tile8 tile)
    {
        var first = Quarter(_diagonal, 0);
        tile.A = TileCholesky.SolveBelow(tile.A, first);
        tile.B = TileCholesky.SolveBelow(tile.B, first);
        var below = Quarter(_diagonal, 1);
        tile.C.SubtractProduct(tile.A, below);
        tile.D.SubtractProduct(tile.B, below);
        var second = Quarter(_diagonal, 3);
        tile.C = TileCholesky.SolveBelow(tile.C, second);
        tile.D = TileCholesky.SolveBelow(tile.D, second);
        return tile;
    }

    /// <summary>tile - P Qᵀ for the panel's tiles P at a row and Q at a column; a quarter of the panel is in registers at a time.</summary>
    public Tile8 SubtractPanel(Tile8 tile, int row, int column)
    {
        tile.A = Subtract(tile.A, row, 0, column, 0);
        tile.B = Subtract(tile.B, row, 1, column, 0);
        tile.C = Subtract(tile.C, row, 0, column, 1);
        tile.D = Subtract(tile.D, row, 1, column, 1);
        return tile;
    }

    /// <param name="tile">Added to.</param>
    /// <param name="row">Where the row's part of the entry's y stands.</param>
    /// <param name="column">Where the column's part stands.</param>
    /// <param name="weight">Number of the entry, whose weight it is.</param>
    private void AddEntry(ref Tile8 tile, int row, int column, int weight)
    {
        var gram = Weights[weight];
        var y = _memory.SubView(row, 2);
        var z = _memory.SubView(column, 2);
        tile.AddOuter(y[0].Scaled(gram), y[1].Scaled(gram), z[0], z[1]);
    }

    /// <param name="quarter">The quarter.</param>
    /// <param name="row">Row of P.</param>
    /// <param name="rowHalf">0: quarters A and C of P, 1: B and D.</param>
    /// <param name="column">Row of Q.</param>
    /// <param name="columnHalf">0: quarters A and C of Q, 1: B and D.</param>
    private Tile4 Subtract(Tile4 quarter, int row, int rowHalf, int column, int columnHalf)
    {
        quarter.SubtractProduct(Quarter(Panel(row), rowHalf), Quarter(Panel(column), columnHalf));
        quarter.SubtractProduct(Quarter(Panel(row), rowHalf + 2), Quarter(Panel(column), columnHalf + 2));
        return quarter;
    }

    private int Panel(int row) => _rows + (PanelStride * row);

    // A view of its own lets the four places be constant distances.
    private Tile4 Quarter(int tile, int quarter)
    {
        var rows = _memory.SubView(tile + (4 * quarter), 4);
        return new Tile4 { R0 = rows[0], R1 = rows[1], R2 = rows[2], R3 = rows[3] };
    }

    private void SetQuarter(int tile, int quarter, Tile4 value)
    {
        var rows = _memory.SubView(tile + (4 * quarter), 4);
        rows[0] = value.R0;
        rows[1] = value.R1;
        rows[2] = value.R2;
        rows[3] = value.R3;
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of one team: staged plays or, when they are done with, a panel of the factorisation. Both are eight vectors,
/// [2, rank8, 8] Float4s: a plane of the first four factors of each eight and one of the last four, and for each tile's row
/// its part of all eight vectors side by side, so that a thread reads them at constant distances.
/// </summary>
internal readonly struct TeamStage
{
    private const int StageRows = TeamLayout.StageRows;
    private const int EntriesLength = 8;

    // Offsets rather than views: a view costs four registers, and 64 are taken by the tile.
    private readonly ArrayView<Float4> _memory;
    private readonly int _rank8;
    private readonly int _rank4;
    private readonly int _rowStride;
    private readonly int _planeStride;
    private readonly int _first;
    private readonly int _diagonal;
    private readonly int _vectors;
    private readonly int _entries;

    /// <param name="memory">The shared memory of the group.</param>
    /// <param name="layout">How it is cut up.</param>
    /// <param name="team">Which team.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public TeamStage(ArrayView<Float4> memory, TeamLayout layout, int team, int rank8)
    {
        _memory = memory;
        _rank8 = rank8;
        _rank4 = 2 * rank8;
        _rowStride = layout.RowStride;
        _planeStride = layout.PlaneStride;
        _first = team * layout.TeamStride;
        _diagonal = _first + TeamLayout.DiagonalPlace(_planeStride);
        _vectors = _first + TeamLayout.VectorPlace(_planeStride, rank8, 0);
        _entries = _first + TeamLayout.EntriesPlace(_planeStride, rank8);
    }

    /// <summary>[rank4], b, which the factorisation turns into L⁻¹ b, then x.</summary>
    public ArrayView<Float4> Right => Vector(0);

    /// <summary>[rank4], Σ |x| from each part of eight on.</summary>
    public ArrayView<Float4> Sizes => Vector(1);

    /// <summary>[rank4], x while it is refined.</summary>
    public ArrayView<Float4> Solution => Vector(2);

    /// <summary>[rank4], A x - b while x is refined; before that the ends of each tile's diagonal.</summary>
    public ArrayView<Float4> Product => Vector(3);

    /// <summary>The team gathers rows of y, each times its scale; row 0 times 0 in the places without a play.</summary>
    /// <param name="arguments">y.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="place">The thread.</param>
    /// <param name="sum">Four factors of Σ weight·y so far, over the thread's rows.</param>
    /// <returns>The sum with these rows, by their weights on the right side.</returns>
    public Float4 Load(in RowSolveArguments arguments, TeamEntries entries, in TeamPlace place, Float4 sum)
    {
        // Two at a time, so that both are on their way before one is waited for.
        for (var entry = place.Entry; entry < StageRows; entry += 2 * place.EntryStep)
        {
            var (first, second) = (entries[entry], entries[entry + place.EntryStep]);
            var a = Fixed(arguments, first, place).Scaled(first.Scale);
            var b = Fixed(arguments, second, place).Scaled(second.Scale);
            _memory[place.Target + entry] = a;
            _memory[place.Target + entry + place.EntryStep] = b;
            sum = sum.Plus(a.Scaled(first.Right)).Plus(b.Scaled(second.Right));
        }

        return sum;
    }

    private Float4 Fixed(in RowSolveArguments arguments, TeamEntry entry, in TeamPlace place) =>
        arguments.Fixed[((long)entry.Column * _rank4) + place.Part];

    /// <summary>Adds up what the threads of a team have of each part, in the order of their rows; in the room of the staged plays.</summary>
    /// <param name="sum">The thread's sum.</param>
    /// <param name="target">[rank4].</param>
    /// <param name="place">The thread.</param>
    public void AddUp(Float4 sum, ArrayView<Float4> target, in TeamPlace place)
    {
        var room = _memory.SubView(_first, place.EntryStep * _rank4);
        Group.Barrier(); // all are done with the staged plays
        if (place.Entry < StageRows) room[(place.Entry * _rank4) + place.Part] = sum;
        Group.Barrier();
        for (var i = place.Lane; i < _rank4; i += place.Lanes)
        {
            var total = target[i];
            for (var row = 0; row < place.EntryStep; row++) total = total.Plus(room[(row * _rank4) + i]);
            target[i] = total;
        }

        Group.Barrier();
    }

    /// <summary>tile + Σ v vᵀ over the eight vectors.</summary>
    public Tile8 Add(Tile8 tile, int row, int column)
    {
        tile.AddOuter(Vectors(row, 0), Vectors(row, 1), Vectors(column, 0), Vectors(column, 1));
        return tile;
    }

    /// <summary>tile - Σ v vᵀ over the eight vectors.</summary>
    public Tile8 Subtract(Tile8 tile, int row, int column)
    {
        tile.SubtractOuter(Vectors(row, 0), Vectors(row, 1), Vectors(column, 0), Vectors(column, 1));
        return tile;
    }

    /// <summary>Σ weight·v over the thread's rows, added to what it has.</summary>
    public Float4 AddWeighted(Float4 sum, TeamEntries entries, in TeamPlace place)
    {
        for (var entry = place.Entry; entry < StageRows; entry += place.EntryStep)
            sum = sum.Plus(_memory[place.Target + entry].Scaled(entries[entry].Right));
        return sum;
    }

    /// <summary>v·x for one of the eight vectors and the solution that is refined.</summary>
    public float DotSolution(int vector)
    {
        float dot = 0;
        for (var part = 0; part < _rank4; part++) dot += _memory[PartPlace(part / 2, part & 1) + vector].Dot(Solution[part]);
        return dot;
    }

    /// <summary>What is known of staged plays.</summary>
    /// <param name="turn">Even or odd: plays of one turn are read while those of the next are looked up.</param>
    public TeamEntries Entries(int turn) => new(_memory.SubView(_entries + (EntriesLength * (turn & 1)), EntriesLength));

    /// <summary>A quarter of a factored tile of the diagonal: 0 for A, 1 for B, 2 for D; C is not used.</summary>
    public void SetDiagonal(int step, int quarter, Tile4 value)
    {
        var rows = _memory.SubView(Diagonal(step) + (4 * quarter), 4);
        rows[0] = value.R0;
        rows[1] = value.R1;
        rows[2] = value.R2;
        rows[3] = value.R3;
    }

    /// <summary>b = L⁻¹ b for its part of eight, for a factored tile of the diagonal.</summary>
    public void SolveForward(int step)
    {
        var low = TileCholesky.Forward(Right[2 * step], Quarter(Diagonal(step)));
        var rest = Right[(2 * step) + 1].Plus(Quarter(Diagonal(step) + 4).Times(low).Scaled(-1));
        Right[2 * step] = low;
        Right[(2 * step) + 1] = TileCholesky.Forward(rest, Quarter(Diagonal(step) + 8));
    }

    /// <summary>b = L⁻ᵀ b for its part of eight, for a factored tile of the diagonal; Σ |x| runs from the last part to the first.</summary>
    public void SolveBackward(int step)
    {
        var high = TileCholesky.Backward(Right[(2 * step) + 1], Quarter(Diagonal(step) + 8));
        var rest = Right[2 * step].Plus(Quarter(Diagonal(step) + 4).TransposedTimes(high).Scaled(-1));
        var low = TileCholesky.Backward(rest, Quarter(Diagonal(step)));
        Right[(2 * step) + 1] = high;
        Right[2 * step] = low;
        var size = low.Size() + high.Size();
        if ((2 * step) + 2 < _rank4) size += Sizes[(2 * step) + 2].X;
        Sizes[2 * step] = new Float4(size, 0, 0, 0);
    }

    /// <summary>Takes the staged panel off what is left of b, a thread four factors; those with the last tiles have least to do otherwise.</summary>
    public void TakePanel(int step, in TeamPlace place)
    {
        var part = place.Lanes - 1 - place.Lane;
        if (part >= (2 * step) + 2 && part < _rank4) TakeColumn(Vectors(part / 2, part & 1), step, part);
    }

    /// <summary>Takes off one part of four of b what a tile's column has: b[part] -= X x[step], for four rows of X by its columns.</summary>
    public void TakeColumn(in Float4x8 x, int step, int part)
    {
        var (low, high) = (Right[2 * step], Right[(2 * step) + 1]);
        var sum = x.V0.Scaled(low.X).Plus(x.V1.Scaled(low.Y)).Plus(x.V2.Scaled(low.Z)).Plus(x.V3.Scaled(low.W));
        sum = sum.Plus(x.V4.Scaled(high.X)).Plus(x.V5.Scaled(high.Y)).Plus(x.V6.Scaled(high.Z)).Plus(x.V7.Scaled(high.W));
        Right[part] = Right[part].Plus(sum.Scaled(-1));
    }

    /// <summary>Takes off one part of eight of b what a tile of a column has: b[row] -= tile x[step].</summary>
    public void TakeColumn(in Tile8 tile, int step, int row)
    {
        var (low, high) = tile.Times(Right[2 * step], Right[(2 * step) + 1]);
        Right[2 * row] = Right[2 * row].Plus(low.Scaled(-1));
        Right[(2 * row) + 1] = Right[(2 * row) + 1].Plus(high.Scaled(-1));
    }

    /// <summary>Takes off one part of eight of b what a tile of a row has: b[column] -= tileᵀ x[step].</summary>
    public void TakeRow(in Tile8 tile, int step, int column)
    {
        var (low, high) = tile.TransposedTimes(Right[2 * step], Right[(2 * step) + 1]);
        Right[2 * column] = Right[2 * column].Plus(low.Scaled(-1));
        Right[(2 * column) + 1] = Right[(2 * column) + 1].Plus(high.Scaled(-1));
    }

    /// <summary>Takes off one part of eight of b what a tile's row has: b[column] -= Xᵀ x[step], for X by the halves of its columns.</summary>
    public void TakeRow(in Float4x8 low, in Float4x8 high, int step, int column)
    {
        var (a, b) = (Right[2 * step], Right[(2 * step) + 1]);
        var first = new Float4(low.V0.Dot(a) + high.V0.Dot(b), low.V1.Dot(a) + high.V1.Dot(b), low.V2.Dot(a) + high.V2.Dot(b), low.V3.Dot(a) + high.V3.Dot(b));
        var second = new Float4(low.V4.Dot(a) + high.V4.Dot(b), low.V5.Dot(a) + high.V5.Dot(b), low.V6.Dot(a) + high.V6.Dot(b), low.V7.Dot(a) + high.V7.Dot(b));
        Right[2 * column] = Right[2 * column].Plus(first.Scaled(-1));
        Right[(2 * column) + 1] = Right[(2 * column) + 1].Plus(second.Scaled(-1));
    }

    /// <summary>X of X·Lᵀ = tile, for a tile below a factored one, and a part of the panel: column k of X is part of vector k.</summary>
    public Tile8 MakePanel(Tile8 tile, int row, int step)
    {
        var (top, bottom) = (Part(row, 0), Part(row, 1));
        var first = Quarter(Diagonal(step));
        tile.A = TileCholesky.SolveBelow(tile.A, first);
        tile.B = TileCholesky.SolveBelow(tile.B, first);
        tile.A.StoreTransposed(top.SubView(0, 4));
        tile.B.StoreTransposed(bottom.SubView(0, 4));
        var below = Quarter(Diagonal(step) + 4);
        tile.C.SubtractProduct(tile.A, below);
        tile.D.SubtractProduct(tile.B, below);
        var second = Quarter(Diagonal(step) + 8);
        tile.C = TileCholesky.SolveBelow(tile.C, second);
        tile.D = TileCholesky.SolveBelow(tile.D, second);
        tile.C.StoreTransposed(top.SubView(4, 4));
        tile.D.StoreTransposed(bottom.SubView(4, 4));
        return tile;
    }

    /// <summary>One of the sixteen Float4s that each tile's row has, counted on from a row: half by half its parts of the eight vectors.</summary>
    public Float4 Line(int firstRow, int number) => _memory[LinePlace(firstRow, number)];

    /// <summary>Sets what <see cref="Line"/> gives.</summary>
    public void SetLine(int firstRow, int number, Float4 value) => _memory[LinePlace(firstRow, number)] = value;

    private int LinePlace(int firstRow, int number) => PartPlace(firstRow + (number / 16), number / 8 & 1) + (number & 7);

    private int Diagonal(int step) => _diagonal + (12 * step);

    private ArrayView<Float4> Vector(int number) => _memory.SubView(_vectors + (_rank4 * number), _rank4);

    private ArrayView<Float4> Part(int row, int half) => _memory.SubView(PartPlace(row, half), StageRows);

    private Float4x8 Vectors(int row, int half) => Float4x8.At(_memory, PartPlace(row, half));

    private int PartPlace(int row, int half) => _first + (half * _planeStride) + (row * _rowStride);

    private Tile4 Quarter(int place)
    {
        var rows = _memory.SubView(place, 4);
        return new Tile4 { R0 = rows[0], R1 = rows[1], R2 = rows[2], R3 = rows[3] };
    }
}

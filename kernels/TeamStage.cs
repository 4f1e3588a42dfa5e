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
    private readonly int _rowStride;
    private readonly int _planeStride;
    private readonly int _first;

    /// <param name="memory">The shared memory of the group.</param>
    /// <param name="layout">How it is cut up.</param>
    /// <param name="team">Which team.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public TeamStage(ArrayView<Float4> memory, TeamLayout layout, int team, int rank8)
    {
        _memory = memory;
        _rank8 = rank8;
        _rowStride = layout.RowStride;
        _planeStride = layout.PlaneStride;
        _first = team * layout.TeamStride;
    }

    /// <summary>[rank4], b, which the factorisation turns into what is left of it, then x.</summary>
    public ArrayView<Float4> Right => Vector(0);

    /// <summary>[rank4], what the diagonal's tiles make of their part of the right side.</summary>
    public ArrayView<Float4> Partial => Vector(1);

    /// <summary>[rank4], x while it is refined.</summary>
    public ArrayView<Float4> Solution => Vector(2);

    /// <summary>[rank4], A x - b while x is refined; before that the ends of each tile's diagonal.</summary>
    public ArrayView<Float4> Product => Vector(3);

    /// <summary>The team gathers rows of y, each times its scale; row 0 times 0 in the places without a play.</summary>
    /// <param name="arguments">y.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="place">The thread.</param>
    public void Load(in RowSolveArguments arguments, TeamEntries entries, in TeamPlace place)
    {
        var rank4 = 2 * _rank8;
        for (var part = place.Part; part < rank4; part += place.PartStep)
        {
            var target = PartPlace(part / 2, part & 1);
            for (var entry = place.Entry; entry < StageRows; entry += place.EntryStep)
            {
                var (column, scale) = entries[entry];
                _memory[target + entry] = arguments.Fixed[((long)column * rank4) + part].Scaled(scale);
            }
        }
    }

    /// <summary>tile + Σ v vᵀ over the eight vectors. All in one run: ILGPU does not unroll loops, and copies what a loop carries at each turn.</summary>
    public Tile8 Add(Tile8 tile, int row, int column)
    {
        var (a, b, c, d) = (Vectors(row, 0), Vectors(row, 1), Vectors(column, 0), Vectors(column, 1));
        tile.AddOuter(a.V0, b.V0, c.V0, d.V0);
        tile.AddOuter(a.V1, b.V1, c.V1, d.V1);
        tile.AddOuter(a.V2, b.V2, c.V2, d.V2);
        tile.AddOuter(a.V3, b.V3, c.V3, d.V3);
        tile.AddOuter(a.V4, b.V4, c.V4, d.V4);
        tile.AddOuter(a.V5, b.V5, c.V5, d.V5);
        tile.AddOuter(a.V6, b.V6, c.V6, d.V6);
        tile.AddOuter(a.V7, b.V7, c.V7, d.V7);
        return tile;
    }

    /// <summary>tile - Σ v vᵀ over the eight vectors.</summary>
    public Tile8 Subtract(Tile8 tile, int row, int column)
    {
        var (a, b, c, d) = (Vectors(row, 0), Vectors(row, 1), Vectors(column, 0), Vectors(column, 1));
        tile.SubtractOuter(a.V0, b.V0, c.V0, d.V0);
        tile.SubtractOuter(a.V1, b.V1, c.V1, d.V1);
        tile.SubtractOuter(a.V2, b.V2, c.V2, d.V2);
        tile.SubtractOuter(a.V3, b.V3, c.V3, d.V3);
        tile.SubtractOuter(a.V4, b.V4, c.V4, d.V4);
        tile.SubtractOuter(a.V5, b.V5, c.V5, d.V5);
        tile.SubtractOuter(a.V6, b.V6, c.V6, d.V6);
        tile.SubtractOuter(a.V7, b.V7, c.V7, d.V7);
        return tile;
    }

    /// <summary>target += Σ weight·v, with the weights of the plays on the right side; lane = eight factors.</summary>
    /// <param name="target">[rank4].</param>
    /// <param name="entries">The staged plays.</param>
    /// <param name="place">The thread.</param>
    public void AddWeighted(ArrayView<Float4> target, TeamEntries entries, in TeamPlace place)
    {
        for (var row = place.Lane; row < _rank8; row += place.Lanes)
        {
            var weights = entries.All;
            target[2 * row] = AddWeighted(target[2 * row], Vectors(row, 0), weights);
            target[(2 * row) + 1] = AddWeighted(target[(2 * row) + 1], Vectors(row, 1), weights);
        }
    }

    private static Float4 AddWeighted(Float4 sum, in Float4x8 v, in Float4x8 weights)
    {
        sum = sum.Plus(v.V0.Scaled(weights.V0.W)).Plus(v.V1.Scaled(weights.V1.W));
        sum = sum.Plus(v.V2.Scaled(weights.V2.W)).Plus(v.V3.Scaled(weights.V3.W));
        sum = sum.Plus(v.V4.Scaled(weights.V4.W)).Plus(v.V5.Scaled(weights.V5.W));
        return sum.Plus(v.V6.Scaled(weights.V6.W)).Plus(v.V7.Scaled(weights.V7.W));
    }

    /// <summary>v·x for one of the eight vectors and the solution that is refined.</summary>
    public float DotSolution(int vector)
    {
        float dot = 0;
        for (var part = 0; part < 2 * _rank8; part++) dot += _memory[PartPlace(part / 2, part & 1) + vector].Dot(Solution[part]);
        return dot;
    }

    /// <summary>What is known of staged plays.</summary>
    /// <param name="turn">Even or odd: plays of one turn are read while those of the next are looked up.</param>
    public TeamEntries Entries(int turn) =>
        new(_memory.SubView(_first + TeamLayout.EntriesPlace(_planeStride, _rank8) + (EntriesLength * (turn & 1)), EntriesLength));

    /// <summary>A factored tile of the diagonal; its quarter C is not used.</summary>
    public void SetDiagonal(int step, in Tile8 tile)
    {
        SetQuarter(Diagonal(step), tile.A);
        SetQuarter(Diagonal(step) + 4, tile.B);
        SetQuarter(Diagonal(step) + 8, tile.D);
    }

    /// <summary>Writes (L Lᵀ)⁻¹ times one part of eight of a vector, for a factored tile of the diagonal.</summary>
    public void SolveDiagonal(int step, ArrayView<Float4> vector, ArrayView<Float4> solution)
    {
        var first = Quarter(Diagonal(step));
        var below = Quarter(Diagonal(step) + 4);
        var second = Quarter(Diagonal(step) + 8);
        var low = TileCholesky.Forward(vector[2 * step], first);
        var high = TileCholesky.Forward(vector[(2 * step) + 1].Plus(below.Times(low).Scaled(-1)), second);
        high = TileCholesky.Backward(high, second);
        solution[(2 * step) + 1] = high;
        solution[2 * step] = TileCholesky.Backward(low.Plus(below.TransposedTimes(high).Scaled(-1)), first);
    }

    /// <summary>Puts tileᵀ·x where the tile's row has its part of vector 0, for the column's sum.</summary>
    public void SetColumnTerm(in Tile8 tile, int row)
    {
        var term = tile.TransposedTimes(Right[2 * row], Right[(2 * row) + 1]);
        Part(row, 0)[0] = term.Low;
        Part(row, 1)[0] = term.High;
    }

    /// <summary>Takes the terms of a column off its part of the right side, in the order of their rows.</summary>
    public void SubtractColumnTerms(int column)
    {
        var low = Float4.Zero;
        var high = Float4.Zero;
        for (var row = column + 1; row < _rank8; row++)
        {
            low = low.Plus(Part(row, 0)[0]);
            high = high.Plus(Part(row, 1)[0]);
        }

        Right[2 * column] = Right[2 * column].Plus(low.Scaled(-1));
        Right[(2 * column) + 1] = Right[(2 * column) + 1].Plus(high.Scaled(-1));
    }

    /// <summary>Makes X of X·Lᵀ = tile, for a tile below a factored one, a part of the panel: column k of X is part of vector k.</summary>
    public void SetPanel(in Tile8 tile, int row, int step)
    {
        SetPanel(tile.A, tile.C, Part(row, 0), step);
        SetPanel(tile.B, tile.D, Part(row, 1), step);
    }

    /// <summary>Four rows of <see cref="SetPanel(in Tile8, int, int)"/>, so that only half of X is in registers.</summary>
    private void SetPanel(Tile4 left, Tile4 right, ArrayView<Float4> target, int step)
    {
        left = TileCholesky.SolveBelow(left, Quarter(Diagonal(step)));
        SetTransposed(target.SubView(0, 4), left);
        right.SubtractProduct(left, Quarter(Diagonal(step) + 4));
        SetTransposed(target.SubView(4, 4), TileCholesky.SolveBelow(right, Quarter(Diagonal(step) + 8)));
    }

    private static void SetTransposed(ArrayView<Float4> target, Tile4 tile)
    {
        target[0] = new Float4(tile.R0.X, tile.R1.X, tile.R2.X, tile.R3.X);
        target[1] = new Float4(tile.R0.Y, tile.R1.Y, tile.R2.Y, tile.R3.Y);
        target[2] = new Float4(tile.R0.Z, tile.R1.Z, tile.R2.Z, tile.R3.Z);
        target[3] = new Float4(tile.R0.W, tile.R1.W, tile.R2.W, tile.R3.W);
    }

    private int Diagonal(int step) => _first + TeamLayout.DiagonalPlace(_planeStride) + (12 * step);

    private ArrayView<Float4> Vector(int number) =>
        _memory.SubView(_first + TeamLayout.VectorPlace(_planeStride, _rank8, number), 2 * _rank8);

    private ArrayView<Float4> Part(int row, int half) => _memory.SubView(PartPlace(row, half), StageRows);

    private Float4x8 Vectors(int row, int half) => Float4x8.At(_memory, PartPlace(row, half));

    private int PartPlace(int row, int half) => _first + (half * _planeStride) + (row * _rowStride);

    private Tile4 Quarter(int place)
    {
        var rows = _memory.SubView(place, 4);
        return new Tile4 { R0 = rows[0], R1 = rows[1], R2 = rows[2], R3 = rows[3] };
    }

    private void SetQuarter(int place, Tile4 value)
    {
        var rows = _memory.SubView(place, 4);
        rows[0] = value.R0;
        rows[1] = value.R1;
        rows[2] = value.R2;
        rows[3] = value.R3;
    }
}

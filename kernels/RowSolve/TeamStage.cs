using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of one team: staged plays or, once those are summed, a panel of the factorization. Both are eight
/// vectors, [2, rank8, 8] Float4s: one plane has the first four of each eight factors, the other the last four. Each
/// row of tiles has its parts of all eight vectors side by side, so that a thread reads them at constant strides.
/// </summary>
internal readonly partial struct TeamStage
{
    private const int StageRows = TeamLayout.StageRows;
    private const int EntriesLength = 8;

    // Indices rather than views: a view costs four registers, and the tile takes 64.
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
    /// <param name="layout">Its layout.</param>
    /// <param name="team">Index of the team.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public TeamStage(ArrayView<Float4> memory, TeamLayout layout, int team, int rank8)
    {
        _memory = memory;
        _rank8 = rank8;
        _rank4 = 2 * rank8;
        _rowStride = layout.RowStride;
        _planeStride = layout.PlaneStride;
        _first = team * layout.TeamStride;
        _diagonal = _first + layout.DiagonalIndex;
        _vectors = _first + layout.VectorsIndex(rank8);
        _entries = _first + layout.EntriesIndex(rank8);
    }

    /// <summary>[rank4], b, which the factorization turns into L⁻¹ b and the substitution into x.</summary>
    public ArrayView<Float4> Right => Vector(0);

    /// <summary>[rank4], Σ |x| over each block of eight and those after it.</summary>
    public ArrayView<Float4> Sizes => Vector(1);

    /// <summary>[rank4], x during refinement.</summary>
    public ArrayView<Float4> Solution => Vector(2);

    /// <summary>[rank4], A x - b during refinement; before that, the extremes of each diagonal tile.</summary>
    public ArrayView<Float4> Product => Vector(3);

    /// <summary>Gathers rows of y, each multiplied by its scale; slots without a play get row 0 times 0.</summary>
    /// <param name="arguments">y.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="sum">Four factors of Σ weight·y over the thread's rows so far.</param>
    /// <returns>The sum including these rows, with their right-side weights.</returns>
    public Float4 Load(in RowSolveArguments arguments, TeamEntries entries, in TeamThread thread, Float4 sum)
    {
        // Two at a time, so that both loads are in flight before the first is needed.
        for (var entry = thread.Entry; entry < StageRows; entry += 2 * thread.EntryStep)
        {
            var (first, second) = (entries[entry], entries[entry + thread.EntryStep]);
            var a = Fixed(arguments, first, thread).Scaled(first.Scale);
            var b = Fixed(arguments, second, thread).Scaled(second.Scale);
            _memory[thread.Target + entry] = a;
            _memory[thread.Target + entry + thread.EntryStep] = b;
            sum = sum.Plus(a.Scaled(first.Right)).Plus(b.Scaled(second.Right));
        }

        return sum;
    }

    private Float4 Fixed(in RowSolveArguments arguments, TeamEntry entry, in TeamThread thread) =>
        arguments.Fixed[((long)entry.Column * _rank4) + thread.Part];

    /// <summary>
    /// Adds up the partial sums of the team's threads in a fixed order. Reuses the memory of the staged plays.
    /// </summary>
    /// <param name="sum">The thread's sum.</param>
    /// <param name="target">[rank4].</param>
    /// <param name="thread">The thread.</param>
    public void AddUp(Float4 sum, ArrayView<Float4> target, in TeamThread thread)
    {
        var scratch = _memory.SubView(_first, thread.EntryStep * _rank4);
        Group.Barrier(); // all threads have used the staged plays
        if (thread.Entry < StageRows) scratch[(thread.Entry * _rank4) + thread.Part] = sum;
        Group.Barrier();
        for (var i = thread.Lane; i < _rank4; i += thread.Lanes)
        {
            var total = target[i];
            for (var row = 0; row < thread.EntryStep; row++) total = total.Plus(scratch[(row * _rank4) + i]);
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

    /// <summary>
    /// tile + the products of plays over four planes, where a row of tiles is eight plays and a plane has four factors
    /// of each.
    /// </summary>
    public Tile8 AddProducts(Tile8 tile, int row, int column, int plane)
    {
        tile.AddProduct(Vectors(row, plane), Vectors(column, plane));
        tile.AddProduct(Vectors(row, plane + 1), Vectors(column, plane + 1));
        tile.AddProduct(Vectors(row, plane + 2), Vectors(column, plane + 2));
        tile.AddProduct(Vectors(row, plane + 3), Vectors(column, plane + 3));
        return tile;
    }

    /// <summary>Sets four factors of a play for <see cref="AddProducts"/>.</summary>
    public void SetFactors(int play, int plane, Float4 value) =>
        _memory[PartIndex(play / StageRows, plane) + (play % StageRows)] = value;

    /// <summary>All plays of a row, [8·rank8], if they are its unknowns.</summary>
    public ArrayView<Float4> Plays => _memory.SubView(_entries, StageRows * _rank8);

    /// <summary>sum + Σ weight·v over the thread's rows.</summary>
    public Float4 AddWeighted(Float4 sum, TeamEntries entries, in TeamThread thread)
    {
        for (var entry = thread.Entry; entry < StageRows; entry += thread.EntryStep)
            sum = sum.Plus(_memory[thread.Target + entry].Scaled(entries[entry].Right));
        return sum;
    }

    /// <summary>v·x for one of the eight vectors and the solution being refined.</summary>
    public float DotSolution(int vector)
    {
        float dot = 0;
        for (var part = 0; part < _rank4; part++)
            dot += _memory[PartIndex(part / 2, part & 1) + vector].Dot(Solution[part]);
        return dot;
    }

    /// <summary>The entries of the staged plays.</summary>
    /// <param name="turn">Even or odd: entries of one turn are read while those of the next are looked up.</param>
    public TeamEntries Entries(int turn) =>
        new(_memory.SubView(_entries + (EntriesLength * (turn & 1)), EntriesLength));

    /// <summary>
    /// One of the sixteen Float4s of a row of tiles, numbered from the given row onwards: the eight vectors' first
    /// halves, then their second halves.
    /// </summary>
    public Float4 Line(int firstRow, int number) => _memory[LineIndex(firstRow, number)];

    /// <summary>Sets the Float4 that <see cref="Line"/> returns.</summary>
    public void SetLine(int firstRow, int number, Float4 value) => _memory[LineIndex(firstRow, number)] = value;

    private int LineIndex(int firstRow, int number) =>
        PartIndex(firstRow + (number / 16), number / 8 & 1) + (number & 7);

    private int Diagonal(int step) => _diagonal + (12 * step);

    private ArrayView<Float4> Vector(int number) => _memory.SubView(_vectors + (_rank4 * number), _rank4);

    private ArrayView<Float4> Part(int row, int half) => _memory.SubView(PartIndex(row, half), StageRows);

    private Float4x8 Vectors(int row, int half) => Float4x8.At(_memory, PartIndex(row, half));

    private int PartIndex(int row, int half) => _first + (half * _planeStride) + (row * _rowStride);

    private Tile4 Quarter(int index)
    {
        var rows = _memory.SubView(index, 4);
        return new Tile4 { R0 = rows[0], R1 = rows[1], R2 = rows[2], R3 = rows[3] };
    }
}

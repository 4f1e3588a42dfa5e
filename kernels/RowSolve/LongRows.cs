using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Rows with so many plays that a single team would keep the device waiting. Their plays are split into segments, one
/// per team, and the team that solves the row adds the segments' sums in order.
/// </summary>
internal static class LongRows
{
    // Group = segments and one panel of the lower triangle; team = one segment; thread = one 8×8 tile.
    public static void Sums(RowSolveArguments arguments)
    {
        var (teams, rank8) = (arguments.Layout.Teams, arguments.Rank4 / 2);
        var first = Grid.IdxX / arguments.PanelCount * teams;
        var column = PanelColumns.First(rank8, Grid.IdxX % arguments.PanelCount, Group.DimX / teams);
        var thread = TeamThread.Of(arguments.Layout, rank8, column);
        var stage = TeamGroup.Of(arguments, thread.Team).Stage;
        SumPanel(arguments, stage, thread, TeamRow.Of(arguments, first, thread.Team));
    }

    private static void SumPanel(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        var sums = SegmentSums.Of(arguments);
        var tile = TeamPlays.AddTo(Tile8.Zero, arguments, stage, thread, row);
        if (row.Exists && thread.HasTile) sums.Store(row.Task, thread.TileNumber(arguments.Rank4 / 2), tile);
        for (var i = thread.Lane; row.Exists && thread.FirstColumn == 0 && i < arguments.Rank4; i += thread.Lanes)
            sums.StoreRight(row.Task, i, stage.Right[i]);
    }

    // Group = segments, strided over the grid; team = one segment, skipped unless its row needs refinement.
    public static void Residuals(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var stage = TeamGroup.Of(arguments, thread.Team).Stage;
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SumResidual(arguments, stage, thread, TeamRow.Of(arguments, first, thread.Team));
    }

    private static void SumResidual(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        Group.Barrier(); // all threads have read the product of the previous segments
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
        {
            stage.Solution[i] = arguments.Target[arguments.TargetIndex(row.Index) + i];
            stage.Product[i] = Float4.Zero;
        }

        TeamPlays.AddResidual(arguments, stage, thread, row);
        var sums = SegmentSums.Of(arguments);
        for (var i = thread.Lane; row.Exists && i < arguments.Rank4; i += thread.Lanes)
            sums.StoreRight(row.Task, i, stage.Product[i]);
    }

    /// <summary>Returns tile + the sums of the row's segments, and sets the right side from them.</summary>
    /// <param name="tile">The thread's tile.</param>
    /// <param name="arguments">The sums.</param>
    /// <param name="stage">Receives the right side.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="row">The row, whose entries are segments.</param>
    public static Tile8 AddTo(
        Tile8 tile, in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        var sums = SegmentSums.Of(arguments);
        if (thread.FirstColumn == 0) SetRight(arguments, sums, stage, thread, row);
        return sums.AddTo(
            tile, row.First - arguments.FirstSegment, thread.HasTile ? row.Length : 0,
            thread.TileNumber(arguments.Rank4 / 2));
    }

    private static void SetRight(
        in RowSolveArguments arguments, in SegmentSums sums, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
            stage.Right[i] = sums.Right(row.First - arguments.FirstSegment, row.Length, i);
        if (arguments.Round == SolveRound.LongRowsAgain)
        {
            for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
                stage.Solution[i] = arguments.Target[arguments.TargetIndex(row.Index) + i];
            Group.Barrier(); // all of x is staged
            for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
                stage.Right[i] = stage.Right[i]
                    .Plus(RowProduct.SharedPart(arguments, stage.Solution, i, arguments.Regularization[row.Index]))
                    .Scaled(-1);
        }

        Group.Barrier(); // the right side is complete
    }
}

/// <summary>
/// Partial sums of A and b for the segments of long rows, in global memory: [segments, 16·tiles + rank4] Float4s. For
/// each segment: its tiles, line by line across tiles so that neighbouring threads write neighbouring addresses, then
/// its part of the right side.
/// </summary>
/// <param name="memory">All segments.</param>
/// <param name="tiles">Number of tiles in the lower triangle.</param>
/// <param name="rank4">Float4s in a row.</param>
internal readonly struct SegmentSums(ArrayView<Float4> memory, int tiles, int rank4)
{
    private readonly ArrayView<Float4> _memory = memory;
    private readonly int _tiles = tiles;
    private readonly int _rank4 = rank4;

    /// <summary>Float4s per segment.</summary>
    public static int Length(int rank4) => (16 * TriangleIndex.Count(rank4 / 2)) + rank4;

    public static SegmentSums Of(in RowSolveArguments arguments) =>
        new(arguments.Sums, TriangleIndex.Count(arguments.Rank4 / 2), arguments.Rank4);

    public void Store(long segment, int number, in Tile8 tile)
    {
        Store(segment, 0, number, tile.A);
        Store(segment, 4, number, tile.B);
        Store(segment, 8, number, tile.C);
        Store(segment, 12, number, tile.D);
    }

    /// <summary>
    /// Adds segments to a tile, in order. Does one half of the tile at a time, because two whole tiles do not fit in
    /// registers.
    /// </summary>
    public Tile8 AddTo(Tile8 tile, long first, int count, int number)
    {
        for (var segment = first; segment < first + count; segment++)
        {
            var index = Index(segment, 0, number);
            tile.A.Add(Load(ref index));
            tile.B.Add(Load(ref index));
        }

        for (var segment = first; segment < first + count; segment++)
        {
            var index = Index(segment, 8, number);
            tile.C.Add(Load(ref index));
            tile.D.Add(Load(ref index));
        }

        return tile;
    }

    public void StoreRight(long segment, int part, Float4 value) => _memory[RightIndex(segment, part)] = value;

    /// <summary>Writes two factors of a right side.</summary>
    public void StoreRightPair(long segment, int pair, Float2 value) =>
        _memory.Cast<Float2>()[(2 * RightIndex(segment, 0)) + pair] = value;

    /// <summary>Writes one line of a tile: four columns of a row.</summary>
    public void StoreLine(long segment, int line, int row, int column, Float4 value)
    {
        var rank8 = _rank4 / 2;
        _memory[Index(segment, line, _tiles - TriangleIndex.Count(rank8 - column) + row - column)] = value;
    }

    /// <summary>Four factors of the sum of the segments' right sides, added in order.</summary>
    public Float4 Right(long first, int count, int part)
    {
        var sum = Float4.Zero;
        for (var segment = first; segment < first + count; segment++)
            sum = sum.Plus(_memory[RightIndex(segment, part)]);
        return sum;
    }

    private void Store(long segment, int quarter, int number, Tile4 tile)
    {
        _memory[Index(segment, quarter, number)] = tile.R0;
        _memory[Index(segment, quarter + 1, number)] = tile.R1;
        _memory[Index(segment, quarter + 2, number)] = tile.R2;
        _memory[Index(segment, quarter + 3, number)] = tile.R3;
    }

    /// <summary>
    /// Four lines of a tile. Advances the index: precomputed multiples of the line length would stay in registers.
    /// </summary>
    private Tile4 Load(ref long index) => new()
    {
        R0 = LoadLine(ref index),
        R1 = LoadLine(ref index),
        R2 = LoadLine(ref index),
        R3 = LoadLine(ref index),
    };

    private Float4 LoadLine(ref long index)
    {
        var line = _memory[index];
        index += _tiles;
        return line;
    }

    private long Index(long segment, int line, int number) =>
        (segment * ((16 * _tiles) + _rank4)) + (line * _tiles) + number;

    private long RightIndex(long segment, int part) => (segment * ((16 * _tiles) + _rank4)) + (16 * _tiles) + part;
}

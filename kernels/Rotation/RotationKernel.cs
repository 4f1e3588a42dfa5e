using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Arguments of <see cref="RotationKernel"/>.</summary>
public struct RotationArguments
{
    /// <summary>[rows, rank4].</summary>
    public ArrayView<Float4> Source;

    /// <summary>[4·rank4, rank4].</summary>
    public ArrayView<Float4> Matrix;

    /// <summary>[rows, rank4], or rows anywhere if there are tasks.</summary>
    public ArrayView<Float4> Target;

    /// <summary>[rows], which row of the target each row becomes.</summary>
    public ArrayView<RowTask> Tasks;

    /// <summary>[rows], where a row that is not finite asks to be solved otherwise.</summary>
    public ArrayView<int> Status;

    /// <summary>The target row that corresponds to row 0 of the tasks.</summary>
    public int FirstTargetRow;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>1 if there are tasks, 0 if rows stay in order.</summary>
    public int HasTasks;
}

/// <summary>
/// target = source · matrix, row by row: factors into an eigenbasis and back. The bits of a row depend on that row
/// alone.
/// </summary>
internal static class RotationKernel
{
    /// <summary>Threads per group.</summary>
    public const int GroupSize = 128;

    /// <summary>Rows of a group.</summary>
    public const int TileRows = GroupSize / Across * Tile8.Width;

    /// <summary>Float4s in a row of a group.</summary>
    public const int TileColumns4 = 2 * Across;

    /// <summary>Groups that must fit on a multiprocessor: each thread then gets the registers of a tile.</summary>
    public const int GroupsAtATime = 3;

    /// <summary>Float4s of shared memory.</summary>
    public const int StageLength = (TileRows * Chunk4) + (Chunk4 * Float4.Width * TileColumns4);

    private const int Across = 8;
    private const int Chunk4 = 8;
    private const int MatrixStart = TileRows * Chunk4;

    /// <summary>Groups across a row.</summary>
    public static int GroupsAcross(int rank4) => (rank4 + TileColumns4 - 1) / TileColumns4;

    /// <summary>Groups for some rows.</summary>
    public static int Groups(int rows, int rank4) => (rows + TileRows - 1) / TileRows * GroupsAcross(rank4);

    // Group = 128 rows × 64 factors; thread = 8 rows × 8 factors. 32 factors of the source are staged at a time.
    public static void Rotate(RotationArguments arguments)
    {
        var stage = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var across = GroupsAcross(arguments.Rank4);
        var down = Grid.IdxX / across;
        var (firstRow, firstColumn) = (down * TileRows, (Grid.IdxX - (down * across)) * TileColumns4);
        var (ownRow, ownColumn) = (Group.IdxX / Across * Tile8.Width, Group.IdxX % Across);
        var tile = Tile8.Zero;
        for (var first = 0; first < arguments.Rank4; first += Chunk4)
        {
            Group.Barrier();
            Stage(arguments, stage, firstRow, firstColumn, first);
            Group.Barrier();
            var depth = IntrinsicMath.Min(Chunk4, arguments.Rank4 - first);
            var (x, m) = (ownRow * Chunk4, MatrixStart + ownColumn);
            for (var i = 0; i < depth; i += 2) // two at a time, because each iteration copies the tile
            {
                tile = Add(tile, stage, x, m);
                tile = Add(tile, stage, x + 1, m + (Float4.Width * TileColumns4));
                x += 2;
                m += 2 * Float4.Width * TileColumns4;
            }
        }

        var (row, column) = (firstRow + ownRow, firstColumn + ownColumn);
        Store(arguments, row, column, tile.A.R0, tile.C.R0);
        Store(arguments, row + 1, column, tile.A.R1, tile.C.R1);
        Store(arguments, row + 2, column, tile.A.R2, tile.C.R2);
        Store(arguments, row + 3, column, tile.A.R3, tile.C.R3);
        Store(arguments, row + 4, column, tile.B.R0, tile.D.R0);
        Store(arguments, row + 5, column, tile.B.R1, tile.D.R1);
        Store(arguments, row + 6, column, tile.B.R2, tile.D.R2);
        Store(arguments, row + 7, column, tile.B.R3, tile.D.R3);
    }

    /// <summary>tile + four columns of the source times four rows of the matrix.</summary>
    private static Tile8 Add(Tile8 tile, ArrayView<Float4> stage, int x, int m)
    {
        var (x0, x1, x2, x3) = (stage[x], stage[x + Chunk4], stage[x + (2 * Chunk4)], stage[x + (3 * Chunk4)]);
        var (x4, x5) = (stage[x + (4 * Chunk4)], stage[x + (5 * Chunk4)]);
        var (x6, x7) = (stage[x + (6 * Chunk4)], stage[x + (7 * Chunk4)]);
        tile.AddOuter(
            new Float4(x0.X, x1.X, x2.X, x3.X), new Float4(x4.X, x5.X, x6.X, x7.X), stage[m], stage[m + Across]);
        m += TileColumns4;
        tile.AddOuter(
            new Float4(x0.Y, x1.Y, x2.Y, x3.Y), new Float4(x4.Y, x5.Y, x6.Y, x7.Y), stage[m], stage[m + Across]);
        m += TileColumns4;
        tile.AddOuter(
            new Float4(x0.Z, x1.Z, x2.Z, x3.Z), new Float4(x4.Z, x5.Z, x6.Z, x7.Z), stage[m], stage[m + Across]);
        m += TileColumns4;
        tile.AddOuter(
            new Float4(x0.W, x1.W, x2.W, x3.W), new Float4(x4.W, x5.W, x6.W, x7.W), stage[m], stage[m + Across]);
        return tile;
    }

    /// <summary>Stages eight Float4s of each row of the source, and the same rows of the matrix.</summary>
    private static void Stage(
        in RotationArguments arguments, ArrayView<Float4> stage, int firstRow, int firstColumn, int first)
    {
        const int RowStep = GroupSize / Chunk4;
        const int FactorStep = GroupSize / TileColumns4;
        var rank4 = arguments.Rank4;
        var (row, part) = (firstRow + (Group.IdxX / Chunk4), first + (Group.IdxX % Chunk4));
        var from = ((long)row * rank4) + part;
        var end = part < rank4 ? arguments.RowCount : 0;
        for (var i = Group.IdxX; i < TileRows * Chunk4; i += GroupSize)
        {
            var value = Float4.Zero;
            if (row < end) value = arguments.Source[from];
            stage[i] = value;
            row += RowStep;
            from += RowStep * rank4;
        }

        var (factor, column) = (first * Float4.Width, firstColumn + (Group.IdxX % TileColumns4));
        factor += Group.IdxX / TileColumns4;
        var at = (factor * rank4) + column;
        var endFactor = column < rank4 ? rank4 * Float4.Width : 0;
        for (var i = Group.IdxX; i < Chunk4 * Float4.Width * TileColumns4; i += GroupSize)
        {
            var value = Float4.Zero;
            if (factor < endFactor) value = arguments.Matrix[at];
            stage[MatrixStart + i] = value;
            factor += FactorStep;
            at += FactorStep * rank4;
        }
    }

    /// <summary>Stores two Float4s of a row.</summary>
    private static void Store(in RotationArguments arguments, int row, int column, Float4 left, Float4 right)
    {
        if (row >= arguments.RowCount) return;
        var target = (long)row * arguments.Rank4;
        if (arguments.HasTasks != 0)
        {
            var index = arguments.Tasks[row].Row;
            target = (long)(arguments.FirstTargetRow + index) * arguments.Rank4;
            if (!left.IsFinite() || !right.IsFinite()) arguments.Status[index] = RowSolveStatus.AsksForNormalEquation;
        }

        if (column < arguments.Rank4) arguments.Target[target + column] = left;
        if (column + Across < arguments.Rank4) arguments.Target[target + column + Across] = right;
    }
}

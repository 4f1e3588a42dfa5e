using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Arguments of <see cref="SweepKernels"/>, for one block B of factors.</summary>
public struct SweepArguments
{
    /// <summary>Rows, or segments of long rows.</summary>
    public ArrayView<RowTask> Tasks;

    /// <summary>[entries], column indices.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf (negative for a dislike), or ratings.</summary>
    public ArrayView<float> Values;

    /// <summary>[entries], y·x of each play.</summary>
    public ArrayView<float> Scores;

    /// <summary>What scores are products with, [columns, width4]: y, or y_B.</summary>
    public ArrayView<Float4> Columns;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> Fixed;

    /// <summary>y_B, [columns, block4].</summary>
    public ArrayView<Float4> Packed;

    /// <summary>α₀·YᵀY, [4·rank4, rank4].</summary>
    public ArrayView<Float4> BaseMatrix;

    /// <summary>λ of each row, [rows].</summary>
    public ArrayView<float> Regularization;

    /// <summary>x, [target rows, rank4].</summary>
    public ArrayView<Float4> Target;

    /// <summary>λp, [rows, rank4]; read only if there is any.</summary>
    public ArrayView<Float4> Pull;

    /// <summary>-α₀·(Y_BᵀY) x - λ(x_B - p_B) - Σ gram·(y·x) y_B, [rows, block4].</summary>
    public ArrayView<Float4> Right;

    /// <summary>What is added to x_B, [rows, block4].</summary>
    public ArrayView<Float4> Steps;

    /// <summary>[rows], of the block.</summary>
    public ArrayView<int> BlockStatus;

    /// <summary>[rows], of all blocks.</summary>
    public ArrayView<int> Status;

    /// <summary>The target row that corresponds to row 0.</summary>
    public int FirstTargetRow;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row of factors.</summary>
    public int Rank4;

    /// <summary>Float4s in a row of the block.</summary>
    public int Block4;

    /// <summary>The first Float4 of the block.</summary>
    public int First4;

    /// <summary>Float4s of x that meet the base matrix: all, or none where it is zero.</summary>
    public int Shared4;

    /// <summary>Added to |value| on the left side.</summary>
    public float GramOffset;

    /// <summary>1 if values are ratings, which all have the same weight.</summary>
    public int IsExplicit;

    /// <summary>1 if rows are pulled toward <see cref="Pull"/>.</summary>
    public int HasPull;

    /// <summary>1 to begin a sweep: scores are computed from x rather than changed by a step.</summary>
    public int Begins;

    internal readonly float Gram(float value) => (IsExplicit != 0 ? 0 : value < 0 ? -value : value) + GramOffset;

    internal readonly long TargetIndex(int row) => (long)(FirstTargetRow + row) * Rank4;
}

/// <summary>
/// What a sweep of iALS++ does besides solving blocks, which is left to the kernels of the row solve. The bits of a row
/// depend on that row alone.
/// </summary>
internal static class SweepKernels
{
    /// <summary>Threads per group.</summary>
    public const int GroupSize = 128;

    /// <summary>Rows of a tile of <see cref="SharedGradient"/>.</summary>
    public const int TileRows = 32;

    /// <summary>Float4s in a row of that tile.</summary>
    public const int TileColumns4 = 16;

    private const int Chunk4 = 8;
    private const int Lanes = 8;
    private const int Teams = GroupSize / Lanes;

    /// <summary>Nine, so that the parts of different plays are in different banks.</summary>
    private const int PartStride = Lanes + 1;

    /// <summary>Float4s of shared memory that <see cref="SharedGradient"/> needs: 32 factors at a time.</summary>
    public const int StageLength = (TileRows * Chunk4) + (Chunk4 * Float4.Width * TileColumns4);

    // Thread = every so many-th Float4.
    public static void Pack(SweepArguments arguments)
    {
        var step = (long)Grid.DimX * GroupSize;
        for (var i = ((long)Grid.IdxX * GroupSize) + Group.IdxX; i < arguments.Packed.Length; i += step)
        {
            var row = i / arguments.Block4;
            var part = i - (row * arguments.Block4);
            arguments.Packed[i] = arguments.Fixed[(row * arguments.Rank4) + arguments.First4 + part];
        }
    }

    // Group = 32 rows × 64 factors; thread = 4 rows × 4 factors. 32 factors of x are staged at a time.
    public static void SharedGradient(SweepArguments arguments)
    {
        var stage = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var tilesAcross = (arguments.Block4 + TileColumns4 - 1) / TileColumns4;
        var firstRow = Grid.IdxX / tilesAcross * TileRows;
        var firstColumn = Grid.IdxX % tilesAcross * TileColumns4;
        var (ownRow, ownColumn) = (Group.IdxX / TileColumns4 * Float4.Width, Group.IdxX % TileColumns4);
        var sum = Tile4.Zero;
        for (var first = 0; first < arguments.Shared4; first += Chunk4)
        {
            Group.Barrier();
            Stage(arguments, stage, firstRow, firstColumn, first);
            Group.Barrier();
            var depth = IntrinsicMath.Min(Chunk4, arguments.Shared4 - first);
            for (var i = 0; i < depth; i++)
            {
                var x = (ownRow * Chunk4) + i;
                var g = (TileRows * Chunk4) + (i * Float4.Width * TileColumns4) + ownColumn;
                var (x0, x1) = (stage[x], stage[x + Chunk4]);
                var (x2, x3) = (stage[x + (2 * Chunk4)], stage[x + (3 * Chunk4)]);
                sum.AddOuter(new Float4(x0.X, x1.X, x2.X, x3.X), stage[g]);
                sum.AddOuter(new Float4(x0.Y, x1.Y, x2.Y, x3.Y), stage[g + TileColumns4]);
                sum.AddOuter(new Float4(x0.Z, x1.Z, x2.Z, x3.Z), stage[g + (2 * TileColumns4)]);
                sum.AddOuter(new Float4(x0.W, x1.W, x2.W, x3.W), stage[g + (3 * TileColumns4)]);
            }
        }

        StoreRight(arguments, firstRow + ownRow, firstColumn + ownColumn, sum.R0);
        StoreRight(arguments, firstRow + ownRow + 1, firstColumn + ownColumn, sum.R1);
        StoreRight(arguments, firstRow + ownRow + 2, firstColumn + ownColumn, sum.R2);
        StoreRight(arguments, firstRow + ownRow + 3, firstColumn + ownColumn, sum.R3);
    }

    // Group = a row, strided over the grid; thread = one Float4 of every so many-th play. The parts of a Float4 are
    // added up in the order of their plays.
    public static void PlaysGradient(SweepArguments arguments)
    {
        var parts = SharedMemory.GetDynamic<float>().Cast<Float4>();
        for (var task = Grid.IdxX; task < arguments.Tasks.IntLength; task += Grid.DimX)
            AddPlays(arguments, parts, arguments.Tasks[task]);
    }

    // Group = a task, strided over the grid; team of 8 lanes = every sixteenth play; lane = every eighth Float4.
    public static void Scores(SweepArguments arguments)
    {
        var parts = SharedMemory.Allocate1D<float>(2 * Teams * PartStride).AsContiguous();
        for (var task = Grid.IdxX; task < arguments.Tasks.IntLength; task += Grid.DimX)
            ScoreTask(arguments, parts, arguments.Tasks[task]);
    }

    // Thread = every so many-th Float4 of the steps.
    public static void Step(SweepArguments arguments)
    {
        var step = (long)Grid.DimX * GroupSize;
        var length = (long)arguments.RowCount * arguments.Block4;
        for (var i = ((long)Grid.IdxX * GroupSize) + Group.IdxX; i < length; i += step)
        {
            var row = (int)(i / arguments.Block4);
            var part = (int)(i - ((long)row * arguments.Block4));
            var target = arguments.TargetIndex(row) + arguments.First4 + part;
            arguments.Target[target] = arguments.Target[target].Plus(arguments.Steps[i]);
            if (part == 0 && arguments.BlockStatus[row] != RowSolveStatus.Solved)
                arguments.Status[row] = RowSolveStatus.Unsolved;
        }
    }

    /// <summary>Stages four times eight factors of the rows of x, and the same rows of the base matrix.</summary>
    private static void Stage(
        in SweepArguments arguments, ArrayView<Float4> stage, int firstRow, int firstColumn, int first)
    {
        for (var i = Group.IdxX; i < TileRows * Chunk4; i += GroupSize)
        {
            var (row, part) = (firstRow + (i / Chunk4), first + (i % Chunk4));
            var value = Float4.Zero;
            if (row < arguments.RowCount && part < arguments.Rank4)
                value = arguments.Target[arguments.TargetIndex(row) + part];
            stage[i] = value;
        }

        for (var i = Group.IdxX; i < Chunk4 * Float4.Width * TileColumns4; i += GroupSize)
        {
            var (factor, part) = ((first * Float4.Width) + (i / TileColumns4), firstColumn + (i % TileColumns4));
            var value = Float4.Zero;
            if (factor < arguments.Rank4 * Float4.Width && part < arguments.Block4)
                value = arguments.BaseMatrix[((long)factor * arguments.Rank4) + arguments.First4 + part];
            stage[(TileRows * Chunk4) + i] = value;
        }
    }

    private static void StoreRight(in SweepArguments arguments, int row, int part, Float4 shared)
    {
        if (row >= arguments.RowCount || part >= arguments.Block4) return;
        var x = arguments.Target[arguments.TargetIndex(row) + arguments.First4 + part];
        var right = x.Scaled(-arguments.Regularization[row]).Plus(shared.Scaled(-1));
        if (arguments.HasPull != 0)
            right = right.Plus(arguments.Pull[((long)row * arguments.Rank4) + arguments.First4 + part]);
        arguments.Right[((long)row * arguments.Block4) + part] = right;
    }

    private static void AddPlays(in SweepArguments arguments, ArrayView<Float4> parts, RowTask task)
    {
        var (block4, right) = (arguments.Block4, (long)task.Row * arguments.Block4);
        var lanes = GroupSize / block4; // plays at a time
        var (lane, part) = (Group.IdxX / block4, Group.IdxX % block4);
        var sum = Float4.Zero;
        for (var i = lane; lane < lanes && i < task.Length; i += lanes)
        {
            var play = task.First + i;
            var weight = arguments.Gram(arguments.Values[play]) * arguments.Scores[play];
            var column = (long)arguments.Indices[play] * block4;
            sum = sum.Plus(arguments.Columns[column + part].Scaled(-weight));
        }

        parts[Group.IdxX] = sum;
        Group.Barrier();
        if (lane == 0)
        {
            var total = arguments.Right[right + part];
            for (var i = 0; i < lanes; i++) total = total.Plus(parts[(i * block4) + part]);
            arguments.Right[right + part] = total;
        }

        Group.Barrier(); // the parts may be overwritten by the next row
    }

    private static void ScoreTask(in SweepArguments arguments, ArrayView<float> parts, RowTask task)
    {
        var (team, lane) = (Group.IdxX / Lanes, Group.IdxX % Lanes);
        var begins = arguments.Begins != 0;
        var width4 = begins ? arguments.Rank4 : arguments.Block4;
        var row = begins ? arguments.TargetIndex(task.Row) : (long)task.Row * width4;
        var x = begins ? arguments.Target : arguments.Steps;
        if (begins && Group.IdxX == 0) arguments.Status[task.Row] = RowSolveStatus.Solved;
        if (begins && task.Length == 0)
            for (var i = Group.IdxX; i < width4; i += GroupSize) arguments.Target[row + i] = Float4.Zero;

        // Double-buffered: one set of parts is written while the other may still be read.
        for (var first = 0; first < task.Length; first += Teams)
        {
            var own = ((first / Teams & 1) * Teams * PartStride) + (team * PartStride);
            var play = task.First + first + team;
            var exists = first + team < task.Length;
            var column = (long)arguments.Indices[exists ? play : task.First] * width4;
            float sum = 0;
            for (var i = lane; i < width4; i += Lanes) sum += x[row + i].Dot(arguments.Columns[column + i]);
            parts[own + lane] = sum;
            Group.Barrier();
            if (lane != 0 || !exists) continue;
            float score = begins ? 0 : arguments.Scores[play];
            for (var i = 0; i < Lanes; i++) score += parts[own + i];
            arguments.Scores[play] = score;
        }

        Group.Barrier(); // the parts may be overwritten by the next task
    }
}

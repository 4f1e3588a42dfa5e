using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Conjugate gradients on a row's equation without forming A: A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y
/// (Takács, Pilászy and Tikk, RecSys 2011).
/// </summary>
internal static class ConjugateGradientKernel
{
    /// <summary>Maximum threads per group.</summary>
    public const int MaximumGroupSize = 128;

    private const int SmallestGroupSize = 32;
    private const int MaximumStageRows = 32;

    /// <summary>More staged rows than this would leave room for fewer groups at a time.</summary>
    private const int MaximumStageBytes = 24 * 1024;

    /// <summary>
    /// Squared residual, relative to the right side, below which further steps change nothing in fp32.
    /// </summary>
    private const float SquaredRelativeResidual = 1e-14f;

    /// <summary>The shared memory: staged rows, the four vectors and scratch space for sums.</summary>
    private struct Memory
    {
        public RowStage Stage;
        public ArrayView<Float4> X;
        public ArrayView<Float4> Residual;
        public ArrayView<Float4> Direction;
        public ArrayView<Float4> Product;
        public ArrayView<float> Sums;
    }

    /// <summary>
    /// Threads per group: a power of two, as the tree that adds their sums requires, and no more than a row has
    /// Float4s.
    /// </summary>
    public static int GroupSize(int rank4)
    {
        var size = SmallestGroupSize;
        while (size < rank4 && size < MaximumGroupSize) size *= 2;
        return size;
    }

    /// <summary>
    /// Rows of y to stage: as many as fit beside the vectors, up to a limit; 0 if none does.
    /// </summary>
    /// <param name="bytes">Shared memory of a group.</param>
    /// <param name="rank4">Float4s in a row.</param>
    public static int StageRows(int bytes, int rank4)
    {
        var staged = Math.Min(MaximumStageBytes, bytes / 2) / (rank4 * Float4.Bytes);
        var rows = Math.Clamp(staged, 1, MaximumStageRows);
        while (rows > 0 && Bytes(rows) > bytes) rows--;
        return rows;

        int Bytes(int stageRows) =>
            (RowStage.Length(stageRows, rank4) * Float4.Bytes) + (MaximumGroupSize * sizeof(float));
    }

    // Group = a task, strided over the grid; thread = four factors of each vector, or one staged play.
    public static void Kernel(RowSolveArguments arguments)
    {
        var rank4 = arguments.Rank4;
        var stage = RowStage.Of(arguments.StageRows, rank4);
        var memory = new Memory
        {
            Stage = stage,
            X = stage.Vectors.SubView(0, rank4),
            Residual = stage.Vectors.SubView(rank4, rank4),
            Direction = stage.Vectors.SubView(2 * rank4, rank4),
            Product = stage.Vectors.SubView(3 * rank4, rank4),
            Sums = SharedMemory.Allocate1D<float>(MaximumGroupSize).AsContiguous(),
        };
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX)
            ImproveRow(arguments, memory, arguments.Tasks[task]);
    }

    private static void ImproveRow(RowSolveArguments arguments, Memory memory, RowTask task)
    {
        var rank4 = arguments.Rank4;
        var target = arguments.TargetIndex(task.Row);
        var isEmpty = task.Length == 0;
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            memory.X[i] = arguments.Target[target + i];
            memory.Direction[i] = memory.X[i];
            memory.Residual[i] = Float4.Zero;
        }

        var solved = !isEmpty && Improve(arguments, memory, task);
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
            arguments.Target[target + i] = solved ? memory.X[i] : Float4.Zero;
        if (Group.IdxX == 0)
            arguments.Status[task.Row] = solved || isEmpty ? RowSolveStatus.Solved : RowSolveStatus.Unsolved;
    }

    /// <summary>
    /// Initialization is step 0 of the loop: residual = direction = b - A x. A row that has converged runs the
    /// remaining steps with length 0, so all threads follow the same path.
    /// </summary>
    private static bool Improve(in RowSolveArguments arguments, in Memory memory, in RowTask task)
    {
        float squared = 0;
        float limit = 0;
        float right = 1;
        var healthy = true;
        for (var step = 0; step <= arguments.Steps; step++)
        {
            RowProduct.Multiply(arguments, memory.Stage, memory.Direction, memory.Product, task, right);
            var curvature = Dot(memory.Direction, memory.Product, memory.Sums, arguments.Rank4);
            var moves = squared > limit;
            if (moves && !Finite.IsPositive(curvature)) healthy = false;
            float length = 0;
            if (moves && healthy) length = squared / curvature;
            var next = Step(arguments.Rank4, memory, length, length + right);
            float conjugate = 0;
            if (squared > 0) conjugate = next / squared;
            Turn(arguments.Rank4, memory, conjugate);
            limit += right * next * SquaredRelativeResidual;
            squared = next;
            right = 0;
        }

        return healthy && Finite.Is(squared);
    }

    /// <summary>x += length·direction, residual -= residualLength·product.</summary>
    /// <returns>|residual|².</returns>
    private static float Step(int rank4, in Memory memory, float length, float residualLength)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            memory.X[i] = memory.X[i].Plus(memory.Direction[i].Scaled(length));
            memory.Residual[i] = memory.Residual[i].Plus(memory.Product[i].Scaled(-residualLength));
        }

        return Dot(memory.Residual, memory.Residual, memory.Sums, rank4);
    }

    /// <summary>direction = residual + conjugate·direction.</summary>
    private static void Turn(int rank4, in Memory memory, float conjugate)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
            memory.Direction[i] = memory.Residual[i].Plus(memory.Direction[i].Scaled(conjugate));
    }

    /// <summary>x·y, returned to every thread.</summary>
    private static float Dot(ArrayView<Float4> x, ArrayView<Float4> y, ArrayView<float> sums, int rank4)
    {
        // Each thread adds elements that it wrote itself, so no barrier is needed first.
        float sum = 0;
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) sum += x[i].Dot(y[i]);
        Group.Barrier();
        sums[Group.IdxX] = sum;
        Group.Barrier();
        for (var half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) sums[Group.IdxX] = sums[Group.IdxX] + sums[Group.IdxX + half];
            Group.Barrier();
        }

        return sums[0];
    }
}

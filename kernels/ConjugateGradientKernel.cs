using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Conjugate gradients on the equation of a row without forming A: A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y
/// (Takács, Pilászy and Tikk, RecSys 2011).
/// </summary>
internal static class ConjugateGradientKernel
{
    /// <summary>Threads of a group: the width of the tree that adds their sums.</summary>
    public const int GroupSize = 128;

    /// <summary>Squared residual, relative to the right side, below which more steps change nothing in fp32.</summary>
    private const float SquaredRelativeResidual = 1e-14f;

    /// <summary>The shared memory: staged rows, the four vectors, and room for sums.</summary>
    private struct Memory
    {
        public RowStage Stage;
        public ArrayView<Float4> X;
        public ArrayView<Float4> Residual;
        public ArrayView<Float4> Direction;
        public ArrayView<Float4> Product;
        public ArrayView<float> Sums;
    }

    // One group a row, rows strided over the grid; thread = four factors of each vector, or one staged play.
    public static void Kernel(RowSolveArguments arguments)
    {
        var rank4 = arguments.Rank4;
        var vectors = SharedMemory.Allocate1D<Float4>(4 * 128).AsContiguous();
        var memory = new Memory
        {
            Stage = RowStage.Of(arguments.StageRows, rank4),
            X = vectors.SubView(0, rank4),
            Residual = vectors.SubView(128, rank4),
            Direction = vectors.SubView(256, rank4),
            Product = vectors.SubView(384, rank4),
            Sums = SharedMemory.Allocate1D<float>(GroupSize).AsContiguous(),
        };
        for (var row = Grid.IdxX; row < arguments.RowCount; row += Grid.DimX) ImproveRow(arguments, memory, row);
    }

    private static void ImproveRow(RowSolveArguments arguments, Memory memory, int row)
    {
        var rank4 = arguments.Rank4;
        var target = (long)(arguments.FirstTargetRow + row) * rank4;
        var isEmpty = arguments.Indptr[row] == arguments.Indptr[row + 1];
        var solved = false;
        if (!isEmpty)
        {
            for (var i = Group.IdxX; i < rank4; i += Group.DimX) memory.X[i] = arguments.Target[target + i];
            solved = Improve(arguments, memory, row);
        }

        for (var i = Group.IdxX; i < rank4; i += Group.DimX) arguments.Target[target + i] = solved ? memory.X[i] : Float4.Zero;
        if (Group.IdxX == 0) arguments.Status[row] = solved || isEmpty ? RowSolveStatus.Solved : RowSolveStatus.Failed;
    }

    private static bool Improve(in RowSolveArguments arguments, in Memory memory, int row)
    {
        var rank4 = arguments.Rank4;
        var limit = Start(arguments, memory, row) * SquaredRelativeResidual;
        var squared = Dot(memory.Residual, memory.Residual, memory.Sums, rank4);
        for (var step = 0; step < arguments.Steps && squared > limit; step++)
        {
            Multiply(arguments, memory, memory.Direction, row);
            var curvature = Dot(memory.Direction, memory.Product, memory.Sums, rank4);
            if (!Finite.IsPositive(curvature)) return false;
            var length = squared / curvature;
            for (var i = Group.IdxX; i < rank4; i += Group.DimX)
            {
                memory.X[i] = memory.X[i].Plus(memory.Direction[i].Scaled(length));
                memory.Residual[i] = memory.Residual[i].Plus(memory.Product[i].Scaled(-length));
            }

            var next = Dot(memory.Residual, memory.Residual, memory.Sums, rank4);
            for (var i = Group.IdxX; i < rank4; i += Group.DimX)
                memory.Direction[i] = memory.Residual[i].Plus(memory.Direction[i].Scaled(next / squared));
            squared = next;
        }

        return Finite.Is(squared);
    }

    /// <summary>residual = direction = b - A x.</summary>
    /// <returns>|b|².</returns>
    private static float Start(in RowSolveArguments arguments, in Memory memory, int row)
    {
        var rank4 = arguments.Rank4;
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) memory.Stage.Right[i] = Float4.Zero;
        var end = arguments.Indptr[row + 1];
        for (var start = arguments.Indptr[row]; start < end; start += arguments.StageRows)
        {
            var count = (int)(end - start < arguments.StageRows ? end - start : arguments.StageRows);
            Group.Barrier();
            memory.Stage.Load(arguments, start, count);
            Group.Barrier();
            memory.Stage.AddToRight(rank4, count);
        }

        var rightSide = Dot(memory.Stage.Right, memory.Stage.Right, memory.Sums, rank4);
        Multiply(arguments, memory, memory.X, row);
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            memory.Residual[i] = memory.Stage.Right[i].Plus(memory.Product[i].Scaled(-1));
            memory.Direction[i] = memory.Residual[i];
        }

        return rightSide;
    }

    /// <summary>product = A p.</summary>
    private static void Multiply(in RowSolveArguments arguments, in Memory memory, ArrayView<Float4> p, int row)
    {
        var rank4 = arguments.Rank4;
        Group.Barrier();
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var sum = p[i].Scaled(arguments.Regularization[row]);

            // The matrix is symmetric: its rows serve as columns, and neighbouring threads read neighbouring places.
            for (var j = 0; j < rank4; j++)
            {
                var place = (4 * j * rank4) + i;
                sum = sum.Plus(arguments.BaseMatrix[place].Scaled(p[j].X)).Plus(arguments.BaseMatrix[place + rank4].Scaled(p[j].Y))
                    .Plus(arguments.BaseMatrix[place + (2 * rank4)].Scaled(p[j].Z)).Plus(arguments.BaseMatrix[place + (3 * rank4)].Scaled(p[j].W));
            }

            memory.Product[i] = sum;
        }

        var end = arguments.Indptr[row + 1];
        for (var start = arguments.Indptr[row]; start < end; start += arguments.StageRows)
            AddPlays(arguments, memory, p, start, (int)(end - start < arguments.StageRows ? end - start : arguments.StageRows));
    }

    /// <summary>product += Σ gram·(y·p) y over some entries.</summary>
    private static void AddPlays(in RowSolveArguments arguments, in Memory memory, ArrayView<Float4> p, long start, int count)
    {
        var rank4 = arguments.Rank4;
        Group.Barrier();
        memory.Stage.Load(arguments, start, count);
        Group.Barrier();
        for (var entry = Group.IdxX; entry < count; entry += Group.DimX)
        {
            float dot = 0;
            for (var i = 0; i < rank4; i++) dot += memory.Stage.Rows[(entry * rank4) + i].Dot(p[i]);
            memory.Stage.RhsWeights[entry] = dot * memory.Stage.GramWeights[entry];
        }

        Group.Barrier();
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var sum = memory.Product[i];
            for (var entry = 0; entry < count; entry++)
                sum = sum.Plus(memory.Stage.Rows[(entry * rank4) + i].Scaled(memory.Stage.RhsWeights[entry]));
            memory.Product[i] = sum;
        }
    }

    /// <summary>x·y, the same in all threads.</summary>
    private static float Dot(ArrayView<Float4> x, ArrayView<Float4> y, ArrayView<float> sums, int rank4)
    {
        // Each thread adds what it wrote itself, so no barrier is needed before.
        float sum = 0;
        for (var i = Group.IdxX; i < rank4; i += Group.DimX) sum += x[i].Dot(y[i]);
        Group.Barrier();
        sums[Group.IdxX] = sum;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) sums[Group.IdxX] = sums[Group.IdxX] + sums[Group.IdxX + half];
            Group.Barrier();
        }

        return sums[0];
    }
}

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of conjugate gradients: gathered rows of y with their weights, and the vectors of the method. Everything is a
/// view of one block, in Float4s.
/// </summary>
internal struct RowStage
{
    /// <summary>[StageRows, rank4 + 1]: threads that each read a row of its own meet different banks.</summary>
    public ArrayView<Float4> Rows;

    /// <summary>[4, rank4], the vectors of the method.</summary>
    public ArrayView<Float4> Vectors;

    /// <summary>[StageRows], weight of y yᵀ.</summary>
    public ArrayView<float> GramWeights;

    /// <summary>[StageRows], weight of y.</summary>
    public ArrayView<float> RhsWeights;

    /// <summary>Float4s of shared memory that <see cref="Of"/> cuts up.</summary>
    public static int Length(int stageRows, int rank4) =>
        (stageRows * (rank4 + 1)) + (4 * rank4) + (2 * Float4.Holding(stageRows));

    public static RowStage Of(int stageRows, int rank4)
    {
        // Taken as floats: ILGPU writes OpenCL that does not compile for dynamic memory of structs.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var weights = Float4.Holding(stageRows);
        var rows = stageRows * (rank4 + 1);
        var gram = rows + (4 * rank4);
        return new RowStage
        {
            Rows = memory.SubView(0, rows),
            Vectors = memory.SubView(rows, 4 * rank4),
            GramWeights = memory.SubView(gram, weights).Cast<float>(),
            RhsWeights = memory.SubView(gram + weights, weights).Cast<float>(),
        };
    }

    /// <summary>The group gathers entries first .. first + count - 1 of y. The caller puts barriers around it.</summary>
    public readonly void Load(in RowSolveArguments arguments, long first, int count)
    {
        var total = count * arguments.Rank4;
        for (var i = Group.IdxX; i < total; i += Group.DimX)
        {
            var entry = i / arguments.Rank4;
            var column = arguments.Indices[first + entry];
            Rows[i + entry] = arguments.Fixed[((long)column * arguments.Rank4) + (i - (entry * arguments.Rank4))];
        }

        for (var entry = Group.IdxX; entry < count; entry += Group.DimX)
        {
            var value = arguments.Values[first + entry];
            GramWeights[entry] = arguments.Gram(value);
            RhsWeights[entry] = arguments.Rhs(value);
        }
    }

    /// <summary>target += Σ weight·y over the staged entries, with the weights of the right side; thread = four factors.</summary>
    public readonly void AddWeighted(ArrayView<Float4> target, int rank4, int count)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var sum = target[i];
            for (var entry = 0; entry < count; entry++) sum = sum.Plus(Rows[(entry * (rank4 + 1)) + i].Scaled(RhsWeights[entry]));
            target[i] = sum;
        }
    }
}

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

    /// <summary>[StageRows], the row of y of each.</summary>
    public ArrayView<int> Columns;

    /// <summary>Float4s of shared memory that <see cref="Of"/> cuts up.</summary>
    public static int Length(int stageRows, int rank4) =>
        (stageRows * (rank4 + 1)) + (4 * rank4) + (3 * Float4.Holding(stageRows));

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
            Columns = memory.SubView(gram + (2 * weights), weights).Cast<int>(),
        };
    }

    /// <summary>The group gathers entries first .. first + count - 1 of y, with a barrier before and after.</summary>
    public readonly void Load(in RowSolveArguments arguments, long first, int count)
    {
        Group.Barrier();
        for (var entry = Group.IdxX; entry < count; entry += Group.DimX)
        {
            var value = arguments.Values[first + entry];
            Columns[entry] = arguments.Indices[first + entry];
            GramWeights[entry] = arguments.Gram(value);
            RhsWeights[entry] = arguments.Rhs(value);
        }

        Group.Barrier();
        Gather(arguments, count);
        Group.Barrier();
    }

    // Thread = four factors of every so many entries, four of them at a time, so that all are on their way before one is waited for.
    private readonly void Gather(in RowSolveArguments arguments, int count)
    {
        var step = Group.DimX / arguments.Rank4;
        var first = Group.IdxX / arguments.Rank4;
        var part = Group.IdxX - (first * arguments.Rank4);
        if (first >= step) return;
        for (var entry = first; entry < count; entry += 4 * step)
        {
            var a = Fixed(arguments, entry, part, count);
            var b = Fixed(arguments, entry + step, part, count);
            var c = Fixed(arguments, entry + (2 * step), part, count);
            var d = Fixed(arguments, entry + (3 * step), part, count);
            Set(arguments, entry, part, count, a);
            Set(arguments, entry + step, part, count, b);
            Set(arguments, entry + (2 * step), part, count, c);
            Set(arguments, entry + (3 * step), part, count, d);
        }
    }

    /// <summary>Four factors of an entry; beyond the last entry those of the first.</summary>
    private readonly Float4 Fixed(in RowSolveArguments arguments, int entry, int part, int count) =>
        arguments.Fixed[((long)Columns[entry < count ? entry : 0] * arguments.Rank4) + part];

    private readonly void Set(in RowSolveArguments arguments, int entry, int part, int count, Float4 value)
    {
        if (entry < count) Rows[(entry * (arguments.Rank4 + 1)) + part] = value;
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

using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of the conjugate-gradient kernel: gathered rows of y with their weights, and the method's vectors.
/// Everything is a view of one block of Float4s.
/// </summary>
internal struct RowStage
{
    /// <summary>
    /// [StageRows, rank4 + 1]: padded, so that threads that each read a row of their own access different banks.
    /// </summary>
    public ArrayView<Float4> Rows;

    /// <summary>[4, rank4], the method's vectors.</summary>
    public ArrayView<Float4> Vectors;

    /// <summary>[StageRows], weight of y yᵀ.</summary>
    public ArrayView<float> GramWeights;

    /// <summary>[StageRows], weight of y.</summary>
    public ArrayView<float> RhsWeights;

    /// <summary>[StageRows], the index of each row of y.</summary>
    public ArrayView<int> Columns;

    /// <summary>Float4s of shared memory that <see cref="Of"/> needs.</summary>
    public static int Length(int stageRows, int rank4) =>
        (stageRows * (rank4 + 1)) + (4 * rank4) + (3 * Float4.Holding(stageRows));

    public static RowStage Of(int stageRows, int rank4)
    {
        // Allocated as floats: for dynamic shared memory of structs, ILGPU emits OpenCL that does not compile.
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

    /// <summary>Gathers the rows of y for entries [first, first + count), with a barrier before and after.</summary>
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

    // Thread = four factors of every step-th entry or, where a row has more of them than the group has threads, several
    // fours of every entry.
    private readonly void Gather(in RowSolveArguments arguments, int count)
    {
        var step = IntrinsicMath.Max(1, Group.DimX / arguments.Rank4);
        var first = Group.IdxX / arguments.Rank4;
        var part = Group.IdxX - (first * arguments.Rank4);
        if (first >= step) return;
        for (; part < arguments.Rank4; part += Group.DimX) Gather(arguments, first, step, part, count);
    }

    // Four entries at a time, so that all loads are in flight before the first is needed.
    private readonly void Gather(in RowSolveArguments arguments, int first, int step, int part, int count)
    {
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

    /// <summary>Four factors of an entry; past the last entry, those of the first.</summary>
    private readonly Float4 Fixed(in RowSolveArguments arguments, int entry, int part, int count) =>
        arguments.Fixed[((long)Columns[entry < count ? entry : 0] * arguments.Rank4) + part];

    private readonly void Set(in RowSolveArguments arguments, int entry, int part, int count, Float4 value)
    {
        if (entry < count) Rows[(entry * (arguments.Rank4 + 1)) + part] = value;
    }

    /// <summary>target += Σ weight·y over the staged entries, with right-side weights; thread = four factors.</summary>
    public readonly void AddWeighted(ArrayView<Float4> target, int rank4, int count)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var sum = target[i];
            for (var entry = 0; entry < count; entry++)
                sum = sum.Plus(Rows[(entry * (rank4 + 1)) + i].Scaled(RhsWeights[entry]));
            target[i] = sum;
        }
    }
}

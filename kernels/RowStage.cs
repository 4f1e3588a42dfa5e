using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The shared memory of a row solve: gathered rows of y with their weights, the panel of the factorisation, the right side.
/// Everything is a view of one block, in Float4s.
/// </summary>
internal struct RowStage
{
    /// <summary>[StageRows, rank4].</summary>
    public ArrayView<Float4> Rows;

    /// <summary>[4·rank4], four rows of each tile of the panel.</summary>
    public ArrayView<Float4> Panel;

    /// <summary>[4], the factored diagonal tile.</summary>
    public ArrayView<Float4> Diagonal;

    /// <summary>[rank4], b, then z, then x.</summary>
    public ArrayView<Float4> Right;

    /// <summary>[StageRows], weight of y yᵀ.</summary>
    public ArrayView<float> GramWeights;

    /// <summary>[StageRows], weight of y.</summary>
    public ArrayView<float> RhsWeights;

    /// <summary>[4], of which the first is not 0 where a pivot was bad, and the second is the largest element of A's diagonal.</summary>
    public ArrayView<float> Flag;

    /// <summary>Float4s of shared memory that <see cref="Of"/> cuts up.</summary>
    public static int Length(int stageRows, int rank4) =>
        (stageRows * rank4) + (4 * rank4) + 4 + rank4 + (2 * Float4.Holding(stageRows)) + 1;

    public static RowStage Of(int stageRows, int rank4)
    {
        // Taken as floats: ILGPU writes OpenCL that does not compile for dynamic memory of structs.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var weights = Float4.Holding(stageRows);
        var panel = stageRows * rank4;
        var diagonal = panel + (4 * rank4);
        var right = diagonal + 4;
        var gram = right + rank4;
        return new RowStage
        {
            Rows = memory.SubView(0, panel),
            Panel = memory.SubView(panel, 4 * rank4),
            Diagonal = memory.SubView(diagonal, 4),
            Right = memory.SubView(right, rank4),
            GramWeights = memory.SubView(gram, weights).Cast<float>(),
            RhsWeights = memory.SubView(gram + weights, weights).Cast<float>(),
            Flag = memory.SubView(gram + (2 * weights), 1).Cast<float>(),
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
            Rows[i] = arguments.Fixed[((long)column * arguments.Rank4) + (i - (entry * arguments.Rank4))];
        }

        for (var entry = Group.IdxX; entry < count; entry += Group.DimX)
        {
            var value = arguments.Values[first + entry];
            GramWeights[entry] = arguments.Gram(value);
            RhsWeights[entry] = arguments.Rhs(value);
        }
    }

    /// <summary>b += Σ rhs·y over the staged entries.</summary>
    public readonly void AddToRight(int rank4, int count) => AddWeighted(Right, rank4, count);

    /// <summary>target += Σ weight·y over the staged entries, with the weights of the right side; thread = four factors.</summary>
    public readonly void AddWeighted(ArrayView<Float4> target, int rank4, int count)
    {
        for (var i = Group.IdxX; i < rank4; i += Group.DimX)
        {
            var sum = target[i];
            for (var entry = 0; entry < count; entry++) sum = sum.Plus(Rows[(entry * rank4) + i].Scaled(RhsWeights[entry]));
            target[i] = sum;
        }
    }

    /// <summary>acc += Σ gram·y yᵀ over the staged entries, for the 8×8 tile at (row, column).</summary>
    public readonly Tile8 AddTo(Tile8 tile, int rank4, int count, int row, int column)
    {
        for (var entry = 0; entry < count; entry++)
        {
            var gram = GramWeights[entry];
            var y = Rows.SubView((entry * rank4) + (2 * row), 2);
            var z = Rows.SubView((entry * rank4) + (2 * column), 2);
            tile.AddOuter(y[0].Scaled(gram), y[1].Scaled(gram), z[0], z[1]);
        }

        return tile;
    }

    public readonly Tile4 PanelTile(int row) => new() { R0 = Panel[4 * row], R1 = Panel[(4 * row) + 1], R2 = Panel[(4 * row) + 2], R3 = Panel[(4 * row) + 3] };

    public readonly void SetPanelTile(int row, Tile4 tile)
    {
        Panel[4 * row] = tile.R0;
        Panel[(4 * row) + 1] = tile.R1;
        Panel[(4 * row) + 2] = tile.R2;
        Panel[(4 * row) + 3] = tile.R3;
    }

    public readonly Tile4 DiagonalTile() => new() { R0 = Diagonal[0], R1 = Diagonal[1], R2 = Diagonal[2], R3 = Diagonal[3] };

    public readonly void SetDiagonalTile(Tile4 tile)
    {
        Diagonal[0] = tile.R0;
        Diagonal[1] = tile.R1;
        Diagonal[2] = tile.R2;
        Diagonal[3] = tile.R3;
    }

    public readonly bool IsFlagged => Flag[0] != 0;

    /// <summary>Writes what became of a row: x, or zeros where there were no plays or no solution.</summary>
    public readonly void Store(in RowSolveArguments arguments, int row, bool solved, bool hasPlays)
    {
        var target = (long)(arguments.FirstTargetRow + row) * arguments.Rank4;
        for (var i = Group.IdxX; i < arguments.Rank4; i += Group.DimX) arguments.Target[target + i] = solved ? Right[i] : Float4.Zero;
        if (Group.IdxX == 0) arguments.Status[row] = solved || !hasPlays ? RowSolveStatus.Solved : RowSolveStatus.Unsolved;
    }
}

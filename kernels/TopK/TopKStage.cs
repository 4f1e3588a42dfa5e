using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Eight factors of each query and item of a tile, in shared memory, transposed: for each four rows, eight Float4s,
/// each of which is one factor of the four rows. The stride is nine, so that eight lanes access eight different 16-byte
/// banks for both stores and loads. Double-buffered: one stage is filled while the other is read.
/// </summary>
/// <param name="memory">[2, <see cref="Length"/>].</param>
internal readonly struct TopKStage(ArrayView<Float4> memory)
{
    /// <summary>Factors per stage.</summary>
    public const int Depth = 8;

    /// <summary>Float4s per stage.</summary>
    public const int Length = (TopKThread.TileItems + TopKThread.TileQueries) / 4 * Stride;

    private const int Stride = Depth + 1;

    /// <summary>Where the queries start, in units of four rows.</summary>
    private const int FirstQueries = TopKThread.TileItems / 4;

    private const int DepthFloat4s = Depth / Float4.Width;

    /// <summary>Parts of a stage, each four rows by four factors: one per thread.</summary>
    private const int PartCount = (TopKThread.TileItems + TopKThread.TileQueries) / 4 * DepthFloat4s;

    private const int ItemParts = FirstQueries * DepthFloat4s;

    private readonly ArrayView<Float4> _memory = memory;

    /// <summary>Loads this thread's part of a step: four rows by four factors.</summary>
    /// <param name="arguments">The rows.</param>
    /// <param name="firstQuery">Position of the tile's first query.</param>
    /// <param name="firstItem">Position of the tile's first item.</param>
    /// <param name="depth">First of the eight factors, in Float4s.</param>
    public static Tile4 Fetch(in TopKArguments arguments, int firstQuery, int firstItem, int depth)
    {
        // Threads without a part repeat the first part of the queries.
        var part = Group.IdxX < PartCount ? Group.IdxX : ItemParts;
        var ofItems = part < ItemParts;
        var four = (part / DepthFloat4s) + (ofItems ? firstItem / 4 : (firstQuery / 4) - FirstQueries);

        // ILGPU loses the alignment of a conditionally selected view and would load float by float.
        var order = (ofItems ? arguments.ItemOrder : arguments.QueryOrder).AsAligned(4 * sizeof(int));
        var rows = (ofItems ? arguments.Items : arguments.Queries).AsAligned(4 * sizeof(float));
        var row = order[four];
        var column = ((long)(ofItems ? 0 : arguments.FirstQuery) * arguments.Rank4) + depth + (part % DepthFloat4s);
        return new Tile4
        {
            R0 = rows[((long)row.X * arguments.Rank4) + column],
            R1 = rows[((long)row.Y * arguments.Rank4) + column],
            R2 = rows[((long)row.Z * arguments.Rank4) + column],
            R3 = rows[((long)row.W * arguments.Rank4) + column],
        };
    }

    /// <summary>Stores the result of <see cref="Fetch"/>, transposed.</summary>
    public void Store(int turn, in Tile4 rows)
    {
        if (Group.IdxX >= PartCount) return;
        var target = _memory.SubView(
            (turn * Length) + (Group.IdxX / DepthFloat4s * Stride) + (Float4.Width * (Group.IdxX % DepthFloat4s)),
            Float4.Width);
        rows.StoreTransposed(target);
    }

    /// <summary>Adds the products of eight factors to the scores.</summary>
    public Tile8 Add(Tile8 scores, int turn, in TopKThread thread)
    {
        var first = turn * Length;
        scores.AddOuter(
            At(first, FirstQueries + thread.LowQueries), At(first, FirstQueries + thread.HighQueries),
            At(first, thread.LowItems), At(first, thread.HighItems));
        return scores;
    }

    private Float4x8 At(int first, int four) => Float4x8.At(_memory, first + (four * Stride));
}

using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Eight factors of each query and item of a tile, in shared memory: for each four rows eight Float4s, a factor of the four rows
/// each. The stride is nine, so that eight lanes meet eight different banks of 16 bytes, both when they
/// store and when they load. There are two such stages: one is filled while the other is read.
/// </summary>
/// <param name="memory">[2, <see cref="Length"/>].</param>
internal readonly struct TopKStage(ArrayView<Float4> memory)
{
    /// <summary>Factors of a stage.</summary>
    public const int Depth = 8;

    /// <summary>Float4s of a stage.</summary>
    public const int Length = (TopKThread.TileItems + TopKThread.TileQueries) / 4 * Stride;

    private const int Stride = Depth + 1;

    /// <summary>Where the queries begin, in fours of rows.</summary>
    private const int FirstQueries = TopKThread.TileItems / 4;

    private const int DepthFloat4s = Depth / Float4.Width;

    /// <summary>Parts of a stage, four rows by four factors each: one a thread.</summary>
    private const int PartCount = (TopKThread.TileItems + TopKThread.TileQueries) / 4 * DepthFloat4s;

    private const int ItemParts = FirstQueries * DepthFloat4s;

    private readonly ArrayView<Float4> _memory = memory;

    /// <summary>The four rows by four factors of a step that this thread brings over.</summary>
    /// <param name="arguments">The rows.</param>
    /// <param name="firstQuery">First query of the tile.</param>
    /// <param name="firstItem">First item of the tile.</param>
    /// <param name="depth">First of the eight factors, in Float4s.</param>
    public static Tile4 Fetch(in TopKArguments arguments, int firstQuery, int firstItem, int depth)
    {
        // Threads without a part read what the first of the queries' threads reads.
        var part = Group.IdxX < PartCount ? Group.IdxX : ItemParts;
        var ofItems = part < ItemParts;
        var row = (4 * (part / DepthFloat4s)) + (ofItems ? firstItem : firstQuery - TopKThread.TileItems);

        // Rows beyond the last are the last once more; no list takes them.
        var last = ofItems ? arguments.ItemCount - 1 : arguments.FirstQuery + arguments.QueryCount - 1;

        // Of a view that was chosen, ILGPU does not know that Float4s lie at whole Float4s: it would load float by float.
        var rows = (ofItems ? arguments.Items : arguments.Queries).AsAligned(4 * sizeof(float));
        var column = depth + (part % DepthFloat4s);
        return new Tile4
        {
            R0 = rows[((long)IntrinsicMath.Min(row, last) * arguments.Rank4) + column],
            R1 = rows[((long)IntrinsicMath.Min(row + 1, last) * arguments.Rank4) + column],
            R2 = rows[((long)IntrinsicMath.Min(row + 2, last) * arguments.Rank4) + column],
            R3 = rows[((long)IntrinsicMath.Min(row + 3, last) * arguments.Rank4) + column],
        };
    }

    /// <summary>Stores what <see cref="Fetch"/> brought, transposed.</summary>
    public void Store(int turn, in Tile4 rows)
    {
        if (Group.IdxX >= PartCount) return;
        var target = _memory.SubView(
            (turn * Length) + (Group.IdxX / DepthFloat4s * Stride) + (Float4.Width * (Group.IdxX % DepthFloat4s)), Float4.Width);
        rows.StoreTransposed(target);
    }

    /// <summary>scores + the products of eight factors.</summary>
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

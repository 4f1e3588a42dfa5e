using System.Runtime.Intrinsics;

namespace GpuAls;

/// <summary>
/// The items in the order in which queries meet them: by falling norm, equal norms by index, packed for scoring. A
/// query stops where |x|·|y| cannot reach its list any more (LEMP: Teflioudi, Gemulla, Mykytiuk, 2015).
/// </summary>
internal sealed unsafe class ItemIndex : IDisposable
{
    private const int Block = PackedItems.BlockItems;

    private readonly int[] _items;

    /// <summary>[blocks], the norm of the first item, rounded up: no later item has a larger one.</summary>
    private readonly float[] _norms;

    /// <param name="items">[items, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="isBounded">False to keep items in their own order and to let each query meet all of them.</param>
    public ItemIndex(HostFactors items, int threadCount, bool isBounded)
    {
        var norms = new float[items.RowCount];
        var order = new ulong[items.RowCount];
        const int Chunk = 4096;
        ParallelChunks.Run(threadCount, (items.RowCount + Chunk - 1) / Chunk, chunk =>
        {
            for (var item = chunk * Chunk; item < Math.Min(items.RowCount, (chunk + 1) * Chunk); item++)
            {
                norms[item] = isBounded ? NormBound.OfItem(items.Row(item), items.Stride) : float.PositiveInfinity;
                order[item] = ScoreKey.Of(norms[item], item);
            }
        });
        if (isBounded) order.AsSpan().Sort();
        _items = new int[items.RowCount];
        Positions = new int[items.RowCount];
        for (var position = 0; position < order.Length; position++)
        {
            _items[position] = ScoreKey.Item(order[position]);
            Positions[_items[position]] = position;
        }

        Packed = new PackedItems(items, threadCount, _items);
        _norms = new float[Packed.BlockCount];
        for (var block = 0; block < _norms.Length; block++) _norms[block] = norms[_items[block * Block]];
    }

    /// <summary>Bytes of an item: its factors, their packed copy, and its position, order and norm.</summary>
    public static long BytesPerItem(int rank) =>
        ((HostFactors.StrideOf(rank) + rank) * sizeof(float)) + (2 * sizeof(int)) + sizeof(float) + sizeof(ulong);

    public PackedItems Packed { get; }

    /// <summary>[items], the position of each item.</summary>
    public int[] Positions { get; }

    /// <summary>The items of a block.</summary>
    public ReadOnlySpan<int> Items(int block) =>
        _items.AsSpan(block * Block, Math.Min(Block, _items.Length - (block * Block)));

    /// <summary>No item of this block or a later one has a larger norm.</summary>
    public float Norm(int block) => _norms[block];

    /// <summary>The first block from a given one on that has no item of a norm at or above a cutoff.</summary>
    public int End(int block, float cutoff)
    {
        var (low, high) = (block, _norms.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_norms[middle] >= cutoff) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    public void Dispose() => Packed.Dispose();
}

/// <summary>
/// What a computed score can be at most. With u = 2⁻²⁴, fused or not, the sum of r products in fp32 differs from x·y by
/// at most γ·Σ|xᵢ||yᵢ| + r·2⁻¹⁴⁹, where γ = r·u/(1 − r·u) and the second term is what underflow may add (Higham, 2002,
/// 3.1 and 2.2). By Cauchy and Schwarz, a score is at most (1 + γ)·|x|·|y| + r·2⁻¹⁴⁹, and an item whose norm is less
/// than (t − r·2⁻¹⁴⁸)/((1 + γ)·|x|) scores less than t. Norms are fp64 sums, raised by more than their own error.
/// </summary>
internal static unsafe class NormBound
{
    /// <summary>More than the relative error of any few operations in fp64 and of a sum over a row.</summary>
    private const double Slack = 1e-12;

    private const double Underflow = 1.0 / (1L << 62) / (1L << 62) / (1L << 24);

    /// <summary>The norm of an item, rounded up; infinite if it has factors that are not finite.</summary>
    /// <param name="row">[stride], zeros after the factors.</param>
    /// <param name="stride">A multiple of 8.</param>
    public static float OfItem(float* row, int stride)
    {
        var norm = Norm(row, stride);
        var rounded = (float)norm;
        return double.IsNaN(norm) ? float.PositiveInfinity : rounded < norm ? MathF.BitIncrement(rounded) : rounded;
    }

    /// <summary>(1 + γ)·|x| of a query, rounded up.</summary>
    public static double OfQuery(float* row, int stride)
    {
        var gamma = stride / (double)(1 << 24) * 1.001;
        return (1 + gamma) * Norm(row, stride);
    }

    /// <summary>Items of lower norms score less than a threshold; 0 if there are no such items.</summary>
    /// <param name="threshold">The threshold.</param>
    /// <param name="query">As <see cref="OfQuery"/> has it.</param>
    /// <param name="stride">Number of products in a score, or more.</param>
    public static float Cutoff(float threshold, double query, int stride)
    {
        // Below the largest float, no partial sum of a score becomes infinite.
        var reached = Math.Min(threshold, float.MaxValue) - (stride * Underflow);
        if (!(reached > 0 && query > 0)) return 0; // also where the query is not finite
        var cutoff = reached / query * (1 - Slack);
        var rounded = (float)Math.Min(cutoff, float.MaxValue);
        return rounded > cutoff ? MathF.BitDecrement(rounded) : rounded;
    }

    private static double Norm(float* row, int stride)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var i = 0; i < stride; i += Vector256<float>.Count)
        {
            var (a, b) = Vector256.Widen(Vector256.Load(row + i));
            low += a * a;
            high += b * b;
        }

        return Math.Sqrt(Vector256.Sum(low + high)) * (1 + Slack);
    }
}

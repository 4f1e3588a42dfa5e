using System.Buffers;

namespace GpuAls;

/// <summary>The operations of engines and factors on all rows at once, made of those on ranges.</summary>
internal static class EngineRows
{
    /// <summary>Brings a factor matrix to the device; a failure leaves nothing there.</summary>
    /// <param name="engine">The device.</param>
    /// <param name="values">[rows, rank], row-major.</param>
    /// <param name="rank">Length of a factor vector.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static IEngineFactors LoadFactors(this IAlsEngine engine, ReadOnlySpan<float> values, int rank)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var factors = engine.CreateFactors(values.Length / rank, rank);
        try
        {
            factors.CopyFrom(values);
            return factors;
        }
        catch
        {
            factors.Dispose();
            throw;
        }
    }

    /// <summary>Overwrites all rows.</summary>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="source">[rows, rank], row-major.</param>
    public static void CopyFrom(this IEngineFactors factors, ReadOnlySpan<float> source)
    {
        ArgumentNullException.ThrowIfNull(factors);
        factors.CopyFrom(RowRange.All(factors), source);
    }

    /// <summary>Reads all rows.</summary>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="target">[rows, rank], row-major.</param>
    public static void CopyTo(this IEngineFactors factors, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(factors);
        factors.CopyTo(RowRange.All(factors), target);
    }

    /// <summary>All rows in host memory, [rows, rank].</summary>
    public static float[] ToArray(this IEngineFactors factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var values = new float[(long)factors.RowCount * factors.Rank];
        factors.CopyTo(values);
        return values;
    }

    /// <summary>YᵀY over a range of rows: the sums of its blocks, added in their order in fp64.</summary>
    /// <param name="engine">Where the factors are.</param>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="gramian">[rank, rank], both triangles are written.</param>
    public static void Gramian(this IAlsEngine engine, IEngineFactors factors, RowRange rows, Span<double> gramian)
    {
        ArgumentNullException.ThrowIfNull(engine);
        engine.Gramian(factors, rows, engine.Capabilities.GramianBlocks, SingleProcess.Instance, gramian);
    }

    /// <summary>
    /// The same by processes that have the same factors: each sums some of the blocks, and gets the others. A single
    /// block is summed by all of them.
    /// </summary>
    /// <param name="engine">Where the factors of this process are.</param>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="cut">The blocks, as all processes cut them.</param>
    /// <param name="group">The processes.</param>
    /// <param name="gramian">[rank, rank], both triangles are written.</param>
    public static void Gramian(
        this IAlsEngine engine, IEngineFactors factors, RowRange rows, GramianBlocks cut, IProcessGroup group,
        Span<double> gramian)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(group);
        var (blockRows, square) = (cut.RowsOf(rows.Count, factors.Rank), factors.Rank * factors.Rank);
        var blocks = BlockCount(rows, blockRows);
        var isShared = group.Size > 1 && blocks > 1;
        var shares = isShared ? RowShares.Even(blocks, group.Size) : RowShares.Whole(blocks);
        var own = shares.Range(isShared ? group.Rank : 0);
        var first = own.Start * blockRows;
        var ownRows = new RowRange(
            rows.Start + first, (int)Math.Min((long)own.Count * blockRows, rows.Count - first));
        var rented = ArrayPool<double>.Shared.Rent(blocks * square);
        var sums = rented.AsSpan(0, blocks * square);
        engine.Gramian(factors, ownRows, blockRows, sums.Slice(own.Start * square, own.Count * square));
        if (isShared) group.AllGather(sums, shares, square);
        AddBlocks(sums, gramian);
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Adds the sums of blocks in their order.</summary>
    /// <param name="sums">[blocks, rank, rank].</param>
    /// <param name="gramian">[rank, rank].</param>
    internal static void AddBlocks(ReadOnlySpan<double> sums, Span<double> gramian)
    {
        gramian.Clear();
        for (var first = 0; first < sums.Length; first += gramian.Length)
        {
            var block = sums.Slice(first, gramian.Length);
            for (var i = 0; i < gramian.Length; i++) gramian[i] += block[i];
        }
    }

    /// <summary>Blocks of a range; the last one may be shorter.</summary>
    internal static int BlockCount(RowRange rows, int blockRows) => (rows.Count + blockRows - 1) / blockRows;
}

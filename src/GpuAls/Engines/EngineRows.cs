using System.Buffers;

namespace GpuAls;

/// <summary>The operations of engines and factors on all rows at once, made of those on ranges.</summary>
internal static class EngineRows
{
    /// <summary>Brings a factor matrix to the device; a failure leaves nothing there.</summary>
    /// <param name="engine">The device.</param>
    /// <param name="matrix">[rows, rank].</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static IEngineFactors LoadFactors(this IAlsEngine engine, FactorMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(matrix);
        var factors = engine.CreateFactors(matrix.RowCount, matrix.Rank);
        try
        {
            factors.CopyFrom(matrix);
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
    /// <param name="source">[rows, rank].</param>
    public static void CopyFrom(this IEngineFactors factors, FactorMatrix source)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(source);
        Require.Length(source.RowCount, factors.RowCount, nameof(source));
        foreach (var (rows, values) in source.Blocks) factors.CopyFrom(rows, values.Span);
    }

    /// <summary>Reads all rows.</summary>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="target">[rows, rank].</param>
    public static void CopyTo(this IEngineFactors factors, FactorMatrix target)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(target);
        Require.Length(target.RowCount, factors.RowCount, nameof(target));
        foreach (var (rows, values) in target.Blocks) factors.CopyTo(rows, values.Span);
    }

    /// <summary>All rows in host memory, [rows, rank].</summary>
    public static FactorMatrix ToMatrix(this IEngineFactors factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var matrix = FactorMatrix.Uninitialized(factors.RowCount, factors.Rank);
        factors.CopyTo(matrix);
        return matrix;
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

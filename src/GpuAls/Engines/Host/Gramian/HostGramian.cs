namespace GpuAls;

/// <summary>
/// YᵀY of blocks of rows, summed in fp32 over slices of a few hundred rows and in fp64 over the slices of a block, in
/// row order. This way the error does not grow with the number of rows.
/// </summary>
internal static unsafe class HostGramian<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int SliceRows = 256;

    /// <param name="factors">[all rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="blockRows">Rows per block.</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="sums">[blocks, rank, rank].</param>
    public static void Sum(HostFactors factors, RowRange rows, int blockRows, int threadCount, Span<double> sums)
    {
        var (length, end) = (factors.Rank * factors.Rank, rows.Start + rows.Count);
        fixed (double* pointer = sums)
        {
            var (all, blocks) = ((nint)pointer, EngineRows.BlockCount(rows, blockRows));
            ParallelChunks.Run(
                threadCount, blocks, () => new NativeFloats((long)factors.Stride * factors.Stride), (slice, block) =>
                {
                    var first = rows.Start + (block * blockRows);
                    var sum = new Span<double>((double*)all + ((long)block * length), length);
                    SumBlock(factors, first, Math.Min(first + blockRows, end), slice, sum);
                });
        }
    }

    private static void SumBlock(HostFactors factors, int first, int end, NativeFloats slice, Span<double> sum)
    {
        sum.Clear();
        for (var start = first; start < end; start += SliceRows)
        {
            slice.Clear();
            var rows = factors.Row(start);
            var count = Math.Min(SliceRows, end - start);
            OuterProductTile<TSimd, TVector>.AddUpperTriangle(
                rows, rows, count, slice.Pointer, factors.Stride, factors.Rank);
            for (var i = 0; i < factors.Rank; i++)
                for (var j = 0; j < factors.Rank; j++)
                {
                    var (row, column) = (Math.Min(i, j), Math.Max(i, j)); // the upper triangle is summed
                    sum[(i * factors.Rank) + j] += slice.Pointer[((long)row * factors.Stride) + column];
                }
        }
    }
}

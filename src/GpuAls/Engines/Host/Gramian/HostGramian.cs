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

    /// <summary>Rows of the Gramian summed at a time: a band of them stays in a cache.</summary>
    private const int BandRows = 128;

    /// <param name="factors">[all rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="blockRows">Rows per block.</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="sums">[blocks, rank, rank].</param>
    public static void Sum(HostFactors factors, RowRange rows, int blockRows, int threadCount, Span<double> sums)
    {
        var (length, end) = ((long)factors.Rank * factors.Rank, rows.Start + rows.Count);
        var bands = (factors.Rank + BandRows - 1) / BandRows;
        fixed (double* pointer = sums)
        {
            var (all, units) = ((nint)pointer, EngineRows.BlockCount(rows, blockRows) * bands);
            ParallelChunks.Run(
                threadCount, units, () => new NativeFloats((long)BandRows * factors.Stride), (slice, unit) =>
                {
                    var (block, band) = (unit / bands, unit % bands);
                    var first = rows.Start + (block * blockRows);
                    SumBand(
                        factors, first, Math.Min(first + blockRows, end), band * BandRows, slice,
                        (double*)all + (block * length));
                });
        }
    }

    /// <summary>Sums some rows of the upper triangle, and mirrors them.</summary>
    private static void SumBand(
        HostFactors factors, int first, int end, int firstRow, NativeFloats slice, double* sum)
    {
        var (rank, stride, endRow) = (factors.Rank, factors.Stride, Math.Min(firstRow + BandRows, factors.Rank));
        for (var i = firstRow; i < endRow; i++) new Span<double>(sum + ((long)i * rank) + i, rank - i).Clear();
        for (var start = first; start < end; start += SliceRows)
        {
            slice.Clear();
            var rows = factors.Row(start);
            var count = Math.Min(SliceRows, end - start);
            for (var row = firstRow; row < endRow; row += OuterProductTile<TSimd, TVector>.Rows)
                OuterProductTile<TSimd, TVector>.AddUpperStrip(
                    rows, rows, count, slice.Pointer - ((long)firstRow * stride), stride, rank, row);
            for (var i = firstRow; i < endRow; i++)
            {
                var part = slice.Pointer + ((long)(i - firstRow) * stride);
                var total = sum + ((long)i * rank);
                for (var j = i; j < rank; j++) total[j] += part[j];
            }
        }

        for (var i = firstRow; i < endRow; i++)
            for (var j = i + 1; j < rank; j++) sum[((long)j * rank) + i] = sum[((long)i * rank) + j];
    }
}

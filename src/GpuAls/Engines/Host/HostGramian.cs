namespace GpuAls;

/// <summary>
/// YᵀY: fp32 over slices of a few hundred rows in registers, fp64 over slices and chunks, in the order of the rows.
/// The error of a sum of n rows so does not grow with n.
/// </summary>
internal static unsafe class HostGramian<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int SliceRows = 256;
    private const int MaximumChunks = 64;

    public static void Sum(HostFactors factors, RowRange rows, int threadCount, Span<double> gramian)
    {
        var chunkRows = Math.Max(SliceRows, (rows.Count + MaximumChunks - 1) / MaximumChunks);
        var chunkCount = (rows.Count + chunkRows - 1) / chunkRows;
        var partials = new double[chunkCount][];
        ParallelChunks.Run(threadCount, chunkCount, () => new NativeFloats((long)factors.Stride * factors.Stride), (slice, chunk) =>
        {
            var first = rows.Start + (chunk * chunkRows);
            partials[chunk] = SumChunk(factors, first, Math.Min(first + chunkRows, rows.Start + rows.Count), slice);
        });

        gramian.Clear();
        foreach (var partial in partials)
            for (var i = 0; i < gramian.Length; i++) gramian[i] += partial[i];
    }

    private static double[] SumChunk(HostFactors factors, int first, int end, NativeFloats slice)
    {
        var sum = new double[factors.Rank * factors.Rank];
        for (var start = first; start < end; start += SliceRows)
        {
            slice.Clear();
            OuterProductTile<TSimd, TVector>.AddUpperTriangle(factors.Row(start), factors.Row(start), Math.Min(SliceRows, end - start), slice.Pointer, factors.Stride, factors.Rank);
            for (var i = 0; i < factors.Rank; i++)
                for (var j = 0; j < factors.Rank; j++)
                    sum[(i * factors.Rank) + j] += slice.Pointer[((long)Math.Min(i, j) * factors.Stride) + Math.Max(i, j)];
        }

        return sum;
    }
}

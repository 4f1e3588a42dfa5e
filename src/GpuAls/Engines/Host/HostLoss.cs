namespace GpuAls;

/// <summary>Terms of the loss: scores in fp32, terms and sums in fp64. Chunks are added in order.</summary>
internal static unsafe class HostLoss<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static double Plays(
        CsrMatrix plays, HostFactors rowFactors, int firstRow, HostFactors columnFactors, ConfidenceWeights weights,
        int threadCount)
    {
        var boundaries = RowChunks.Split(plays.Indptr, costPerRow: 1);
        var partials = new double[boundaries.Length - 1];
        ParallelChunks.Run(threadCount, partials.Length, () => Stream.Null, (_, chunk) =>
        {
            for (var row = boundaries[chunk]; row < boundaries[chunk + 1]; row++)
            {
                var x = rowFactors.Row(firstRow + row);
                partials[chunk] += Row(new RowEntries(plays, row), x, columnFactors, weights);
            }
        });

        double loss = 0;
        foreach (var partial in partials) loss += partial;
        return loss;
    }

    public static double WeightedSquaredNorm(
        HostFactors factors, int firstRow, ReadOnlySpan<float> rowWeights, int threadCount)
    {
        const int ChunkRows = 1 << 16;
        var partials = new double[(rowWeights.Length + ChunkRows - 1) / ChunkRows];
        var rowCount = rowWeights.Length;
        fixed (float* weights = rowWeights)
        {
            var rowWeight = weights;
            ParallelChunks.Run(threadCount, partials.Length, chunk =>
            {
                for (var row = chunk * ChunkRows; row < Math.Min((chunk + 1) * ChunkRows, rowCount); row++)
                {
                    var x = factors.Row(firstRow + row);
                    partials[chunk] += (double)rowWeight[row] * VectorMath<TSimd, TVector>.Dot(x, x, factors.Stride);
                }
            });
        }

        double sum = 0;
        foreach (var partial in partials) sum += partial;
        return sum;
    }

    private static double Row(RowEntries entries, float* x, HostFactors columnFactors, ConfidenceWeights weights)
    {
        double loss = 0;
        for (var k = 0; k < entries.Length; k++)
        {
            double score = VectorMath<TSimd, TVector>.Dot(
                x, columnFactors.Row(entries.Indices[k]), columnFactors.Stride);
            loss += weights.Loss(entries.Values[k], score);
        }

        return loss;
    }
}

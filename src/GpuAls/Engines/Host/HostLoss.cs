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

    public static double WeightedSquaredNorm(HostFactors factors, int firstRow, ReadOnlySpan<float> rowWeights)
    {
        double sum = 0;
        for (var row = 0; row < rowWeights.Length; row++)
        {
            var x = factors.Row(firstRow + row);
            sum += (double)rowWeights[row] * VectorMath<TSimd, TVector>.Dot(x, x, factors.Stride);
        }

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

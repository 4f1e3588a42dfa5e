namespace GpuAls;

/// <summary>The part of the left side that all rows share, as the kernels read it.</summary>
internal static class BaseMatrix
{
    /// <summary>α₀·YᵀY; the padding gets a diagonal of ones, so that it factors and its unknowns come out 0.</summary>
    /// <param name="gramian">YᵀY, [rank, rank].</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="unobservedWeight">α₀.</param>
    /// <param name="padded">The rank, rounded up to whole tiles: a multiple of eight.</param>
    /// <returns>[padded, padded].</returns>
    public static float[] Of(ReadOnlySpan<double> gramian, int rank, float unobservedWeight, int padded)
    {
        var matrix = new float[padded * padded];
        for (var row = 0; row < rank; row++)
        {
            for (var column = 0; column < rank; column++)
                matrix[(row * padded) + column] = (float)(unobservedWeight * gramian[(row * rank) + column]);
        }

        for (var row = rank; row < padded; row++) matrix[(row * padded) + row] = 1;
        return matrix;
    }
}

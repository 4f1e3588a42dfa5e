namespace GpuAls;

/// <summary>Factors with values from the start.</summary>
internal static class EngineFactorsLoading
{
    /// <summary>Brings a factor matrix to the device; a failure leaves nothing there.</summary>
    /// <param name="engine">The device.</param>
    /// <param name="values">[rows, rank], row-major.</param>
    /// <param name="rank">Length of a factor vector.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static IEngineFactors LoadFactors(this IAlsEngine engine, ReadOnlySpan<float> values, int rank)
    {
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
}

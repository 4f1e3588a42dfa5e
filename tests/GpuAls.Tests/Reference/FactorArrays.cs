namespace GpuAls.Tests.Reference;

/// <summary>Factors as arrays, [rows, rank], as small tests have them.</summary>
internal static class FactorArrays
{
    public static IEngineFactors LoadFactors(this IAlsEngine engine, ReadOnlySpan<float> values, int rank) =>
        engine.LoadFactors(FactorMatrix.Of(values.ToArray(), rank));

    public static void CopyFrom(this IEngineFactors factors, ReadOnlySpan<float> source) =>
        factors.CopyFrom(RowRange.All(factors), source);

    public static void CopyTo(this IEngineFactors factors, Span<float> target) =>
        factors.CopyTo(RowRange.All(factors), target);

    public static float[] ToArray(this IEngineFactors factors) => factors.ToMatrix().ToArray();

    /// <summary>A model with such factors.</summary>
    public static FactorModel Model(
        IdIndex users, IdIndex items, CsrMatrix plays, AlsOptions options, float[] userFactors, float[] itemFactors) =>
        new(
            users, items, plays, options, FactorMatrix.Of(userFactors, options.Rank),
            FactorMatrix.Of(itemFactors, options.Rank));
}

using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Distribution of the initial factors.</summary>
[JsonConverter(typeof(WordConverter<Initialization>))]
public enum Initialization
{
    /// <summary>Independent normal numbers with standard deviation scale/√rank; scale 0.1 by default (iALS).</summary>
    [JsonStringEnumMemberName("normal")]
    Normal,

    /// <summary>Normal numbers, each factor vector scaled to length scale; scale 1 by default (Spark).</summary>
    [JsonStringEnumMemberName("sphere")]
    Sphere,

    /// <summary>Uniform numbers in [0, scale); scale 0.01 by default (implicit).</summary>
    [JsonStringEnumMemberName("uniform")]
    Uniform,
}

/// <summary>
/// Initial factors, each a pure function of seed, side, row and factor, so that neither threads nor the order of rows
/// matter.
/// </summary>
internal static class FactorInitializer
{
    /// <summary>The scale of the initialization, if <see cref="AlsOptions.InitScale"/> names none.</summary>
    public static double DefaultScale(Initialization initialization) => initialization switch
    {
        Initialization.Normal => 0.1,
        Initialization.Sphere => 1,
        _ => 0.01,
    };

    /// <returns>[rowCount, rank].</returns>
    public static FactorMatrix Create(int rowCount, Side side, AlsOptions options)
    {
        var (rank, initialization) = (options.Rank, options.Init);
        var factors = FactorMatrix.Uninitialized(rowCount, rank);
        var stream = SeededRandom.Mix((ulong)options.Seed ^ SeededRandom.Mix((ulong)side + 1));
        var scale = options.InitScale ?? DefaultScale(initialization);
        if (initialization == Initialization.Normal) scale /= Math.Sqrt(rank);
        ParallelRanges.ForEach(rowCount, (start, end) =>
        {
            for (var row = start; row < end; row++)
                Draw(initialization, scale, stream, (ulong)(row * rank), factors.Row((int)row));
        });
        return factors;
    }

    private static void Draw(Initialization initialization, double scale, ulong stream, ulong first, Span<float> row)
    {
        if (initialization == Initialization.Uniform)
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = (float)(scale * SeededRandom.Uniform(stream + first + (ulong)i));
            return;
        }

        var isSphere = initialization == Initialization.Sphere;
        var factor = isSphere ? 1 : scale;
        for (var i = 0; i < row.Length; i++) row[i] = (float)(factor * Normal(stream, first + (ulong)i));
        if (!isSphere) return;
        double squares = 0;
        foreach (var value in row) squares += (double)value * value;
        foreach (ref var value in row) value = (float)(scale * value / Math.Sqrt(squares));
    }

    /// <summary>Box and Muller's transform of two counter-based uniform numbers.</summary>
    private static double Normal(ulong stream, ulong counter)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - SeededRandom.Uniform(stream + (2 * counter))));
        return radius * Math.Cos(2 * Math.PI * SeededRandom.Uniform(stream + (2 * counter) + 1));
    }
}

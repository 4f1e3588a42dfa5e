namespace GpuAls;

/// <summary>
/// Settings of another system: objective, defaults and initial factors. Rank, iterations and seed don't change.
/// </summary>
public static class Preset
{
    private static readonly Meaning[] Meanings =
    [
        new("spark", Objective.HuKorenVolinsky, ConfidenceOffset: 0, UnobservedWeight: 1, Regularization: 0.1,
            RegularizationScaling.Count, First: Side.Items, Initialization.Sphere),
        new("implicit", Objective.HuKorenVolinsky, ConfidenceOffset: -1, UnobservedWeight: 1, Regularization: 0.01,
            RegularizationScaling.None, First: Side.Users, Initialization.Uniform),
        new("ials", Objective.Ials, ConfidenceOffset: 0, UnobservedWeight: 0.1, Regularization: 0.003,
            RegularizationScaling.Ials, First: Side.Users, Initialization.Normal),
    ];

    /// <summary>The names of the presets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Meanings.Select(meaning => meaning.Name)];

    /// <summary>Applies the settings of a system to some options.</summary>
    /// <param name="name">
    /// spark: c = 1 + α|r|, λ·n, items first, with the defaults of Spark's ALS. implicit: c = α·r, with the defaults of
    /// its AlternatingLeastSquares. ials: the objective and the scaling of Rendle et al., with their settings for
    /// MovieLens 20M.
    /// </param>
    /// <param name="options">The options to start from.</param>
    /// <exception cref="GpuAlsException">Kind Usage: no such preset.</exception>
    public static AlsOptions Apply(string name, AlsOptions options)
    {
        var meaning = Array.Find(Meanings, meaning => meaning.Name == name)
            ?? throw new GpuAlsException(
                FailureKind.Usage, $"there is no preset '{name}'; expected {string.Join(", ", Names)}.");
        return options with
        {
            Objective = meaning.Objective,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = meaning.ConfidenceOffset,
            Alpha = 1,
            UnobservedWeight = meaning.UnobservedWeight,
            Regularization = meaning.Regularization,
            RegularizationScaling = meaning.RegularizationScaling,
            RegularizationExponent =
                meaning.RegularizationScaling == RegularizationScaling.Ials ? 1 : options.RegularizationExponent,
            First = meaning.First,
            Init = meaning.Init,
            InitScale = null,
            Acceleration = Acceleration.None,
        };
    }

    /// <summary>In what the systems differ.</summary>
    private sealed record Meaning(
        string Name,
        Objective Objective,
        double ConfidenceOffset,
        double UnobservedWeight,
        double Regularization,
        RegularizationScaling RegularizationScaling,
        Side First,
        Initialization Init);
}

namespace GpuAls;

/// <summary>
/// Settings of another system: objective, defaults and initial factors. Rank, iterations and seed don't change.
/// </summary>
public static class Preset
{
    /// <summary>The names of the presets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["spark", "implicit", "ials"];

    /// <summary>Applies the settings of a system to some options.</summary>
    /// <param name="name">
    /// spark: c = 1 + α|r|, λ·n, items first, with the defaults of Spark's ALS. implicit: c = α·r, with the defaults of
    /// its AlternatingLeastSquares. ials: the objective and the scaling of Rendle et al., with their settings for
    /// MovieLens 20M.
    /// </param>
    /// <param name="options">The options to start from.</param>
    /// <exception cref="GpuAlsException">Kind Usage: no such preset.</exception>
    public static AlsOptions Apply(string name, AlsOptions options) => name switch
    {
        "spark" => options with
        {
            Objective = Objective.HuKorenVolinsky,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = 0,
            Alpha = 1,
            UnobservedWeight = 1,
            Regularization = 0.1,
            RegularizationScaling = RegularizationScaling.Count,
            First = Side.Items,
            Init = Initialization.Sphere,
            InitScale = null,
        },
        "implicit" => options with
        {
            Objective = Objective.HuKorenVolinsky,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = -1,
            Alpha = 1,
            UnobservedWeight = 1,
            Regularization = 0.01,
            RegularizationScaling = RegularizationScaling.None,
            First = Side.Users,
            Init = Initialization.Uniform,
            InitScale = null,
        },
        "ials" => options with
        {
            Objective = Objective.Ials,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = 0,
            Alpha = 1,
            UnobservedWeight = 0.1,
            Regularization = 0.003,
            RegularizationScaling = RegularizationScaling.Ials,
            RegularizationExponent = 1,
            First = Side.Users,
            Init = Initialization.Normal,
            InitScale = null,
        },
        _ => throw new GpuAlsException(
            FailureKind.Usage, $"there is no preset '{name}'; expected {string.Join(", ", Names)}."),
    };
}

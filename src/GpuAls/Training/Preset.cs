namespace GpuAls.Training;

/// <summary>Another system's meaning of the parameters; the numbers stay what the caller says.</summary>
public static class Preset
{
    /// <summary>Names that <see cref="Apply"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["spark", "implicit", "ials"];

    /// <summary>Options with the meaning that a system gives them.</summary>
    /// <param name="name">
    /// spark: c = 1 + α|r|, λ·n, items first. implicit: c = α·r. ials: the objective and the scaling of Rendle et al.
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
            RegularizationScaling = RegularizationScaling.Count,
            First = Side.Items,
        },
        "implicit" => options with
        {
            Objective = Objective.HuKorenVolinsky,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = -1,
            RegularizationScaling = RegularizationScaling.None,
            First = Side.Users,
        },
        "ials" => options with
        {
            Objective = Objective.Ials,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = 0,
            RegularizationScaling = RegularizationScaling.Ials,
            First = Side.Users,
        },
        _ => throw new GpuAlsException(FailureKind.Usage, $"there is no preset '{name}'; expected {string.Join(", ", Names)}."),
    };
}

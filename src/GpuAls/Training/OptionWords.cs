namespace GpuAls;

/// <summary>The words for the choices of <see cref="AlsOptions"/>, on the command line and in manifests alike.</summary>
public static class OptionWords
{
    /// <summary>Of --feedback.</summary>
    public static IReadOnlyDictionary<string, Feedback> Feedbacks { get; } =
        new Dictionary<string, Feedback> { ["implicit"] = Feedback.Implicit, ["explicit"] = Feedback.Explicit };

    /// <summary>Of --confidence.</summary>
    public static IReadOnlyDictionary<string, ConfidenceFunction> Confidences { get; } =
        new Dictionary<string, ConfidenceFunction> { ["linear"] = ConfidenceFunction.Linear, ["log"] = ConfidenceFunction.Log };

    /// <summary>Of --objective.</summary>
    public static IReadOnlyDictionary<string, Objective> Objectives { get; } =
        new Dictionary<string, Objective> { ["hkv"] = Objective.HuKorenVolinsky, ["ials"] = Objective.Ials };

    /// <summary>Of --first.</summary>
    public static IReadOnlyDictionary<string, Side> Sides { get; } = new Dictionary<string, Side> { ["users"] = Side.Users, ["items"] = Side.Items };

    /// <summary>Of --solver.</summary>
    public static IReadOnlyDictionary<string, Solver> Solvers { get; } =
        new Dictionary<string, Solver> { ["cholesky"] = Solver.Cholesky, ["cg"] = Solver.ConjugateGradient };

    /// <summary>Of --precision.</summary>
    public static IReadOnlyDictionary<string, SumPrecision> Precisions { get; } =
        new Dictionary<string, SumPrecision> { ["fp32"] = SumPrecision.Fp32, ["tf32"] = SumPrecision.Tf32 };

    /// <summary>Of --regularization-scaling.</summary>
    public static IReadOnlyDictionary<string, RegularizationScaling> Scalings { get; } = new Dictionary<string, RegularizationScaling>
    {
        ["none"] = RegularizationScaling.None,
        ["count"] = RegularizationScaling.Count,
        ["ials"] = RegularizationScaling.Ials,
    };
}

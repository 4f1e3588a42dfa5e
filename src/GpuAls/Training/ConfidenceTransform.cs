using System.Globalization;

namespace GpuAls;

/// <summary>
/// From plays r to the values the engines take: ±conf(|r|) before the offset, negative for a dislike; ratings as they
/// are.
/// </summary>
internal static class ConfidenceTransform
{
    private const float SmallestNormal = 1.17549435e-38f;

    /// <summary>The weights that belong to <see cref="Apply"/>'s values.</summary>
    public static ConfidenceWeights Weights(AlsOptions options)
    {
        if (options.Feedback == Feedback.Explicit) return ConfidenceWeights.Explicit;
        var unobserved = (float)options.UnobservedWeight;
        var offset = (float)options.ConfidenceOffset;
        return new ConfidenceWeights(
            unobserved, offset, options.Objective == Objective.HuKorenVolinsky ? offset + unobserved : offset);
    }

    /// <summary>Whether two options make the same confidences of plays.</summary>
    public static bool IsSame(AlsOptions one, AlsOptions other) =>
        (one.Feedback, one.Alpha, one.Confidence) == (other.Feedback, other.Alpha, other.Confidence)
            && (one.Confidence == ConfidenceFunction.Linear || one.Epsilon.Equals(other.Epsilon));

    /// <summary>The same entries with confidences as values.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a confidence is too large for fp32.</exception>
    public static CsrMatrix Apply(CsrMatrix plays, AlsOptions options)
    {
        if (options.Feedback == Feedback.Explicit || AreConfidences(plays, options)) return plays;
        var confidences = plays.MapValues(play => Signed(play, options));
        var tooLarge = confidences.Values.IndexOfAny(float.PositiveInfinity, float.NegativeInfinity);
        return tooLarge < 0 ? confidences : throw TooLarge(plays.Values[tooLarge], options);
    }

    /// <summary>Whether the plays are their confidences, which saves a copy of the values.</summary>
    private static bool AreConfidences(CsrMatrix plays, AlsOptions options)
    {
        if (options is not { Alpha: 1, Confidence: ConfidenceFunction.Linear }) return false;
        foreach (var play in plays.Values)
            if (Math.Abs(play) < SmallestNormal) return false;
        return true;
    }

    /// <summary>
    /// The sign carries the preference, so a confidence that fp32 would round to 0 keeps the smallest normal number.
    /// </summary>
    private static float Signed(float play, AlsOptions options)
    {
        var magnitude = Math.Max((float)Confidence(play, options), SmallestNormal);
        return play > 0 ? magnitude : -magnitude;
    }

    private static double Confidence(float play, AlsOptions options)
    {
        var strength = Math.Abs((double)play);
        return options.Alpha * (
            options.Confidence == ConfidenceFunction.Linear ? strength : Math.Log(1 + (strength / options.Epsilon)));
    }

    private static GpuAlsException TooLarge(float play, AlsOptions options) => new(FailureKind.Usage, string.Create(
        CultureInfo.InvariantCulture,
        $"a weight of {play} gives a confidence of {Confidence(play, options):g3}, too large for fp32. Lower --alpha "
        + $"or use --confidence log."));
}

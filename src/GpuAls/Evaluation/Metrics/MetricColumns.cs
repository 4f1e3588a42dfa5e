namespace GpuAls;

/// <summary>
/// What is summed over users, and how metrics follow: each is a quotient of two sums, errors the root of one. So it can
/// be computed again for any users drawn, as the bootstrap does, and for several folds together.
/// </summary>
internal sealed class MetricColumns
{
    /// <summary>1 for a user with relevant items.</summary>
    public const int Users = 0;

    /// <summary>1 for a user with a list.</summary>
    public const int Listed = 1;

    /// <summary>1 for a user with an AUC.</summary>
    public const int Ranked = 2;

    public const int Auc = 3;

    /// <summary>Σ r·percentile, then Σ r.</summary>
    public const int PercentileRanks = 4;

    public const int PercentileWeights = 5;

    /// <summary>Number of predictions.</summary>
    public const int Predictions = 6;

    public const int SquaredPreference = 7;

    public const int AbsolutePreference = 8;

    public const int SquaredRating = 9;

    public const int AbsoluteRating = 10;

    private const int OfLists = 11;
    private const int PerCutoff = 7;

    private readonly Feedback _feedback;
    private readonly MetricFormula[] _formulas;

    /// <param name="cutoffs">Lengths of lists.</param>
    /// <param name="kinds">The metrics that there are.</param>
    /// <param name="feedback">Ratings are predicted themselves, and no preferences.</param>
    public MetricColumns(IReadOnlyList<int> cutoffs, MetricKinds kinds, Feedback feedback = Feedback.Implicit)
    {
        (Cutoffs, _feedback) = (cutoffs, feedback);
        _formulas = [.. FormulasOf(kinds)];
    }

    public IReadOnlyList<int> Cutoffs { get; }

    public IReadOnlyList<MetricFormula> Formulas => _formulas;

    /// <summary>Number of columns.</summary>
    public int Count => OfLists + (PerCutoff * Cutoffs.Count);

    /// <summary>
    /// The seven columns of a cutoff: those of <see cref="RankingMetrics"/> in their order, then novelty.
    /// </summary>
    public static int OfCutoff(int cutoff) => OfLists + (PerCutoff * cutoff);

    /// <summary>The same columns, of which some are filled.</summary>
    public MetricColumns Of(MetricKinds kinds) => new(Cutoffs, kinds, _feedback);

    private IEnumerable<MetricFormula> FormulasOf(MetricKinds kinds)
    {
        if (kinds.HasFlag(MetricKinds.Errors))
        {
            var preference = _feedback == Feedback.Explicit ? [] : PreferenceErrors();
            foreach (var formula in preference.Concat(RatingErrors())) yield return formula;
        }

        if (kinds.HasFlag(MetricKinds.Lists))
            for (var cutoff = 0; cutoff < Cutoffs.Count; cutoff++)
                foreach (var formula in ListFormulas(cutoff)) yield return formula;
        if (!kinds.HasFlag(MetricKinds.Ranks)) yield break;
        yield return new MetricFormula(new Metric(Metric.Auc), Auc, Ranked);
        yield return new MetricFormula(new Metric(Metric.PercentileRank), PercentileRanks, PercentileWeights);
    }

    private static IEnumerable<MetricFormula> PreferenceErrors() =>
    [
        new(new Metric(Metric.RmseOfPreference), SquaredPreference, Predictions, IsRoot: true),
        new(new Metric(Metric.MaeOfPreference), AbsolutePreference, Predictions),
    ];

    private static IEnumerable<MetricFormula> RatingErrors() =>
    [
        new(new Metric(Metric.RmseOfRating), SquaredRating, Predictions, IsRoot: true),
        new(new Metric(Metric.MaeOfRating), AbsoluteRating, Predictions),
    ];

    private IEnumerable<MetricFormula> ListFormulas(int cutoff)
    {
        var (first, k) = (OfCutoff(cutoff), Cutoffs[cutoff]);
        return
        [
            new(new Metric(Metric.Precision, k), first, Users),
            new(new Metric(Metric.Recall, k), first + 1, Users),
            new(new Metric(Metric.AveragePrecision, k), first + 2, Users),
            new(new Metric(Metric.Ndcg, k), first + 3, Users),
            new(new Metric(Metric.ReciprocalRank, k), first + 4, Users),
            new(new Metric(Metric.HitRate, k), first + 5, Users),
            new(new Metric(Metric.Novelty, k), first + 6, Listed),
        ];
    }
}

/// <summary>A metric as a quotient of sums over users.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Numerator">The column above.</param>
/// <param name="Denominator">The column below.</param>
/// <param name="IsRoot">Whether the root of the quotient is taken.</param>
internal readonly record struct MetricFormula(Metric Metric, int Numerator, int Denominator, bool IsRoot = false)
{
    /// <summary>The metric of some users.</summary>
    /// <param name="sums">[columns], over these users.</param>
    public double Of(ReadOnlySpan<double> sums)
    {
        var quotient = sums[Numerator] / sums[Denominator];
        return IsRoot ? Math.Sqrt(quotient) : quotient;
    }
}

using System.Globalization;

namespace GpuAls;

/// <summary>The one metric by which iterations or trials are compared.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Kinds">What has to be measured for it; nothing for the loss.</param>
/// <param name="IsLowerBetter">Whether a lower number is the better one.</param>
internal sealed record MetricChoice(Metric Metric, MetricKinds Kinds, bool IsLowerBetter)
{
    private const string Option = "--metric";

    private const string Expected =
        "precision@K, recall@K, map@K, ndcg@K, mrr@K, hit_rate@K, coverage@K, auc, mpr, rmse, mae, rmse_rating, "
            + "mae_rating";

    private static readonly string[] OfLists = [
        Metric.Precision, Metric.Recall, Metric.AveragePrecision, Metric.Ndcg, Metric.ReciprocalRank, Metric.HitRate,
        Metric.Coverage,
    ];

    private static readonly string[] OfErrors = [
        Metric.RmseOfPreference, Metric.MaeOfPreference, Metric.RmseOfRating, Metric.MaeOfRating,
    ];

    /// <summary>The words of the command line that can be given, for messages and help.</summary>
    public static string Names => Expected;

    /// <summary>The default.</summary>
    public static string DefaultOf(Feedback feedback) =>
        feedback == Feedback.Explicit ? Metric.RmseOfRating : "ndcg@10";

    /// <summary>Whether it is the loss of the training, which needs no plays to measure with.</summary>
    public bool IsLoss => Kinds == MetricKinds.None;

    /// <summary>
    /// Reads a metric such as <c>ndcg@10</c>, <c>auc</c>, <c>rmse</c> (that of the preference) or <c>loss</c>.
    /// </summary>
    /// <param name="text">The metric.</param>
    /// <param name="option">The option it was given for, for messages.</param>
    /// <exception cref="GpuAlsException">Kind Usage: there is no such metric.</exception>
    public static MetricChoice Parse(string text, string option = Option)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (name, cutoff) = text.Split('@') is [var before, var after] ? (before, after) : (text, null);
        return cutoff is null
            ? OfName(name) ?? throw Unknown(text, option)
            : new MetricChoice(
                new Metric(
                    Array.IndexOf(OfLists, name) >= 0 ? name : throw Unknown(text, option),
                    Cutoff(cutoff, text, option)),
                MetricKinds.Lists, IsLowerBetter: false);
    }

    /// <summary>A value as a number that is better the lower it is; infinite where there is none.</summary>
    public double Cost(double? value) =>
        value is { } known && !double.IsNaN(known) ? IsLowerBetter ? known : -known : double.PositiveInfinity;

    /// <summary>Checks that it can be measured.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an error of preferences, and there are ratings.</exception>
    public void Check(Feedback feedback, string option = Option) => Require.Usage(
        feedback == Feedback.Implicit || Metric.Name is not (Metric.RmseOfPreference or Metric.MaeOfPreference),
        $"{option} {Metric.Name} is an error of preferences; explicit feedback predicts ratings. "
            + $"Use {option} {(Metric.Name == Metric.RmseOfPreference ? Metric.RmseOfRating : Metric.MaeOfRating)}.");

    /// <summary>What measures it.</summary>
    public EvaluationOptions Options(ColdStart coldStart = ColdStart.Drop) =>
        new()
        {
            Kinds = Kinds,
            ColdStart = coldStart,
            Cutoffs = Metric.K is { } k ? [k] : EvaluationOptions.Default.Cutoffs,
        };

    /// <summary>What measures several, none of them the loss.</summary>
    public static EvaluationOptions Options(IReadOnlyCollection<MetricChoice> choices)
    {
        int[] cutoffs = [.. choices.Select(choice => choice.Metric.K).OfType<int>().Distinct().Order()];
        return new()
        {
            Kinds = choices.Aggregate(MetricKinds.None, (kinds, choice) => kinds | choice.Kinds),
            Cutoffs = cutoffs.Length > 0 ? cutoffs : EvaluationOptions.Default.Cutoffs,
        };
    }

    private static MetricChoice? OfName(string name) => name switch
    {
        LossMetric.LossName => new(new Metric(name), MetricKinds.None, IsLowerBetter: true),
        Metric.Auc => new(new Metric(name), MetricKinds.Ranks, IsLowerBetter: false),
        Metric.PercentileRank => new(new Metric(name), MetricKinds.Ranks, IsLowerBetter: true),
        "rmse" => OfName(Metric.RmseOfPreference),
        "mae" => OfName(Metric.MaeOfPreference),
        _ => Array.IndexOf(OfErrors, name) >= 0 ? new(new Metric(name), MetricKinds.Errors, IsLowerBetter: true) : null,
    };

    private static int Cutoff(string text, string all, string option) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            && k is >= 1 and <= TopKQuery.MaximumK
            ? k
            : throw new GpuAlsException(
                FailureKind.Usage,
                $"{option} is '{all}'; expected a list length from 1 to {TopKQuery.MaximumK} after the @, such as "
                    + "ndcg@10.");

    private static GpuAlsException Unknown(string text, string option)
    {
        var cutoff = text.Contains('@', StringComparison.Ordinal) ? text[text.IndexOf('@')..] : "@10";
        var names = OfLists.Select(name => name + cutoff)
            .Concat([Metric.Auc, Metric.PercentileRank, "rmse", "mae", LossMetric.LossName, .. OfErrors]);
        return new(
            FailureKind.Usage,
            $"{option} is '{text}'; expected one of {Expected}, with K such as 10."
                + Spelling.Suggestion(text, names));
    }
}

/// <summary>A metric of held-out plays, measured on the factors where they are trained.</summary>
/// <param name="engine">Where they are.</param>
/// <param name="evaluator">Measures what the choice needs.</param>
/// <param name="choice">The metric; not the loss.</param>
internal sealed class HeldOutMetric(IAlsEngine engine, Evaluator evaluator, MetricChoice choice) : ITrainingMetric
{
    /// <inheritdoc/>
    public string Name => choice.Metric.ToString();

    /// <inheritdoc/>
    public bool IsLowerBetter => choice.IsLowerBetter;

    /// <inheritdoc/>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return evaluator.Measure(engine, factors.Users, factors.Items, cancellation: cancellation).Value(choice.Metric);
    }
}

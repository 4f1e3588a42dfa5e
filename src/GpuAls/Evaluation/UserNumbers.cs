namespace GpuAls;

/// <summary>
/// The numbers of one user, from a list, from ranks or from predictions, in the columns of <see cref="MetricColumns"/>.
/// </summary>
/// <param name="columns">What the columns are.</param>
/// <param name="listeners">[items], users with a play above 0 to train on.</param>
/// <param name="userCount">Users trained on.</param>
internal sealed class UserNumbers(MetricColumns columns, int[] listeners, int userCount)
{
    /// <summary>Enters the metrics of a list at each cutoff.</summary>
    /// <param name="list">Items, best first; -1 ends a shorter list.</param>
    /// <param name="relevant">The relevant items, rising, at least one.</param>
    /// <param name="numbers">[columns].</param>
    public void EnterList(ReadOnlySpan<int> list, ReadOnlySpan<int> relevant, Span<double> numbers)
    {
        numbers[MetricColumns.Listed] = list.Length > 0 && list[0] >= 0 ? 1 : 0;
        for (var cutoff = 0; cutoff < columns.Cutoffs.Count; cutoff++)
        {
            var metrics = RankingMetrics.Of(list, relevant, columns.Cutoffs[cutoff]);
            ReadOnlySpan<double> values =
                [
                    metrics.Precision, metrics.Recall, metrics.AveragePrecision, metrics.Ndcg, metrics.ReciprocalRank,
                    metrics.Hit, Novelty(list, columns.Cutoffs[cutoff]),
                ];
            values.CopyTo(numbers[MetricColumns.OfCutoff(cutoff)..]);
        }
    }

    /// <summary>Enters AUC and percentile ranks.</summary>
    /// <param name="ranks">Ranks of the relevant items that can be listed, from 0; sorted when done.</param>
    /// <param name="weights">[ranks], r of each.</param>
    /// <param name="candidates">Items that the list can hold.</param>
    /// <param name="missing">Relevant items that no list can hold.</param>
    /// <param name="missingWeight">Σ r of these.</param>
    /// <param name="numbers">[columns].</param>
    public static void EnterRanks(
        Span<int> ranks, ReadOnlySpan<float> weights, int candidates, int missing, double missingWeight,
        Span<double> numbers)
    {
        // The last rank is 100 %.
        numbers[MetricColumns.PercentileWeights] = numbers[MetricColumns.PercentileRanks] = missingWeight;
        for (var i = 0; i < ranks.Length; i++)
        {
            numbers[MetricColumns.PercentileWeights] += weights[i];
            if (candidates > 1)
                numbers[MetricColumns.PercentileRanks] += (double)weights[i] * ranks[i] / (candidates - 1);
        }

        var others = candidates - ranks.Length;
        if (others == 0) return;
        ranks.Sort();
        double below = 0;
        for (var i = 0; i < ranks.Length; i++) below += others - (ranks[i] - i);
        numbers[MetricColumns.Ranked] = 1;
        numbers[MetricColumns.Auc] = below / ((double)others * (ranks.Length + missing));
    }

    /// <summary>Enters errors of predictions.</summary>
    /// <param name="predictions">x·y of held-out plays.</param>
    /// <param name="ratings">r of these.</param>
    /// <param name="numbers">[columns].</param>
    public static void EnterErrors(ReadOnlySpan<float> predictions, ReadOnlySpan<float> ratings, Span<double> numbers)
    {
        numbers[MetricColumns.Predictions] = predictions.Length;
        for (var i = 0; i < predictions.Length; i++)
        {
            var ofPreference = predictions[i] - (ratings[i] > 0 ? 1.0 : 0);
            var ofRating = (double)predictions[i] - ratings[i];
            numbers[MetricColumns.SquaredPreference] += ofPreference * ofPreference;
            numbers[MetricColumns.AbsolutePreference] += Math.Abs(ofPreference);
            numbers[MetricColumns.SquaredRating] += ofRating * ofRating;
            numbers[MetricColumns.AbsoluteRating] += Math.Abs(ofRating);
        }
    }

    /// <summary>Enters plays that cannot be predicted: the errors are NaN.</summary>
    public static void EnterUnpredictable(Span<double> numbers) =>
        numbers[MetricColumns.SquaredPreference..(MetricColumns.AbsoluteRating + 1)].Fill(double.NaN);

    /// <summary>Mean self-information of the first k items, -log₂ of the share of users who have played them.</summary>
    private double Novelty(ReadOnlySpan<int> list, int k)
    {
        double information = 0;
        var count = 0;
        for (; count < Math.Min(k, list.Length) && list[count] >= 0; count++)
            information -= Math.Log2((double)listeners[list[count]] / userCount);
        return count == 0 ? 0 : information / count;
    }
}

using System.Globalization;

namespace GpuAls;

/// <summary>Metrics as people read them.</summary>
internal static class MetricTitles
{
    private const double ManyDigits = 100; // from here on, one digit after the decimal point is enough

    private static readonly Dictionary<string, string> Titles = new()
    {
        [Metric.RmseOfPreference] = "RMSE, preference",
        [Metric.MaeOfPreference] = "MAE, preference",
        [Metric.RmseOfRating] = "RMSE, rating",
        [Metric.MaeOfRating] = "MAE, rating",
        [Metric.AveragePrecision] = "MAP",
        [Metric.Ndcg] = "NDCG",
        [Metric.ReciprocalRank] = "MRR",
        [Metric.HitRate] = "hit rate",
        [Metric.Auc] = "AUC",
        [Metric.PercentileRank] = "mean percentile rank",
    };

    /// <summary>The title of a metric, such as <c>NDCG@10</c>.</summary>
    public static string Of(Metric metric) =>
        metric.K is { } k ? string.Create(CultureInfo.InvariantCulture, $"{Of(metric.Name)}@{k}") : Of(metric.Name);

    /// <summary>The title of a metric of any list length, such as <c>NDCG</c>.</summary>
    public static string Of(string name) => Titles.GetValueOrDefault(name, name);

    /// <summary>A value with its interval, if it has one; nothing for none.</summary>
    public static string Text(MetricValue? value)
    {
        if (value is null) return "";
        return value is { Low: { } low, High: { } high }
            ? $"{Number(value.Value)} [{Number(low)}, {Number(high)}]"
            : Number(value.Value);
    }

    /// <summary>By how much a value is above another, with its sign and its interval; nothing for none.</summary>
    public static string Difference(MetricValue? value)
    {
        if (value is null) return "";
        return value is { Low: { } low, High: { } high }
            ? $"{Signed(value.Value)} [{Signed(low)}, {Signed(high)}]"
            : Signed(value.Value);

        static string Signed(double number) => number > 0 ? $"+{Number(number)}" : Number(number);
    }

    /// <summary>What stands in brackets behind values; nothing where no value has an interval.</summary>
    /// <param name="values">The values shown.</param>
    /// <param name="bootstrap">How the intervals were made.</param>
    /// <param name="marks">What shows the intervals.</param>
    public static string IntervalNote(
        IEnumerable<MetricValue?> values, BootstrapOptions bootstrap, string marks = "Brackets show")
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        return values.Any(value => value?.Low is not null)
            ? $" {marks} 95 % confidence intervals from {Counted.Of(bootstrap.Resamples, "bootstrap resample")} of the "
                + "users."
            : "";
    }

    /// <summary>A value with the digits that tell one model from another.</summary>
    public static string Number(double value) => double.IsNaN(value)
        ? "n/a" // as AUC where users have played every item that they have not held out
        : value.ToString(Math.Abs(value) < ManyDigits ? "F4" : "F1", CultureInfo.InvariantCulture);
}

namespace GpuAls;

/// <summary>How much an option matters to the metric.</summary>
/// <param name="Option">Its name; null for what options do together.</param>
/// <param name="Share">Its share of the variance of the metric over the space that was searched.</param>
internal sealed record OptionImportance(string? Option, double Share)
{
    /// <summary>Trials of which more than guesses can be said.</summary>
    public const int LeastTrials = 12;

    private const int Samples = 200;
    private const int Values = 9;
    private const long Seed = 1;

    /// <summary>
    /// The functional ANOVA of a model of the trials (Hutter, Hoos and Leyton-Brown, 2014, with a
    /// <see cref="GaussianProcess"/> instead of a forest): what the mean over all other options varies by when one is
    /// changed, and what is left.
    /// </summary>
    /// <param name="space">What was searched.</param>
    /// <param name="trials">[trials], their options.</param>
    /// <param name="costs">[trials], their metrics as numbers that are better the lower they are.</param>
    /// <returns>Most important first, what options do together last; empty for too few trials.</returns>
    public static IReadOnlyList<OptionImportance> Of(
        AutomaticSpace space, IReadOnlyList<AlsOptions> trials, IReadOnlyList<double> costs)
    {
        var dimensions = space.Dimensions;
        if (dimensions.Count < 2 || costs.Count(double.IsFinite) < LeastTrials) return [];
        var model = BayesianProposals.Model(
            [.. trials.Select(options => space.At(space.Locate(options)).Point)],
            [.. dimensions.Select(dimension => dimension.IsNumber)], costs);
        double[][] points =
        [
            .. Enumerable.Range(0, Samples).Select(i => space.RandomPoint(SeededRandom.Of(Seed, (ulong)i))),
        ];
        var all = Variance(points.Select(point => Predicted(point)));
        if (all <= 0) return [];
        OptionImportance[] alone =
        [
            .. dimensions.Select((dimension, i) => new OptionImportance(dimension.Parameter.Name, Alone(i) / all))
                .OrderByDescending(importance => importance.Share),
        ];
        var together = Math.Max(0, 1 - alone.Sum(importance => importance.Share));
        var sum = alone.Sum(importance => importance.Share) + together;
        return
        [
            .. alone.Append(new(null, together)).Select(one => one with { Share = Math.Round(one.Share / sum, 4) }),
        ];

        double Predicted(double[] point) => model.Predict(space.At(point).Point).Mean;

        double Alone(int dimension)
        {
            var count = dimensions[dimension].Count > 0 ? dimensions[dimension].Count : Values;
            return Variance(Enumerable.Range(0, count).Select(value => points.Average(point =>
            {
                var moved = point.ToArray();
                moved[dimension] = (value + 0.5) / count;
                return Predicted(moved);
            })));
        }
    }

    private static double Variance(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return all.Average(value => (value - mean) * (value - mean));
    }
}

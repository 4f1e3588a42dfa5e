namespace GpuAls.App;

/// <summary>
/// How many artists each listener plays: a power law over the listeners in random order, adding up exactly.
/// </summary>
internal static class HistoryLengths
{
    private const double Exponent = 0.6;
    private const int BisectionSteps = 100;

    /// <returns>[users], each 1 .. LongestHistory, their sum Plays.</returns>
    public static int[] Create(SampleOptions options)
    {
        var weights = new double[options.Users];
        for (var user = 0; user < weights.Length; user++) weights[user] = Math.Pow(user + 1, -Exponent);
        SeededRandom.Of(options.Seed, 0).Shuffle<double>(weights);

        var scale = Scale(weights, options);
        var lengths = Array.ConvertAll(weights, weight => Length(weight, scale, options));
        Distribute(lengths, options);
        return lengths;
    }

    /// <summary>The largest scale whose lengths do not add up to more than the plays.</summary>
    private static double Scale(double[] weights, SampleOptions options)
    {
        var (low, high) = (0.0, options.LongestHistory / weights.Min());
        for (var step = 0; step < BisectionSteps; step++)
        {
            var middle = (low + high) / 2;
            if (weights.Sum(weight => (long)Length(weight, middle, options)) <= options.Plays) low = middle;
            else high = middle;
        }

        return low;
    }

    private static int Length(double weight, double scale, SampleOptions options) =>
        (int)Math.Clamp(weight * scale, 1, options.LongestHistory);

    /// <summary>Gives what rounding left over to the first listeners who have room.</summary>
    private static void Distribute(int[] lengths, SampleOptions options)
    {
        var left = options.Plays - lengths.Sum(length => (long)length);
        for (var user = 0; left > 0; user = (user + 1) % lengths.Length)
        {
            if (lengths[user] >= options.LongestHistory) continue;
            lengths[user]++;
            left--;
        }
    }
}

namespace GpuAls;

/// <summary>
/// How large plays and rows are, so that ranges of α and λ suit any data: what matters is a play's weight, and λ,
/// relative to the weight of a pair without plays.
/// </summary>
internal sealed class PlayScale
{
    /// <summary>Plays that are looked at, at most.</summary>
    private const int MostSampled = 100_000;

    /// <summary>Quantiles of them that means of logarithms are taken of.</summary>
    private const int Quantiles = 100;

    private readonly double[] _plays;
    private readonly double _mean;
    private readonly double _weightedMean;
    private readonly (double Count, int Columns) _user;
    private readonly (double Count, int Columns) _item;

    private PlayScale(double[] plays, (double, int) user, (double, int) item)
    {
        (_user, _item, _mean, _weightedMean) = (user, item, plays.Average(), WeightedMean(plays));
        Array.Sort(plays);
        _plays = [.. Enumerable.Range(0, Quantiles).Select(i => plays[(int)((i + 0.5) * plays.Length / Quantiles)])];
    }

    /// <summary>Whether all plays have the same weight, so that all confidence functions are one.</summary>
    public bool IsConstant { get; private init; }

    /// <summary>A typical play: the geometric mean.</summary>
    public double TypicalPlay => Math.Exp(_plays.Average(Math.Log));

    /// <summary>The scale of some plays.</summary>
    public static PlayScale Of(InteractionMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var values = plays.ByUser.Values;
        var step = Math.Max(1, values.Length / MostSampled);
        var sample = new List<double>();
        for (var play = 0; play < values.Length; play += step)
            if (values[play] is var value && value > 0 && float.IsFinite(value)) sample.Add(value);
        if (sample.Count == 0) sample.Add(1);
        return new PlayScale(
            [.. sample], (TypicalCount(plays.ByUser), plays.ByUser.ColumnCount),
            (TypicalCount(plays.ByItem), plays.ByItem.ColumnCount))
        {
            IsConstant = values.IndexOfAnyExcept(values[0]) < 0,
        };
    }

    /// <summary>The confidence of a play where α is 1: its mean, each play weighted by its confidence.</summary>
    /// <remarks>A few large plays can have most of all confidence.</remarks>
    public double Confidence(AlsOptions options) => options.Confidence == ConfidenceFunction.Log
        ? WeightedMean(_plays.Select(play => Logarithm(play, options)))
        : _weightedMean;

    /// <summary>The weight of a pair with a typical play: the mean, and α₀; 1 for ratings.</summary>
    public double Weight(AlsOptions options)
    {
        if (options.Feedback == Feedback.Explicit) return 1;
        var mean = options.Confidence == ConfidenceFunction.Log
            ? _plays.Average(play => Logarithm(play, options))
            : _mean;
        return options.UnobservedWeight + (options.Alpha * mean);
    }

    /// <summary>What λ is multiplied by: the geometric mean of a typical user's and a typical item's factor.</summary>
    public double Regularization(AlsOptions options) => options.RegularizationScaling switch
    {
        RegularizationScaling.None => 1,
        RegularizationScaling.Count => Math.Sqrt(_user.Count * _item.Count),
        _ => Math.Pow(
            (_user.Count + (Unobserved(options) * _user.Columns))
                * (_item.Count + (Unobserved(options) * _item.Columns)),
            options.RegularizationExponent / 2),
    };

    /// <summary>The weight of a pair without plays that α is relative to: α₀, if it is above 0.</summary>
    public static double Unit(AlsOptions options) =>
        options.UnobservedWeight == 0 ? 1 : options.UnobservedWeight;

    private static double Logarithm(double play, AlsOptions options) => Math.Log(1 + (play / options.Epsilon));

    private static double Unobserved(AlsOptions options) =>
        options.Feedback == Feedback.Explicit ? 0 : options.UnobservedWeight;

    /// <summary>Plays of the row that a play drawn at random is in.</summary>
    private static double TypicalCount(CsrMatrix plays)
    {
        double sum = 0, squares = 0;
        for (var row = 0; row < plays.RowCount; row++)
        {
            double count = plays.Indptr[row + 1] - plays.Indptr[row];
            (sum, squares) = (sum + count, squares + (count * count));
        }

        return squares / sum;
    }

    private static double WeightedMean(IEnumerable<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var value in values) (sum, squares) = (sum + value, squares + (value * value));
        return squares / sum;
    }
}

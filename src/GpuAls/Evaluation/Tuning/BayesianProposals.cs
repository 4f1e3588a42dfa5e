namespace GpuAls;

/// <summary>
/// Bayesian optimization (Močkus, 1975; Jones, Schonlau and Welch, 1998; Snoek, Larochelle and Adams, 2012): some good
/// starting points and some that fill the space, then always the point with the highest expected improvement by a
/// <see cref="GaussianProcess"/>. The same seed and results propose the same.
/// </summary>
internal sealed class BayesianProposals : ITrialSource
{
    private const int FillingTrials = 4;

    /// <summary>Extreme values of several options at once are hopeless.</summary>
    private const double FillingMargin = 0.2;
    private const int RandomPoints = 1000;
    private const int NearPoints = 200;
    private const int Refinements = 6;
    private const int BestPoints = 3;

    /// <summary>How much usual values are preferred: as strongly as by so many trials.</summary>
    private const double PriorTrials = 10;

    private const double UsualSpread = 0.2;

    /// <summary>Points that the model knows, at most: its cost grows with their cube.</summary>
    private const int MostKnown = 150;

    private readonly AutomaticSpace _space;
    private readonly long _seed;
    private readonly bool[] _isNumber;
    private readonly Queue<double[]> _starts;
    private readonly List<double[]> _points = [];
    private readonly HashSet<AlsOptions> _tried = [];

    /// <param name="space">What is searched.</param>
    /// <param name="usual">The options of the first trial, as far as the space has them.</param>
    /// <param name="count">How many trials.</param>
    /// <param name="seed">The same seed proposes the same.</param>
    public BayesianProposals(AutomaticSpace space, AlsOptions usual, int count, long seed)
    {
        (_space, _seed, Count) = (space, seed, count);
        _isNumber = [.. space.Dimensions.Select(dimension => dimension.IsNumber)];
        _starts = new([space.Locate(usual), .. GoodStarts(), .. Halton()]);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>[trials][dimensions], the points so far.</summary>
    public IReadOnlyList<double[]> Points => _points;

    /// <inheritdoc/>
    /// <remarks>
    /// Of several, each counts as done with the median of what is known before the next is proposed, so that they
    /// differ (constant liar; Ginsbourger, Le Riche and Carraro, 2010).
    /// </remarks>
    public IReadOnlyList<AlsOptions> Next(IReadOnlyList<double> done, bool isEnding, int count)
    {
        double[] known = [.. done.Where(double.IsFinite).Order()];
        var believed = known.Length > 0 ? known[known.Length / 2] : 0;
        var next = new List<AlsOptions>();
        while (next.Count < count && Next([.. done, .. next.Select(_ => believed)]) is { } options) next.Add(options);
        return next;
    }

    private AlsOptions? Next(IReadOnlyList<double> done)
    {
        if (done.Count >= Count) return null;
        var random = SeededRandom.Of(_seed, (ulong)done.Count);
        while (_starts.TryDequeue(out var start))
            if (Take(start) is { } options) return options;

        if (done.Count > 0 && Take(Promising(done, ref random)) is { } promising) return promising;
        for (var draw = 0; draw < 100; draw++)
            if (Take(_space.RandomPoint(ref random)) is { } options) return options;
        return null;
    }

    /// <summary>A model of what is known; worse results count as not much worse than the median.</summary>
    /// <remarks>A few hopeless trials would otherwise leave no room for differences between the good ones.</remarks>
    public static GaussianProcess Model(
        IReadOnlyList<double[]> points, bool[] isNumber, IReadOnlyList<double> costs)
    {
        var sorted = costs.Where(double.IsFinite).Order().ToArray();
        var (best, median) = sorted.Length == 0 ? (0, 0) : (sorted[0], sorted[sorted.Length / 2]);
        var worst = median + (2 * (median - best)) + 1e-12;
        int[] known = [.. Enumerable.Range(0, costs.Count).OrderBy(trial => costs[trial]).Take(MostKnown).Order()];
        return new GaussianProcess(
            [.. known.Select(trial => points[trial])], isNumber,
            [.. known.Select(trial => Math.Min(costs[trial], worst))]);
    }

    /// <summary>
    /// What has worked on many data sets: plays that weigh 5 to 50 times as much as pairs without plays, and λ of a
    /// few plays.
    /// </summary>
    private IEnumerable<double[]> GoodStarts()
    {
        (string Scaling, double Confidence, double Strength, double Regularization)[] starts =
            [("count", 0.25, 0.4, 0.57), ("ials", 0.75, 0.5, 0.57), ("count", 0.75, 0.75, 0.57)];
        foreach (var (scaling, confidence, strength, regularization) in starts)
        {
            yield return [.. _space.Dimensions.Select(dimension => dimension.Parameter.Name switch
            {
                "regularization-scaling" => dimension.Locate(
                    dimension.Parameter.Set(AlsOptions.Default, scaling)),
                "regularization-exponent" => 0.9,
                "unobserved-weight" => 0.67,
                "alpha" => strength,
                "regularization" => regularization,
                "confidence" => confidence,
                "objective" => 0.25,
                _ => 0.5,
            })];
        }
    }

    /// <summary>Points that fill the space evenly (Halton, 1960), moved by the seed.</summary>
    private IEnumerable<double[]> Halton()
    {
        int[] primes = [2, 3, 5, 7, 11, 13, 17, 19];
        var shift = _space.RandomPoint(SeededRandom.Of(_seed, ulong.MaxValue));
        for (var i = 1; i <= FillingTrials; i++)
            yield return
            [
                .. shift.Select((by, d) => (Radical(i, primes[d % primes.Length]) + by) % 1)
                    .Select((at, d) => _isNumber[d] ? FillingMargin + (at * (1 - (2 * FillingMargin))) : at),
            ];

        static double Radical(int index, int radix)
        {
            var (value, share) = (0.0, 1.0);
            for (; index > 0; index /= radix)
            {
                share /= radix;
                value += share * (index % radix);
            }

            return value;
        }
    }

    /// <summary>The point with the highest expected improvement among random ones and ones near the best.</summary>
    private double[] Promising(IReadOnlyList<double> done, ref SeededRandom random)
    {
        var model = Model(_points, _isNumber, done);
        int[] order = [.. Enumerable.Range(0, done.Count).OrderBy(trial => done[trial])];
        var incumbent = order.Take(BestPoints).Min(trial => model.Predict(_points[trial]).Mean);
        var (best, point) = (double.NegativeInfinity, _points[order[0]]);
        var preference = PriorTrials / done.Count;
        for (var i = 0; i < RandomPoints; i++) Try(_space.RandomPoint(ref random));
        foreach (var trial in order.Take(BestPoints))
            for (var i = 0; i < NearPoints; i++) Try(Near(_points[trial], i % 2 == 0 ? 0.05 : 0.15, ref random));
        var step = 0.1;
        for (var i = 0; i < Refinements; i++, step /= 2)
        {
            var from = point;
            for (var j = 0; j < NearPoints / 2; j++) Try(Near(from, step, ref random));
        }

        return point;

        void Try(double[] candidate)
        {
            var (options, canonical) = _space.At(candidate);
            var (mean, deviation) = model.Predict(canonical);
            var improvement = ExpectedImprovement(incumbent - mean, deviation) + (preference * Prior(canonical));
            if (improvement > best && !_tried.Contains(options)) (best, point) = (improvement, canonical);
        }
    }

    /// <summary>
    /// The logarithm of how usual a point is, by which expected improvements are weighted, less with each trial
    /// (Hvarfner et al., 2022): extreme values are tried when there is a reason to.
    /// </summary>
    private double Prior(double[] point)
    {
        var logarithm = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            if (_space.Dimensions[i].Usual is not { } usual) continue;
            var distance = (point[i] - usual) / UsualSpread;
            logarithm -= distance * distance / 2;
        }

        return logarithm;
    }

    /// <summary>The logarithm of E[max(0, improvement)], which orders hopeless points too.</summary>
    private static double ExpectedImprovement(double gain, double deviation)
    {
        if (deviation <= 0) return gain > 0 ? Math.Log(gain) : double.NegativeInfinity;
        var z = gain / deviation;
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < -3) // Its asymptote.
            return Math.Log(deviation) - (((z * z) + Math.Log(2 * Math.PI)) / 2) - Math.Log((z * z) + 3);
        return Math.Log(deviation) + Math.Log((z * Normal(z)) + density);
    }

    /// <summary>The normal distribution function (Abramowitz and Stegun, 1964, 7.1.26).</summary>
    private static double Normal(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + (0.3275911 * x));
        var polynomial = t * (0.254829592 + (t * (-0.284496736
            + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429))))))));
        var tail = polynomial * Math.Exp(-x * x) / 2;
        return z > 0 ? 1 - tail : tail;
    }

    private double[] Near(double[] from, double step, ref SeededRandom random)
    {
        var near = new double[from.Length];
        for (var i = 0; i < near.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var normal = radius * Math.Cos(2 * Math.PI * random.NextDouble());
            var isElsewhere = random.NextDouble() < 0.15;
            var elsewhere = random.NextDouble();
            near[i] = _isNumber[i] ? Math.Clamp(from[i] + (step * normal), 0, 1) : isElsewhere ? elsewhere : from[i];
        }

        return near;
    }

    /// <summary>The options at a point, if they are new.</summary>
    private AlsOptions? Take(double[] point)
    {
        var (options, canonical) = _space.At(point);
        if (!_tried.Add(options)) return null;
        _points.Add(canonical);
        return options;
    }
}

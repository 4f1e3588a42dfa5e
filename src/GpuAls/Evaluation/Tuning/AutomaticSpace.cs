using System.Globalization;

namespace GpuAls;

/// <summary>
/// A space of options that needs no ranges: those given, and for the others ranges that suit the plays. A point of it
/// has a coordinate from 0 to 1 for each option; one that has no effect beside the others is at its middle.
/// </summary>
/// <remarks>
/// <para>
/// The loss only depends on ratios: multiplying α, α₀ and λ by a number multiplies the loss. So α is searched as the
/// weight of a typical play relative to α₀, and λ, of a typical row, relative to the weight of a pair with a typical
/// play. Whatever the confidence and the scaling, good values are then much the same, for all data, and λ does not have
/// to follow α. α₀ alone matters only to the scaling ials, where λ·(n + α₀·N)^ν lies between λ and λ·n^ν.
/// </para>
/// <para>
/// Confidence, ε and the objective are left out where all plays have the same weight: they change nothing that α and λ
/// don't.
/// </para>
/// </remarks>
internal sealed class AutomaticSpace
{
    private static readonly SearchRange Strengths = new(0.3, 300, IsLinear: false, IsInteger: false);
    private static readonly SearchRange InverseStrengths = new(0.003, 3, IsLinear: false, IsInteger: false);
    private static readonly SearchRange Regularizations = new(0.05, 50, IsLinear: false, IsInteger: false);
    private static readonly SearchRange Unobserved = new(0.001, 1, IsLinear: false, IsInteger: false);
    private static readonly SearchRange Exponents = new(0, 1, IsLinear: true, IsInteger: false);
    private static readonly SearchRange Epsilons = new(0.0001, 1, IsLinear: false, IsInteger: false);

    private static readonly string[] Form =
        ["half-life", "confidence", "epsilon", "objective", "regularization-scaling", "regularization-exponent"];

    private readonly PlayScale _scale;
    private readonly AlsOptions _fixedOptions;
    private readonly bool _isAlphaGiven;

    /// <param name="space">What was given: single values are fixed, others are searched instead of a range.</param>
    /// <param name="scale">How large the plays are.</param>
    /// <param name="isFormFixed">
    /// Whether only numbers are searched, as with a preset, which says what they mean: the confidence, ε, the
    /// objective and the scaling stay.
    /// </param>
    public AutomaticSpace(SearchSpace space, PlayScale scale, bool isFormFixed = false)
    {
        ArgumentNullException.ThrowIfNull(space);
        (_fixedOptions, _scale) = (space.FixedOptions, scale);
        _isAlphaGiven = space.Axes.Any(axis => axis.Parameter.Name == "alpha");
        string[] weights = ["unobserved-weight", "alpha"]; // The second is relative to the first.
        if (_isAlphaGiven) Array.Reverse(weights);
        Dimensions =
        [
            .. ((string[])[.. Form, .. weights, "regularization"]).Select(name => AlsParameters.Table[name])
                .Select(parameter => space.Axes.FirstOrDefault(axis => axis.Parameter == parameter) is { } axis
                    ? SearchDimension.Of(axis)
                    : Automatic(parameter, isFormFixed))
                .OfType<SearchDimension>(),
        ];
        AlsOptions[] drawn =
        [
            .. Enumerable.Range(0, 64).Select(draw => At(RandomPoint(SeededRandom.Of(0, (ulong)draw))).Options),
        ];
        Dimensions = [.. Dimensions.Where(dimension => drawn.Any(dimension.IsActive))]; // Not ε beside linear alone.
        Searched =
        [
            .. AlsParameters.Searchable.Where(parameter => Dimensions.Any(other => other.Parameter == parameter)),
        ];
    }

    /// <summary>What is searched, each coordinate of a point.</summary>
    public IReadOnlyList<SearchDimension> Dimensions { get; }

    /// <summary>The same, in the order of <see cref="AlsParameters.Searchable"/>.</summary>
    public IReadOnlyList<Parameter<AlsOptions>> Searched { get; }

    /// <summary>The options at a point, and the point where what has no effect is at its middle.</summary>
    /// <param name="point">[dimensions], from 0 to 1.</param>
    public (AlsOptions Options, double[] Point) At(ReadOnlySpan<double> point)
    {
        var options = _fixedOptions;
        var canonical = new double[Dimensions.Count];
        for (var i = 0; i < canonical.Length; i++)
        {
            var dimension = Dimensions[i];
            canonical[i] = 0.5;
            if (!dimension.IsActive(options)) continue;
            options = dimension.Set(options, point[i]);
            canonical[i] = dimension.IsNumber ? point[i] : dimension.Middle(point[i]);
        }

        return (options, canonical);
    }

    /// <summary>The point that is closest to some options.</summary>
    public double[] Locate(AlsOptions options)
    {
        var point = new double[Dimensions.Count];
        for (var i = 0; i < point.Length; i++) point[i] = Math.Clamp(Dimensions[i].Locate(options), 0, 1);
        return point;
    }

    /// <summary>Points at random, for <see cref="SearchKind.Random"/>, each of other options.</summary>
    /// <param name="count">How many; fewer where there are hardly any more.</param>
    /// <param name="seed">The same seed draws the same.</param>
    public IReadOnlyList<AlsOptions> Draw(int count, long seed) =>
    [
        .. Enumerable.Range(0, count * 100)
            .Select(draw => At(RandomPoint(SeededRandom.Of(seed, (ulong)draw))).Options)
            .Distinct()
            .Take(count),
    ];

    /// <summary>A point at random.</summary>
    public double[] RandomPoint(SeededRandom random) => RandomPoint(ref random);

    /// <summary>The next point of a sequence at random.</summary>
    public double[] RandomPoint(ref SeededRandom random)
    {
        var point = new double[Dimensions.Count];
        for (var i = 0; i < point.Length; i++) point[i] = random.NextDouble();
        return point;
    }

    /// <summary>The range of an option that was not given; null where it is not searched.</summary>
    private SearchDimension? Automatic(Parameter<AlsOptions> parameter, bool isFormFixed)
    {
        var isWeighted = !_scale.IsConstant && !isFormFixed && _fixedOptions.Feedback == Feedback.Implicit;
        return parameter.Name switch
        {
            "confidence" or "objective" when isWeighted => SearchDimension.Of(parameter, parameter.Words),
            "epsilon" when isWeighted => SearchDimension.Of(parameter, Epsilons, _ => _scale.TypicalPlay),
            "regularization-scaling" when !isFormFixed => SearchDimension.Of(parameter, parameter.Words),
            "regularization-exponent" => SearchDimension.Of(parameter, Exponents, _ => 1),
            "unobserved-weight" when _isAlphaGiven => SearchDimension.Of(
                parameter, InverseStrengths, options => options.Alpha * _scale.Confidence(options)),
            "unobserved-weight" => SearchDimension.Of(parameter, Unobserved, _ => 1) with
            {
                // For other scalings it is relative to α and λ alone.
                Condition = options => options.RegularizationScaling == RegularizationScaling.Ials,
            },
            "alpha" => SearchDimension.Of(
                parameter, Strengths, options => PlayScale.Unit(options) / _scale.Confidence(options)) with
            {
                Usual = 0.5,
            },
            "regularization" => SearchDimension.Of(
                parameter, Regularizations, options => _scale.Weight(options) / _scale.Regularization(options)) with
            {
                Usual = 0.55,
            },
            _ => null,
        };
    }
}

/// <summary>One coordinate of a search: an option, and how a number from 0 to 1 becomes its value.</summary>
/// <param name="Parameter">The option.</param>
/// <param name="Count">The number of its values; 0 for a range.</param>
internal sealed record SearchDimension(Parameter<AlsOptions> Parameter, int Count)
{
    /// <summary>When it has an effect, besides what the option says itself.</summary>
    public Predicate<AlsOptions> Condition { get; init; } = _ => true;

    /// <summary>Around which coordinate good values mostly are; null where that is not known.</summary>
    public double? Usual { get; init; }

    /// <summary>Whether points that are close to each other have close values; otherwise these are words.</summary>
    public bool IsNumber => Parameter.Words.Count == 0;

    private Func<AlsOptions, double, string> Text { get; init; } = (_, _) => "";

    private Func<AlsOptions, double> Coordinate { get; init; } = _ => 0.5;

    /// <summary>Of what was given; null for a single value, which is fixed.</summary>
    public static SearchDimension? Of(SearchAxis axis)
    {
        if (axis.Range is { } range)
            return Of(axis.Parameter, range, _ => 1) with
            {
                Text = (_, at) => SearchAxis.TextOf(axis.Parameter, range.At(at)),
            };
        return axis.Values.Count > 1 ? Of(axis.Parameter, axis.Values) : null;
    }

    /// <summary>Some values, in their order.</summary>
    public static SearchDimension Of(Parameter<AlsOptions> parameter, IReadOnlyList<string> values) =>
        new(parameter, values.Count)
        {
            Text = (_, at) => values[Index(at, values.Count)],
            Coordinate = options => (Math.Max(0, IndexOf(values, parameter.Get(options))) + 0.5) / values.Count,
        };

    /// <summary>A range, relative to a unit that other options decide.</summary>
    public static SearchDimension Of(
        Parameter<AlsOptions> parameter, SearchRange range, Func<AlsOptions, double> unit) => new(parameter, 0)
        {
            Text = (options, at) => SearchAxis.TextOf(Rounded(range.At(at) * unit(options))),
            Coordinate = options => SearchAxis.NumberOf(parameter, parameter.Get(options)) is { } number
                ? range.Locate(number / unit(options))
                : 0.5,
        };

    /// <summary>Whether it has an effect.</summary>
    public bool IsActive(AlsOptions options) => Condition(options) && Parameter.WhyIdle(options) is null;

    /// <summary>The options with the value at a coordinate.</summary>
    public AlsOptions Set(AlsOptions options, double at) => Parameter.Set(options, Text(options, at));

    /// <summary>The coordinate of some options; the middle where it has no effect.</summary>
    public double Locate(AlsOptions options) => IsActive(options) ? Coordinate(options) : 0.5;

    /// <summary>The middle of what has the same value as a coordinate.</summary>
    public double Middle(double at) => (Index(at, Count) + 0.5) / Count;

    private static int Index(double at, int count) => Math.Min((int)(at * count), count - 1);

    private static int IndexOf(IReadOnlyList<string> values, string value)
    {
        for (var i = 0; i < values.Count; i++)
            if (values[i] == value) return i;
        return -1;
    }

    /// <summary>Three digits, so that it can be typed.</summary>
    private static double Rounded(double number) =>
        double.Parse(number.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

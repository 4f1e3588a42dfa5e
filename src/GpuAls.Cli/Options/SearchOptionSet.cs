using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>What is searched and how, with the defaults of <see cref="SearchOptions"/>.</summary>
internal sealed class SearchOptionSet
{
    private static readonly SearchOptions Default = SearchOptions.Default;

    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["confidence"] = "conf(r): linear, α·r, or log, α·ln(1 + r/ε).",
        ["epsilon"] = "ε of --confidence log.",
        ["alpha"] = "α, the weight of a play.",
        ["regularization-scaling"] = "λ per row: none λ, count λ·n, ials λ·(n + α₀·N)^ν.",
        ["regularization-exponent"] = "ν of --regularization-scaling ials.",
        ["unobserved-weight"] = "α₀, the weight of a pair without a play.",
        ["regularization"] = "λ, the weight of |x|² in the loss.",
        ["rank"] = "Length of a factor vector.",
        ["iterations"] = "Iterations at most; of the last rung with --search halving.",
    };

    private readonly Option<string> _search = ChoiceOption.Create(
        "--search", "grid (all combinations), random (--trials of them) or halving (all or --trials of them for a few iterations, the best for more).", Default.Kind);

    private readonly Option<int?> _trials = NumberOption.CreateOptional<int>("--trials", "Combinations that are drawn at random, with --seed. Default: 20; the whole grid with --search halving.");
    private readonly Option<int> _eta = NumberOption.Create("--eta", "Each rung of --search halving keeps one of so many, for so many times the iterations.", Default.Eta);
    private readonly Option<string?> _metric = MetricOption.Create($"What trials are compared by: {MetricChoice.Names}.");
    private readonly Option<int> _patience = NumberOption.Create("--patience", "End a trial after so many iterations without an improvement, and take its best one; 0 takes the last, and measures no other.", Default.Patience);
    private readonly Option<double> _minImprovement = NumberOption.Create("--min-improvement", "The relative improvement that counts as one, such as 0.001.", Default.MinImprovement);
    private readonly (Parameter<AlsOptions> Parameter, Option<string?> Option)[] _axes = [.. AlsParameters.Searchable.Reverse().Select(parameter => (parameter, Axis(parameter)))];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _axes) command.Add(option);
        Option[] options = [_search, _trials, _eta, _metric, _patience, _minImprovement];
        foreach (var option in options) command.Add(option);
    }

    /// <exception cref="GpuAlsException">Kind Usage: values that cannot be read.</exception>
    public SearchSpace Space(ParseResult result, AlsOptions fixedOptions)
    {
        SearchAxis[] axes = [.. _axes.Where(axis => result.IsGiven(axis.Option)).Select(axis => SearchAxis.Parse(axis.Parameter, result.GetValue(axis.Option)!))];
        return new SearchSpace(axes.Where(axis => axis.Values.Count == 1).Aggregate(fixedOptions, (options, axis) => axis.Parameter.Set(options, axis.Values[0])), axes);
    }

    /// <exception cref="GpuAlsException">Kind Usage: an option that has no effect beside the others.</exception>
    public SearchOptions Read(ParseResult result, ColdStart coldStart, Feedback feedback)
    {
        var kind = Words.TryParse<SearchKind>(result.GetRequiredValue(_search), out var given) ? given : default;
        if (result.IsGiven(_eta) && kind != SearchKind.Halving) throw new GpuAlsException(FailureKind.Usage, "--eta has no effect without --search halving. Leave it out.");
        return new SearchOptions
        {
            Kind = kind,
            Trials = result.GetValue(_trials),
            Eta = result.GetValue(_eta),
            Metric = _metric.Read(result, feedback),
            Patience = result.GetValue(_patience),
            MinImprovement = result.GetValue(_minImprovement),
            ColdStart = coldStart,
        };
    }

    private static Option<string?> Axis(Parameter<AlsOptions> parameter) => new($"--{parameter.Name}")
    {
        Description = $"{Meanings[parameter.Name]} Default: {parameter.Get(AlsOptions.Default)}.",
        HelpName = parameter.Words.Count > 0 ? "a,b,..." : "a,b,...|low..high[:n]",
    };
}

using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>The options of <see cref="AlsOptions"/>, with its defaults.</summary>
/// <param name="isSearched">Whether those that can be searched are left to <see cref="SearchOptionSet"/>.</param>
internal sealed class AlsOptionSet(bool isSearched = false)
{
    private readonly Option<int> _rank = NumberOption.Create("--rank", "Length of a factor vector, 1 to 512.", AlsOptions.Default.Rank);
    private readonly Option<int> _iterations = NumberOption.Create("--iterations", "Iterations; each solves users and items once.", AlsOptions.Default.Iterations);
    private readonly Option<double> _regularization = NumberOption.Create("--regularization", "λ, the weight of |x|² in the loss.", AlsOptions.Default.Regularization);
    private readonly Option<string> _feedback = ChoiceOption.Create(
        "--feedback", "implicit: weights are plays. explicit: weights are ratings, and only they are learned, by squared error.", AlsOptions.Default.Feedback);
    private readonly Option<double> _alpha = NumberOption.Create("--alpha", "α, the weight of a play.", AlsOptions.Default.Alpha);
    private readonly Option<string> _confidence = ChoiceOption.Create("--confidence", "conf(r): α·r or α·ln(1 + r/ε).", AlsOptions.Default.Confidence);
    private readonly Option<double> _epsilon = NumberOption.Create("--epsilon", "ε of --confidence log.", AlsOptions.Default.Epsilon);
    private readonly Option<string> _objective = ChoiceOption.Create("--objective", "hkv (Hu, Koren, Volinsky; Spark) or ials (Rendle et al.).", AlsOptions.Default.Objective);
    private readonly Option<double> _unobservedWeight = NumberOption.Create("--unobserved-weight", "α₀, the weight of a pair without a play.", AlsOptions.Default.UnobservedWeight);
    private readonly Option<string> _scaling = ChoiceOption.Create("--regularization-scaling", "λ per row: none λ, count λ·n, ials λ·(n + α₀·N)^ν.", AlsOptions.Default.RegularizationScaling);
    private readonly Option<double> _exponent = NumberOption.Create("--regularization-exponent", "ν of --regularization-scaling ials.", AlsOptions.Default.RegularizationExponent);
    private readonly Option<string> _first = ChoiceOption.Create("--first", "The side solved first in each iteration.", AlsOptions.Default.First);
    private readonly Option<string> _solver = ChoiceOption.Create("--solver", "cholesky (exact) or cg (a few steps of conjugate gradients).", AlsOptions.Default.Solver);
    private readonly Option<bool> _nonnegative = new("--nonnegative") { Description = "Factors of 0 or more only (nonnegative least squares for each row); on the processor, with --solver cholesky." };
    private readonly Option<int> _steps = NumberOption.Create("--cg-steps", "Steps of --solver cg.", AlsOptions.Default.ConjugateGradientSteps);
    private readonly Option<string> _precision = ChoiceOption.Create("--precision", "How plays are summed: fp32, or tf32 on the tensor cores of NVIDIA GPUs (compute capability 8.0 or newer).", AlsOptions.Default.Precision);
    private readonly Option<long> _seed = NumberOption.Create("--seed", "Seed of the first factors.", AlsOptions.Default.Seed);
    private readonly Option<bool> _loss = new("--loss") { Description = "Compute the loss after each iteration." };
    private readonly Option<string?> _preset = new Option<string?>("--preset")
    {
        Description = "Another system's meaning of the parameters, and its own numbers for α, λ and α₀; options given beside it win.",
    }.OneOf(Preset.Names);

    private Option[] Searchable => [_rank, _iterations, _regularization, _alpha, _confidence, _epsilon, _unobservedWeight, _scaling, _exponent];

    private Option[] All => [.. isSearched ? [] : Searchable, _feedback, _objective, _first, _solver, _nonnegative, _steps, _precision, _seed, _loss, _preset];

    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
    }

    /// <summary>The first of these options that the user typed; null without one.</summary>
    public Option? FirstGiven(ParseResult result) => All.FirstOrDefault(option => result.IsGiven(option));

    public string? PresetOf(ParseResult result) => result.GetValue(_preset);

    public AlsOptions Read(ParseResult result)
    {
        var options = Combine(result, PresetOf(result) is { } preset ? Preset.Apply(preset, AlsOptions.Default) : AlsOptions.Default);
        RefuseIdleNumbers(result, options);
        if (options.Feedback == Feedback.Explicit) RefuseImplicit(result);
        return options;
    }

    /// <summary>What was typed, over what the preset says.</summary>
    private AlsOptions Combine(ParseResult result, AlsOptions options) => options with
    {
        Rank = Given(result, _rank, options.Rank),
        Iterations = Given(result, _iterations, options.Iterations),
        Regularization = Given(result, _regularization, options.Regularization),
        Feedback = GivenWord(result, _feedback, options.Feedback),
        Alpha = Given(result, _alpha, options.Alpha),
        Confidence = GivenWord(result, _confidence, options.Confidence),
        Epsilon = Given(result, _epsilon, options.Epsilon),
        Objective = GivenWord(result, _objective, options.Objective),
        UnobservedWeight = Given(result, _unobservedWeight, options.UnobservedWeight),
        RegularizationScaling = GivenWord(result, _scaling, options.RegularizationScaling),
        RegularizationExponent = Given(result, _exponent, options.RegularizationExponent),
        First = GivenWord(result, _first, options.First),
        Solver = GivenWord(result, _solver, options.Solver),
        Nonnegative = Given(result, _nonnegative, options.Nonnegative),
        ConjugateGradientSteps = Given(result, _steps, options.ConjugateGradientSteps),
        Precision = GivenWord(result, _precision, options.Precision),
        Seed = Given(result, _seed, options.Seed),
        TrackLoss = result.GetValue(_loss),
    };

    private static T Given<T>(ParseResult result, Option<T> option, T otherwise)
        where T : struct => result.IsGiven(option) ? result.GetValue(option) : otherwise;

    private static T GivenWord<T>(ParseResult result, Option<string> option, T otherwise)
        where T : struct, Enum => Words.TryParse<T>(result.GetValue(option), out var value) && result.IsGiven(option) ? value : otherwise;

    /// <summary>A number that has no effect would be taken for one that does.</summary>
    private void RefuseIdleNumbers(ParseResult result, AlsOptions options)
    {
        RefuseIdle(result, _epsilon, options.Confidence == ConfidenceFunction.Log, "--confidence log");
        RefuseIdle(result, _exponent, options.RegularizationScaling == RegularizationScaling.Ials, "--regularization-scaling ials");
        RefuseIdle(result, _steps, options.Solver == Solver.ConjugateGradient, "--solver cg");
    }

    /// <summary>What ratings have no use for.</summary>
    private void RefuseImplicit(ParseResult result)
    {
        Option[] idle = [_alpha, _confidence, _epsilon, _objective, _unobservedWeight];
        if (idle.FirstOrDefault(option => result.IsGiven(option)) is { } given)
            throw new GpuAlsException(FailureKind.Usage, $"{given.Name} has no effect with --feedback explicit: ratings all weigh the same, and pairs without one nothing. Leave it out.");
        if (PresetOf(result) is { } preset and not "spark")
            throw new GpuAlsException(FailureKind.Usage, $"--preset {preset} knows implicit feedback only; with --feedback explicit expected --preset spark, or none.");
    }

    private static void RefuseIdle(ParseResult result, Option option, bool isUsed, string owner)
    {
        if (result.IsGiven(option) && !isUsed)
            throw new GpuAlsException(FailureKind.Usage, $"{option.Name} has no effect without {owner}. Give both, or neither.");
    }
}

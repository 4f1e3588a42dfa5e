using System.Globalization;

namespace GpuAls.App;

/// <summary>The <c>gpuals train</c> command that trains some options, as a shell takes it.</summary>
internal static class TrainCommandLine
{
    private static readonly string[] AlwaysGiven = ["rank", "iterations", "regularization", "alpha"];

    /// <param name="locations">The plays.</param>
    /// <param name="schema">Their columns.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="preset">The preset that the options began with; null without one.</param>
    public static string Of(IReadOnlyList<string> locations, InteractionSchema schema, AlsOptions options, string? preset)
    {
        string[] words = ["gpuals", "train", .. locations, .. Input(schema), "--output", "model", .. Options(options, preset)];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }

    private static string[] Input(InteractionSchema schema)
    {
        var usual = new InteractionSchema();
        return
        [
            .. Unless("user-column", schema.UserColumn, usual.UserColumn),
            .. Unless("item-column", schema.ItemColumn, usual.ItemColumn),
            .. Unless("weight-column", schema.WeightColumn, usual.WeightColumn),
            .. schema.HasHeader ? Array.Empty<string>() : ["--no-header"],
            .. Unless("delimiter", schema.Delimiter == '\t' ? "tab" : schema.Delimiter?.ToString(), null),
            .. Unless("on-bad-row", schema.OnBadRow == OnBadRow.Skip ? "skip" : "fail", "fail"),
        ];
    }

    /// <summary>The numbers that matter most, then what differs from the defaults, or from the preset.</summary>
    private static string[] Options(AlsOptions options, string? preset)
    {
        var usual = preset is null ? AlsOptions.Default : Preset.Apply(preset, AlsOptions.Default);
        return
        [
            .. Unless("preset", preset, null),
            .. AlwaysGiven.Where(name => name != "alpha" || options.Feedback == Feedback.Implicit).SelectMany(name => Unless(name, SearchParameter.Of(name).Get(options), null)),
            .. Rest(options).Zip(Rest(usual)).SelectMany(pair => Unless(pair.First.Name, pair.First.Value, pair.Second.Value)),
            .. options.Nonnegative ? ["--nonnegative"] : Array.Empty<string>(),
        ];
    }

    private static string[] Unless(string name, string? value, string? usual) => value is null || value == usual ? [] : [$"--{name}", value];

    private static IEnumerable<(string Name, string Value)> Rest(AlsOptions options) =>
    [
        .. SearchParameter.All.Where(parameter => !AlwaysGiven.Contains(parameter.Name)).Select(parameter => (parameter.Name, parameter.Get(options))),
        ("feedback", Word(OptionWords.Feedbacks, options.Feedback)),
        ("objective", Word(OptionWords.Objectives, options.Objective)),
        ("first", Word(OptionWords.Sides, options.First)),
        ("solver", Word(OptionWords.Solvers, options.Solver)),
        ("cg-steps", options.ConjugateGradientSteps.ToString(CultureInfo.InvariantCulture)),
        ("precision", Word(OptionWords.Precisions, options.Precision)),
        ("seed", options.Seed.ToString(CultureInfo.InvariantCulture)),
    ];

    private static string Word<T>(IReadOnlyDictionary<string, T> words, T value)
        where T : struct, Enum => words.First(word => word.Value.Equals(value)).Key;
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace GpuAls.Cli.Options;

/// <summary>What is measured, with the defaults of <see cref="EvaluationOptions"/>.</summary>
internal sealed class EvaluationOptionSet
{
    private static readonly EvaluationOptions Default = EvaluationOptions.Default;

    private readonly Option<int[]> _cutoffs = new("--k")
    {
        Description = "Lengths of the lists, rising.",
        HelpName = "n,n,...",
        DefaultValueFactory = _ => [.. Default.Cutoffs],
        CustomParser = ParseCutoffs,
    };

    private readonly Option<string> _coldStart = ChoiceOption.Create(
        "--cold-start", "Held-out plays whose user or item has no play above 0 (or no rating) to train on: drop (and count), or nan (RMSE and MAE become NaN; in rankings they count as never listed).",
        Default.ColdStart);

    public void AddTo(Command command)
    {
        command.Add(_cutoffs);
        AddColdStartTo(command);
    }

    /// <summary>Adds what commands need that measure a single metric.</summary>
    public void AddColdStartTo(Command command) => command.Add(_coldStart);

    public EvaluationOptions Read(ParseResult result) => new() { Cutoffs = result.GetRequiredValue(_cutoffs), ColdStart = ColdStart(result) };

    public ColdStart ColdStart(ParseResult result) => Words.TryParse<ColdStart>(result.GetRequiredValue(_coldStart), out var given) ? given : default;

    private static int[] ParseCutoffs(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split(',');
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) result.AddError($"--k is '{text}'; expected integers with commas between them, such as 5,10,20.");
        return numbers;
    }
}

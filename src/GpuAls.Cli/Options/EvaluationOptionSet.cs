using System.CommandLine;
using System.Globalization;

namespace GpuAls.Cli.Options;

/// <summary>What is measured, with the defaults of <see cref="EvaluationOptions"/>.</summary>
internal sealed class EvaluationOptionSet
{
    private static readonly EvaluationOptions Default = EvaluationOptions.Default;

    private readonly Option<string> _cutoffs = new("--k")
    {
        Description = "Lengths of the lists, rising.",
        HelpName = "n,n,...",
        DefaultValueFactory = _ => string.Join(',', Default.Cutoffs),
    };

    private readonly Option<string> _metrics = ChoiceOption.Create(
        "--metrics", "Metrics to show: default (rankings; with ratings, RMSE and MAE too) or all. Files have all of them.",
        ShownMetrics.Default);

    private readonly Option<string> _coldStart = ChoiceOption.Create(
        "--cold-start", "Held-out plays whose user or item has no play above 0 (or no rating) to train on: drop (and count), or nan (RMSE and MAE become NaN; in rankings they count as never listed).",
        Default.ColdStart);

    public void AddTo(Command command)
    {
        command.Add(_cutoffs);
        command.Add(_metrics);
        AddColdStartTo(command);
    }

    /// <summary>Adds what commands need that measure a single metric.</summary>
    public void AddColdStartTo(Command command) => command.Add(_coldStart);

    public EvaluationOptions Read(ParseResult result) =>
        new() { Cutoffs = Cutoffs(result.GetRequiredValue(_cutoffs)), ColdStart = ColdStart(result) };

    public ShownMetrics Shown(ParseResult result) => Words.TryParse<ShownMetrics>(result.GetRequiredValue(_metrics), out var given) ? given : default;

    public ColdStart ColdStart(ParseResult result) => Words.TryParse<ColdStart>(result.GetRequiredValue(_coldStart), out var given) ? given : default;

    private static int[] Cutoffs(string text) =>
    [
        .. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            ? k
            : throw new GpuAlsException(FailureKind.Usage, $"--k is '{text}'; expected integers separated by commas, such as 5,10,20.")),
    ];
}

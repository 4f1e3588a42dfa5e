using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli.Options;

/// <summary>How the iterations of a training are compared, with the defaults of <see cref="ValidationOptions"/>.</summary>
internal sealed class ValidationOptionSet
{
    private static readonly ValidationOptions Default = ValidationOptions.Default;

    private readonly Option<string[]> _files = new Option<string[]>("--validation")
    {
        Description = "Plays to measure each iteration with, in the form of the others: files, folders or globs. The best iteration is kept.",
        HelpName = "file",
    }.NotEmpty();

    private readonly Option<double?> _fraction = NumberOption.CreateOptional<double>(
        "--validation-fraction", "Measure with so many of the plays instead, such as 0.1, drawn with --seed; they are not trained on.");

    private readonly Option<string?> _metric = MetricOption.Create($"What is measured: {MetricChoice.Names}; or loss, which needs no plays to measure with.");

    private readonly Option<int> _patience = NumberOption.Create("--patience", "Stop after so many iterations without an improvement; 0 never stops.", Default.Patience);
    private readonly Option<double> _minImprovement = NumberOption.Create("--min-improvement", "The relative improvement that counts as one, such as 0.001.", Default.MinImprovement);

    public void AddTo(Command command)
    {
        Option[] options = [_files, _fraction, _metric, _patience, _minImprovement];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>The options; null where no metric is asked for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option that has no effect beside the others, or is out of its range.</exception>
    public ValidationOptions? Read(ParseResult result, Feedback feedback)
    {
        if (!result.IsGiven(_files) && !result.IsGiven(_fraction) && !result.IsGiven(_metric))
        {
            if (new Option[] { _patience, _minImprovement }.FirstOrDefault(option => result.IsGiven(option)) is { } idle)
                throw new GpuAlsException(FailureKind.Usage, $"{idle.Name} has no effect without --validation, --validation-fraction or --metric loss. Leave it out.");
            return null;
        }

        var options = new ValidationOptions
        {
            Locations = result.GetValue(_files) ?? [],
            Fraction = result.GetValue(_fraction),
            Metric = _metric.Read(result, feedback),
            Patience = result.GetValue(_patience),
            MinImprovement = result.GetValue(_minImprovement),
        };
        options.Validate();
        return options;
    }
}

using System.CommandLine;
using GpuAls.App;
using GpuAls.Cli.Options;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals evaluate PLAYS...</c>, or <c>evaluate --model DIR --test FILE</c>.</summary>
internal sealed class EvaluateCommand
{
    private readonly InputOptionSet _input = new(isOptional: true);
    private readonly HoldOutOptionSet _holdOut;
    private readonly EvaluationOptionSet _evaluation = new();
    private readonly Option<int> _neighbours = NumberOption.Create("--neighbours", "Similar items that each item has, in the baselines of item-item neighbours.", 100);
    private readonly Option<string?> _model = new Option<string?>("--model") { Description = "Measure a saved model instead of training one; needs --test.", HelpName = "dir" }.NotEmpty();
    private readonly Option<string?> _output = new Option<string?>("--output", "-o") { Description = "File of the metrics: .json, .csv or .parquet. The table on stdout comes in any case.", HelpName = "file" }.NotEmpty();
    private readonly Option<bool> _overwrite = CommonOptions.Overwrite();
    private readonly DeviceOptionSet _device = new();
    private readonly AlsOptionSet _als = new();

    private EvaluateCommand() => _holdOut = new HoldOutOptionSet(_input, CommonOptions.Report());

    public static Command Create(CliConsole console)
    {
        var evaluate = new EvaluateCommand();
        var command = new Command(
            "evaluate",
            "Train on a part of the plays and measure how well the others are predicted, beside baselines. Lists are made on the device; item ranks are computed on the CPU.");
        evaluate._input.AddTo(command);
        evaluate._holdOut.AddTo(command);
        evaluate._evaluation.AddTo(command);
        Option[] options = [evaluate._neighbours, evaluate._model, evaluate._output, evaluate._overwrite];
        foreach (var option in options) command.Add(option);
        evaluate._device.AddTo(command);
        evaluate._als.AddTo(command);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => evaluate.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var options = JobOptions(result);
        options.Validate();
        var device = _device.Read(result, options.Als);
        var report = await JobRunner.RunAsync(
            result, console, device, (engine, progress) => new EvaluateJob(options, engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        MetricTable.Write(report, options.Metrics, console.Out);
        return ExitCode.Done;
    }

    private EvaluateJobOptions JobOptions(ParseResult result)
    {
        var model = result.GetValue(_model);
        if (model is not null && _als.FirstGiven(result) is { } idle)
            throw new GpuAlsException(FailureKind.Usage, $"{idle.Name} has no effect with --model, which is trained already. Leave it out.");
        return _holdOut.Read(result, new EvaluateJobOptions
        {
            Locations = _input.Locations(result),
            Model = model,
            Als = _als.Read(result),
            Preset = _als.PresetOf(result),
            Evaluation = _evaluation.Read(result),
            Metrics = _evaluation.Shown(result),
            Neighbours = result.GetValue(_neighbours),
            Output = result.GetValue(_output),
            Overwrite = result.GetValue(_overwrite),
        });
    }
}

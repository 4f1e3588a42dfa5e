using System.CommandLine;
using GpuAls.App;
using GpuAls.Cli.Options;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals train PLAYS... --output DIR</c>.</summary>
internal sealed class TrainCommand
{
    private readonly InputOptionSet _input = new();
    private readonly AlsOptionSet _als = new();
    private readonly Option<string> _output = new Option<string>("--output", "-o") { Description = "Directory of the model and the lists.", HelpName = "dir", Required = true }.NotEmpty();
    private readonly Option<string?> _recommendations = new Option<string?>("--recommendations")
    {
        Description = "File of the lists: .parquet, .csv or .jsonl. Default: recommendations.parquet in the output.",
        HelpName = "file",
    }.NotEmpty();

    private readonly Option<string?> _report = CommonOptions.Report();
    private readonly Option<bool> _overwrite = CommonOptions.Overwrite();
    private readonly ValidationOptionSet _validation = new();
    private readonly DeviceOptionSet _device = new();
    private readonly Option<int> _top = CommonOptions.Top();
    private readonly Option<bool> _includePlayed = CommonOptions.IncludePlayed();

    public static Command Create(CliConsole console)
    {
        var train = new TrainCommand();
        var command = new Command("train", "Train a model on plays and write it with a list for each user.");
        train._input.AddTo(command);
        Option[] outputs = [train._output, train._recommendations, train._report, train._overwrite, train._top, train._includePlayed];
        foreach (var option in outputs) command.Add(option);
        train._device.AddTo(command);
        train._als.AddTo(command);
        train._validation.AddTo(command);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => train.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var options = JobOptions(result);
        var device = _device.Read(result, options.Als);
        await JobRunner.RunAsync(
            result, console, device, (engine, progress) => new TrainJob(options, engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private TrainJobOptions JobOptions(ParseResult result)
    {
        var als = _als.Read(result);
        return new TrainJobOptions
        {
            Locations = _input.Locations(result),
            Schema = _input.Schema(result),
            Als = als,
            Preset = _als.PresetOf(result),
            Validation = _validation.Read(result, als.Feedback),
            Output = result.GetRequiredValue(_output),
            Report = CommonOptions.ReportOf(result, _report),
            Overwrite = result.GetValue(_overwrite),
            Top = result.GetValue(_top),
            IncludePlayed = result.GetValue(_includePlayed),
            Recommendations = result.GetValue(_recommendations),
        };
    }
}

using System.CommandLine;
using GpuAls.Cli.Options;
using GpuAls.Engines.Device;
using GpuAls.Jobs;

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

    private readonly Option<bool> _overwrite = CommonOptions.Overwrite();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<int> _top = CommonOptions.Top();
    private readonly Option<bool> _includePlayed = CommonOptions.IncludePlayed();

    public static Command Create(CliConsole console)
    {
        var train = new TrainCommand();
        var command = new Command("train", "Train a model on plays and write it with a list for each user.");
        train._input.AddTo(command);
        Option[] outputs = [train._output, train._recommendations, train._overwrite, train._top, train._includePlayed, train._device];
        foreach (var option in outputs) command.Add(option);
        train._als.AddTo(command);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => train.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var options = JobOptions(result);
        var device = DeviceRequest.Parse(result.GetRequiredValue(_device));
        var bars = !CommonOptions.IsQuiet(result) && !CommonOptions.IsJson(result);
        await JobRunner.RunAsync(console, CommonOptions.Log(result, console), bars, async progress =>
        {
            using var engine = EngineFactory.Create(device, out var reason);
            progress.Report(new EngineChosen(engine.Description, reason));
            await new TrainJob(options, engine, progress).RunAsync(cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private TrainJobOptions JobOptions(ParseResult result) => new()
    {
        Locations = _input.Locations(result),
        Schema = _input.Schema(result),
        Als = _als.Read(result),
        Preset = _als.PresetOf(result),
        Output = result.GetRequiredValue(_output),
        Overwrite = result.GetValue(_overwrite),
        Top = result.GetValue(_top),
        IncludePlayed = result.GetValue(_includePlayed),
        Recommendations = result.GetValue(_recommendations),
    };
}

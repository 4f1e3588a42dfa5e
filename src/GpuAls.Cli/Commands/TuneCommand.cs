using System.CommandLine;
using GpuAls.App;
using GpuAls.Cli.Options;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals tune PLAYS...</c>.</summary>
internal sealed class TuneCommand
{
    private readonly InputOptionSet _input = new();
    private readonly SearchOptionSet _search = new();
    private readonly HoldOutOptionSet _holdOut;
    private readonly EvaluationOptionSet _evaluation = new();
    private readonly Option<string?> _output = new Option<string?>("--output", "-o")
    {
        Description = "Folder of the trials, as Parquet, CSV and JSON. A search that was stopped goes on there when the same command is given again.",
        HelpName = "dir",
    }.NotEmpty();

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Begin anew where the folder has trials." };
    private readonly DeviceOptionSet _device = new();
    private readonly AlsOptionSet _als = new(isSearched: true);

    private TuneCommand() => _holdOut = new HoldOutOptionSet(_input, CommonOptions.Report(""));

    public static Command Create(CliConsole console)
    {
        var tune = new TuneCommand();
        var command = new Command(
            "tune",
            "Search the options that predict held-out plays best. Options of training take values A,B,C, a range LOW..HIGH (of which equal ratios count the same; LOW..HIGH:linear for equal differences), or N values of one, LOW..HIGH:N.");
        tune._input.AddTo(command);
        tune._search.AddTo(command);
        tune._holdOut.AddTo(command);
        tune._evaluation.AddColdStartTo(command);
        Option[] options = [tune._output, tune._overwrite];
        foreach (var option in options) command.Add(option);
        tune._device.AddTo(command);
        tune._als.AddTo(command);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => tune.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var options = JobOptions(result);
        options.Validate();
        var device = _device.Read(result, options.Space.FixedOptions);
        var report = await JobRunner.RunAsync(
            result, console, device, (engine, progress) => new TuneJob(options, engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        TrialTable.Write(report, console.Out);
        return ExitCode.Done;
    }

    private TuneJobOptions JobOptions(ParseResult result)
    {
        var als = _als.Read(result);
        return _holdOut.Read(result, new TuneJobOptions
        {
            Locations = _input.Locations(result),
            Space = _search.Space(result, als),
            Preset = _als.PresetOf(result),
            Search = _search.Read(result, _evaluation.ColdStart(result), als.Feedback),
            Output = result.GetValue(_output),
            Overwrite = result.GetValue(_overwrite),
        });
    }
}

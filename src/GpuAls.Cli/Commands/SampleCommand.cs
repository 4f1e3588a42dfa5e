using System.CommandLine;
using GpuAls.App;
using GpuAls.Cli.Options;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals sample --output FILE</c>: made-up plays with planted tastes.</summary>
internal sealed class SampleCommand
{
    private static readonly SampleOptions Default = SampleOptions.Default;

    private readonly Option<string> _output = new Option<string>("--output", "-o") { Description = "File of the plays: .parquet, .csv or .tsv; columns user, item, plays.", HelpName = "file", Required = true }.NotEmpty();
    private readonly Option<int> _users = NumberOption.Create("--users", "Number of listeners.", Default.Users);
    private readonly Option<int> _items = NumberOption.Create("--items", "Number of artists.", Default.Items);
    private readonly Option<long> _plays = NumberOption.Create("--plays", "Number of rows, each a different pair of listener and artist.", Default.Plays);
    private readonly Option<long> _seed = NumberOption.Create("--seed", "The same seed and sizes give the same plays.", Default.Seed);
    private readonly Option<bool> _overwrite = CommonOptions.Overwrite();

    public static Command Create(CliConsole console)
    {
        var sample = new SampleCommand();
        var command = new Command("sample", "Write made-up plays: power-law popularity, planted tastes.");
        Option[] options = [sample._output, sample._users, sample._items, sample._plays, sample._seed, sample._overwrite];
        foreach (var option in options) command.Add(option);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => sample.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var options = new SampleOptions
        {
            Users = result.GetValue(_users),
            Items = result.GetValue(_items),
            Plays = result.GetValue(_plays),
            Seed = result.GetValue(_seed),
        };
        var output = result.GetRequiredValue(_output);
        await SampleJob.RunAsync(new SamplePlays(options), output, result.GetValue(_overwrite), cancellation).ConfigureAwait(false);
        CommonOptions.Log(result, console).Info(
            "done", $"{Counted.Of(options.Plays, "row")} of {Counted.Of(options.Users, "user")} and {Counted.Of(options.Items, "item")}: {output}",
            ("rows", options.Plays), ("users", options.Users), ("items", options.Items), ("output", output));
        return ExitCode.Done;
    }
}

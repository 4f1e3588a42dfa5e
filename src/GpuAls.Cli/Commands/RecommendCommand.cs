using System.CommandLine;
using GpuAls.App;
using GpuAls.Cli.Options;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals recommend MODEL</c>: lists from a saved model, to a file or as CSV on stdout.</summary>
internal sealed class RecommendCommand
{
    private readonly Argument<string> _model = new Argument<string>("model") { Description = "Directory that gpuals train wrote." }.NotEmpty();
    private readonly Option<string[]> _user = new("--user") { Description = "A user to list for; may be given several times. Default: all users.", HelpName = "id" };
    private readonly Option<string?> _users = new Option<string?>("--users") { Description = "File with a user id a line.", HelpName = "file" }.NotEmpty();
    private readonly Option<string> _onUnknownUser = new Option<string>("--on-unknown-user")
    {
        Description = "Users who are not in the model: fail, or skip and count them.",
        DefaultValueFactory = _ => "fail",
    }.OneOf(["fail", "skip"]);

    private readonly Option<string?> _output = new Option<string?>("--output", "-o") { Description = "File of the lists: .parquet, .csv or .jsonl. Default: CSV on stdout.", HelpName = "file" }.NotEmpty();
    private readonly Option<bool> _overwrite = CommonOptions.Overwrite();
    private readonly DeviceOptionSet _device = new();
    private readonly Option<int> _top = CommonOptions.Top();
    private readonly Option<bool> _includePlayed = CommonOptions.IncludePlayed();

    public static Command Create(CliConsole console)
    {
        var recommend = new RecommendCommand();
        var command = new Command("recommend", "Make lists from a saved model.") { recommend._model };
        Option[] options =
        [
            recommend._user, recommend._users, recommend._onUnknownUser, recommend._output, recommend._overwrite, recommend._top,
            recommend._includePlayed,
        ];
        foreach (var option in options) command.Add(option);
        recommend._device.AddTo(command);
        CommonOptions.AddLogging(command);
        command.SetAction((result, cancellation) => recommend.RunAsync(result, console, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CliConsole console, CancellationToken cancellation)
    {
        var log = CommonOptions.Log(result, console);
        var options = new RecommendJobOptions
        {
            Model = result.GetRequiredValue(_model),
            Users = result.GetValue(_user) ?? [],
            UsersFile = result.GetValue(_users),
            SkipUnknownUsers = result.GetValue(_onUnknownUser) == "skip",
            Output = result.GetValue(_output),
            Overwrite = result.GetValue(_overwrite),
            Top = result.GetValue(_top),
            IncludePlayed = result.GetValue(_includePlayed),
        };
        using var engine = DeviceOptionSet.Open(_device.Read(result), new JobReporter(log, TimeProvider.System));
        var report = await new RecommendJob(options, engine, console.Out).RunAsync(cancellation).ConfigureAwait(false);
        if (report.NamedUsers == 0) log.Warn("no_users", $"'{options.UsersFile}' names no user, so there are no lists.");
        if (report.UnknownUsers > 0) log.Warn("unknown_users", $"users not in the model, skipped: {report.UnknownUsers}.", ("users", report.UnknownUsers));
        if (report.UsersWithoutPlays > 0) log.Warn("users_without_plays", $"{Counted.Of(report.UsersWithoutPlays, "user has no play above 0, or factors that are all 0, and gets", "users have no play above 0, or factors that are all 0, and get")} no list.", ("users", report.UsersWithoutPlays));
        log.Info("done", $"lists: {report.Lists}, to {options.Output ?? "stdout"}", ("lists", report.Lists));
        return ExitCode.Done;
    }
}

using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli.Options;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    private const string QuietName = "--quiet";
    private const string VerboseName = "--verbose";
    private const string LogFormatName = "--log-format";

    /// <summary>Adds what every command has: how it talks about itself on stderr.</summary>
    public static void AddLogging(Command command)
    {
        Option[] logging = [Quiet(), LogFormat(), Verbose()];
        foreach (var option in logging) command.Add(option);
    }

    private static Option<bool> Quiet() => new(QuietName, "-q") { Description = "Say nothing but warnings and errors." };

    private static Option<bool> Verbose() => new(VerboseName) { Description = "Show where in the program a failure happened." };

    private static Option<string> LogFormat() =>
        new Option<string>(LogFormatName) { Description = "Form of the lines on stderr.", DefaultValueFactory = _ => "text" }.OneOf(["text", "json"]);

    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace an existing output." };

    /// <param name="also">What else it does.</param>
    public static Option<string?> Report(string also = " The loss is computed for it, as by --loss.") => new Option<string?>("--report")
    {
        Description = $"File of a page on the run, with charts: .html, which needs nothing else.{also}",
        HelpName = "file",
    }.NotEmpty();

    /// <summary>The page that was asked for, which says how; null for none.</summary>
    public static ReportOptions? ReportOf(ParseResult result, Option<string?> option) =>
        result.GetValue(option) is { } file ? new ReportOptions(file, Typed.Of(result)) : null;

    public static Option<int> Top() => NumberOption.Create("--top", $"Length of a list, 1 to {TopKQuery.MaximumK}.", 10);

    public static Option<bool> IncludePlayed() => new("--include-played") { Description = "Let lists contain what the listener has played." };

    /// <summary>The log that the options of a command ask for; commands without them get a plain one.</summary>
    public static RunLog Log(ParseResult result, CliConsole console) =>
        new(console.Error, json: Value<string>(result, LogFormatName) == "json", quiet: Value<bool>(result, QuietName));

    public static bool IsQuiet(ParseResult result) => Value<bool>(result, QuietName);

    public static bool IsJson(ParseResult result) => Value<string>(result, LogFormatName) == "json";

    public static bool IsVerbose(ParseResult result) => Value<bool>(result, VerboseName);

    /// <summary>The value of an option that a command may not have, or that may not have parsed.</summary>
    private static T? Value<T>(ParseResult result, string name)
    {
        var option = result.CommandResult.Command.Options.OfType<Option<T>>().FirstOrDefault(option => option.Name == name);
        var found = option is null ? null : result.GetResult(option);
        return found is null || found.Errors.Any() ? default : found.GetValueOrDefault<T>();
    }
}

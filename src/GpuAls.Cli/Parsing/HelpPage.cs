using System.CommandLine;
using System.CommandLine.Invocation;

namespace GpuAls.Cli;

/// <summary>A parameter as help shows it.</summary>
/// <param name="Group">Where.</param>
/// <param name="IsCommon">Whether the short help shows it too.</param>
/// <param name="Label">Its names and its value, such as <c>-o, --output DIR</c>.</param>
/// <param name="Usage">How the usage line has it; empty where it need not be given.</param>
/// <param name="Summary">What it means.</param>
/// <param name="Default">Its default; empty where there is none to tell.</param>
/// <param name="Range">The numbers it takes; empty where it takes any.</param>
/// <param name="Details">More about it, in sentences.</param>
internal sealed record HelpEntry(
    ParameterGroup Group,
    bool IsCommon,
    string Label,
    string Usage,
    string Summary,
    string Default,
    string Range,
    string Details)
{
    /// <summary>The entry of a parameter.</summary>
    public static HelpEntry Of<TOptions>(Parameter<TOptions> parameter, TOptions usual)
    {
        var value = parameter.IsPositional && parameter.Kind == ParameterKind.List
            ? $"{parameter.ValueName}..."
            : parameter.ValueName;
        var name = parameter.IsPositional ? value : $"{parameter.Option} {value}".TrimEnd();
        var hasDefault = parameter.Kind != ParameterKind.Flag && !parameter.IsRequired;
        return new HelpEntry(
            parameter.Group, parameter.IsCommon, parameter.Alias is { } alias ? $"{alias}, {name}" : name,
            parameter.IsRequired ? name : parameter.IsPositional ? $"[{name}]" : "", parameter.Summary,
            parameter.DefaultNote ?? (hasDefault ? parameter.Get(usual) : ""),
            parameter.Range?.Brief ?? "", parameter.Details);
    }
}

/// <summary>
/// Help of the tool and of its commands: what most people need on a screen, and everything with --help-all.
/// </summary>
internal static class HelpPage
{
    private const int Width = 100;
    private const int TextColumn = 32;

    /// <summary>The commands with three examples.</summary>
    public static void WriteOverview(TextWriter output, IReadOnlyList<ToolCommand> commands)
    {
        output.WriteLine("gpuals trains recommenders by alternating least squares (ALS), on NVIDIA GPUs, other GPUs "
            + "and CPUs.");
        output.WriteLine();
        output.WriteLine("Usage: gpuals COMMAND [options]");
        output.WriteLine();
        output.WriteLine("Commands:");
        WriteCommands(output, commands);
        output.WriteLine();
        output.WriteLine("Examples:");
        output.WriteLine("  gpuals demo");
        output.WriteLine("  gpuals train plays.parquet --weight-column plays --output model");
        output.WriteLine("  gpuals recommend model --user \"Ada Tanaka\" --top 3");
        output.WriteLine();
        output.WriteLine("Run gpuals COMMAND --help for the options of a command, gpuals --version for the version.");
    }

    /// <summary>The commands of a group.</summary>
    public static void WriteGroup(TextWriter output, string group, IReadOnlyList<ToolCommand> commands)
    {
        output.WriteLine($"Usage: gpuals {group} COMMAND [options]");
        output.WriteLine();
        output.WriteLine("Commands:");
        WriteCommands(output, commands.Where(command => command.Group == group));
        output.WriteLine();
        output.WriteLine($"Run gpuals {group} COMMAND --help for the options of a command.");
    }

    /// <summary>The options of a command.</summary>
    /// <param name="output">Where it is written.</param>
    /// <param name="command">The command.</param>
    /// <param name="isAll">Whether all options are shown, with all that is known of them.</param>
    public static void Write(TextWriter output, ToolCommand command, bool isAll)
    {
        var entries = command.Entries;
        WriteLines(output, $"{command.Summary}. {command.Details}".TrimEnd(), 0);
        output.WriteLine();
        output.WriteLine($"Usage: gpuals {command.Usage}");
        var shown = entries.Where(entry => isAll || entry.IsCommon).ToArray();
        foreach (var group in shown.GroupBy(entry => entry.Group).OrderBy(group => group.Key))
        {
            output.WriteLine();
            output.WriteLine($"{group.Key}:");
            foreach (var entry in group) WriteEntry(output, entry, isAll);
        }

        output.WriteLine();
        var rest = entries.Count - shown.Length;
        output.WriteLine(rest > 0
            ? $"Run gpuals {command.Name} --help-all for {Counted.Of(rest, "more option")} and details."
            : $"Run gpuals {command.Name} --help for the most common options only.");
    }

    private static void WriteCommands(TextWriter output, IEnumerable<ToolCommand> commands)
    {
        foreach (var command in commands) output.WriteLine($"  {command.Name,-14}{command.Summary}");
    }

    private static void WriteEntry(TextWriter output, HelpEntry entry, bool isAll)
    {
        var usual = entry.Default.Length > 0 ? $" [default: {entry.Default}]" : "";
        var more = isAll && entry.Details.Length > 0 ? $". {entry.Details}" : "";
        var range = isAll && entry.Range.Length > 0 ? $" ({entry.Range})" : "";
        var label = $"  {entry.Label}";
        var isShort = label.Length < TextColumn - 1;
        output.Write(
            isShort ? label.PadRight(TextColumn) : $"{label}{Environment.NewLine}{new string(' ', TextColumn)}");
        WriteLines(output, $"{entry.Summary}{range}{more}{usual}", TextColumn);
    }

    /// <summary>A text in lines of the page; all but the first are indented.</summary>
    private static void WriteLines(TextWriter output, string text, int indent)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && indent + line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                output.Write(new string(' ', indent));
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        output.WriteLine(line);
    }
}

/// <summary>Shows the help of the command that is parsed, whatever is wrong with its options.</summary>
internal sealed class HelpPageAction(IReadOnlyList<ToolCommand> commands, bool isAll) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var name = ToolCommand.NameOf(parseResult.CommandResult.Command);
        if (commands.FirstOrDefault(command => command.Name == name) is { } command)
            HelpPage.Write(output, command, isAll);
        else if (name.Length > 0) HelpPage.WriteGroup(output, name, commands);
        else HelpPage.WriteOverview(output, commands);
        return ExitCode.Done;
    }
}

/// <summary>Writes the version, with the commit in short.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProductVersion.WithCommit);
        return ExitCode.Done;
    }
}

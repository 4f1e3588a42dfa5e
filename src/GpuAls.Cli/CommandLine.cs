using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using GpuAls.App;
using GpuAls.Cli.Commands;
using GpuAls.Connectors.Postgres;
using GpuAls.Connectors.S3;
using GpuAls.Connectors.Sqlite;

namespace GpuAls.Cli;

/// <summary>From arguments to an exit code: the commands, and what becomes of their failures.</summary>
internal static class CommandLine
{
    /// <summary>The commands, in the order of help.</summary>
    public static IReadOnlyList<ToolCommand> Commands { get; } =
    [
        TrainCommand.Definition,
        RecommendCommand.Definition,
        RecommendCommand.Similar,
        ExplainCommand.Definition,
        ServeCommand.Definition,
        ExploreCommand.Definition,
        EvaluateCommand.Definition,
        TuneCommand.Definition,
        UpdateCommand.Definition,
        .. ModelCommands.Definitions,
        .. ExchangeCommands.Definitions,
        DemoCommand.Definition,
        SampleCommand.Definition,
        DevicesCommand.Definition,
    ];

    /// <summary>Nothing of a connector is loaded before a location asks for it.</summary>
    static CommandLine()
    {
        var s3 = new Lazy<IStore>(static () => new S3Store());
        Stores.Add(() => s3.Value, "s3", "s3a"); // s3a is Hadoop's
        Databases.Add(static () => new PostgresDatabase(), "postgres", "postgresql");
        Databases.Add(static () => new SqliteDatabase(), "sqlite");
    }

    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        using var processes = console.Processes;
        return await RunAsync(args, processes.Speaks ? console : console.Muted(), console.Error).ConfigureAwait(false);
    }

    /// <param name="args">The command line.</param>
    /// <param name="console">Where it writes, which is nowhere in a process that does not speak for all.</param>
    /// <param name="error">Where a process writes that fails alone.</param>
    private static async Task<int> RunAsync(string[] args, CliConsole console, TextWriter error)
    {
        var layers = new OptionLayers(console.Variables);
        var result = Root(args, console, layers).Parse(args);
        var options = Invocation.Log(result, layers);
        var log = new RunLog(console.Error, options);
        using var signals = new StopSignals();
        var (exitCode, hasFailed) = (ExitCode.Done, true);
        try
        {
            console.Processes.Join(signals.Token);
            exitCode = Misused(args, result, layers, log)
                ?? await result.InvokeAsync(Configuration(console), signals.Token).ConfigureAwait(false);
            await console.FlushResultsAsync().ConfigureAwait(false);
            hasFailed = exitCode != ExitCode.Done;
        }
        catch (SpotInterruptedException interrupted)
        {
            log.Write(CliEvents.Stopped.Line(interrupted.Message));
            (exitCode, hasFailed) = (ExitCode.Terminated, false);
        }
        catch (OperationCanceledException)
        {
            log.Write(CliEvents.Stopped.Line(
                $"stopped by a signal{(console.Processes.AreSeveral ? " or since another process ended" : "")}. "
                + "Nothing half-written was left behind."));
            (exitCode, hasFailed) = (signals.ExitCode, false);
        }
        catch (Exception exception)
        {
            exitCode = Failed(exception, log, options.Verbose, console.Processes);
        }

        var isWatched = Find(result.CommandResult.Command) is { IsWatched: true } && console.Processes.Speaks
            && result.Action is not HelpPageAction && !Invocation.IsRehearsal(result, layers);
        if (isWatched)
            await console.Watch.EndAsync(result.CommandResult.Command.Name, exitCode, options, log)
                .ConfigureAwait(false);
        if (hasFailed && console.Processes.AreSeveral)
            await console.Processes
                .EndAsync(exitCode, new RunLog(error, options), log.LastError ?? "it failed", signals.Token)
                .ConfigureAwait(false);
        return exitCode;
    }

    private static InvocationConfiguration Configuration(CliConsole console) => new()
    {
        Output = console.Out,
        Error = console.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    /// <summary>Tells what is wrong with the command line.</summary>
    /// <returns>The exit code; null where nothing is wrong.</returns>
    private static int? Misused(string[] args, ParseResult result, OptionLayers layers, RunLog log)
    {
        var command = result.CommandResult.Command;
        if (result.Action is HelpPageAction) return null;
        foreach (var warning in layers.Warnings) log.Write(CliEvents.UnknownVariable.Line(warning));
        if (Invocation.BadFlag(args, command) is { } error) return Misused([error], command, log);
        return result.Action is ParseErrorAction ? Misused(Errors(result), command, log) : null;
    }

    /// <summary>The command of a symbol of the parser; null for that of all commands.</summary>
    private static ToolCommand? Find(Command command) =>
        Commands.FirstOrDefault(known => known.Name == ToolCommand.NameOf(command));

    /// <summary>
    /// All commands. To declare the options of one takes longer than to parse them, so they are declared only for the
    /// command that is named first, and for all of them where none is: in completions and files of arguments.
    /// </summary>
    private static RootCommand Root(string[] args, CliConsole console, OptionLayers layers)
    {
        var word = args.FirstOrDefault(arg => !arg.StartsWith('-'));
        var named = Commands.Where(command => command.Name.Split(' ')[0] == word).ToArray();
        var root = new RootCommand { HelpName = "gpuals" };
        root.Options.OfType<HelpOption>().Single().Action = new HelpPageAction(Commands, isAll: false);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        root.Add(
            new Option<bool>("--help-all") { Recursive = true, Action = new HelpPageAction(Commands, isAll: true) });
        foreach (var command in Commands)
        {
            var isNamed = word is not null && (named.Length == 0 || named.Contains(command));
            ParentOf(command, root, console).Add(isNamed ? command.Create(console, layers) : command.CreateBare());
        }

        root.SetAction(_ => HelpPage.WriteOverview(console.Out, Commands));
        return root;
    }

    /// <summary>The root, or the group that a command of two words is in.</summary>
    private static Command ParentOf(ToolCommand command, RootCommand root, CliConsole console)
    {
        if (command.Group is not { } name) return root;
        if (root.Subcommands.FirstOrDefault(group => group.Name == name) is { } existing) return existing;
        var group = new Command(name);
        group.SetAction(_ => HelpPage.WriteGroup(console.Out, name, Commands));
        root.Add(group);
        return group;
    }

    /// <summary>After an unknown command, each of its options is unknown too: the first error is enough.</summary>
    private static string[] Errors(ParseResult result) => result.UnmatchedTokens.Count > 0
        ? [Unknown(result.UnmatchedTokens[0], result.CommandResult.Command)]
        : [.. result.Errors.Select(error => error.Message)];

    private static int Misused(string[] errors, Command command, RunLog log)
    {
        errors[^1] += $" See {$"gpuals {ToolCommand.NameOf(command)}".TrimEnd()} --help.";
        foreach (var error in errors) log.Write(CliEvents.Usage.Line(error));
        return ExitCode.Of(FailureKind.Usage);
    }

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-')) return Invocation.UnknownOption(token, command);
        if (Find(command) is { } found) return $"unexpected argument '{token}'. Usage: gpuals {found.Usage}.";
        var typed = $"{ToolCommand.NameOf(command)} {token}".TrimStart();
        var names = Commands.SelectMany(known => (string?[])[known.Name, known.Group]).OfType<string>().Distinct();
        return $"unknown command '{typed}'.{Spelling.Suggestion(typed, names)}";
    }

    /// <summary>Says what failed, as its kind asks.</summary>
    /// <returns>The exit code.</returns>
    internal static int Failed(Exception exception, RunLog log, bool verbose, JobProcesses? processes = null)
    {
        var (kind, text) = exception switch
        {
            GpuAlsException failure => (failure.Kind, failure.Message),
            OutOfMemoryException => (
                FailureKind.Device,
                "out of memory. Lower --rank, read fewer plays, or use a machine with more memory."),
            _ => (
                FailureKind.Internal,
                $"failure inside gpuals: {exception.GetType().Name}: {exception.Message} "
                + "Run again with --verbose for the details."),
        };
        // Of bad options and input it does not matter which process finds them.
        if (processes is { Speaks: true } && kind is FailureKind.Device or FailureKind.Internal)
            text = processes?.Prefix + text;
        log.Write(CliEvents.Failed.Line(text, ExitCode.Of(kind)));
        if (verbose) log.Write(CliEvents.Details.Line(exception.ToString()));
        return ExitCode.Of(kind);
    }
}

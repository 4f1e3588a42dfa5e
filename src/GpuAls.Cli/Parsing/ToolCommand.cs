using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>A command of the tool.</summary>
/// <param name="name">Its name.</param>
/// <param name="summary">What it does, in a line without a full stop.</param>
internal abstract class ToolCommand(string name, string summary)
{
    /// <summary>Its name; two words for a command of a group.</summary>
    public string Name { get; } = name;

    /// <summary>The group that it is in, which is its first word; null for none.</summary>
    public string? Group => Name.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? Name[..end] : null;

    /// <summary>What it does, in a line without a full stop.</summary>
    public string Summary { get; } = summary;

    /// <summary>More about it, in sentences.</summary>
    public string Details { get; init; } = "";

    /// <summary>Whether several processes, started by mpirun, can do it together.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether it runs a job that is watched: it ends with a summary and metrics.</summary>
    public bool IsWatched { get; protected init; }

    /// <summary>Its parameters, for help.</summary>
    public abstract IReadOnlyList<HelpEntry> Entries { get; }

    /// <summary>The command with what it requires, as help shows it.</summary>
    public string Usage => string.Join(
        ' ', Entries.Select(entry => entry.Usage).Where(usage => usage.Length > 0).Prepend(Name).Append("[options]"));

    /// <summary>The names of its options, without dashes.</summary>
    public abstract IReadOnlyList<string> OptionNames { get; }

    /// <summary>The name of a symbol of the parser with those of its groups; empty for that of all commands.</summary>
    public static string NameOf(Command command) => command is RootCommand
        ? ""
        : $"{command.Parents.OfType<Command>().Select(NameOf).FirstOrDefault()} {command.Name}".TrimStart();

    /// <summary>The command for the parser, without its options where it is not the one that is asked for.</summary>
    public Command CreateBare() => new(Name[(Name.IndexOf(' ', StringComparison.Ordinal) + 1)..], Summary);

    /// <summary>The command for the parser.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="layers">The options under those of the command line, which it reads.</param>
    public abstract Command Create(CliConsole console, OptionLayers layers);
}

/// <summary>A command that is made of the declarations of its job.</summary>
internal sealed class ToolCommand<TJob> : ToolCommand
{
    private readonly Func<ParameterTable<TJob>> _job;
    private readonly Lazy<ParameterTable<Invocation<TJob>>> _table;
    private readonly Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>> _run;
    private readonly Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>>? _dryRun;

    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does, in a line without a full stop.</param>
    /// <param name="job">The declarations of its job.</param>
    /// <param name="run">Does it; returns the exit code.</param>
    /// <param name="isOnDevice">Whether something is computed, and so a device is chosen.</param>
    /// <param name="dryRun">Tells what it would do; returns the exit code. Null for a command that cannot.</param>
    /// <param name="isWatched">Whether it runs a job that ends with a summary and metrics.</param>
    public ToolCommand(
        string name,
        string summary,
        Func<ParameterTable<TJob>> job,
        Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>> run,
        bool isOnDevice = true,
        Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>>? dryRun = null,
        bool isWatched = false)
        : base(name, summary)
    {
        (IsWatched, _job, _run, _dryRun) = (isWatched, job, run, dryRun);
        _table = new(() => Declare(job(), isOnDevice));
    }

    private ParameterTable<Invocation<TJob>> Table => _table.Value;

    /// <inheritdoc/>
    public override IReadOnlyList<HelpEntry> Entries =>
        [.. Table.Select(parameter => HelpEntry.Of(parameter, Table.Usual))];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [.. Table.Select(parameter => parameter.Name)];

    /// <inheritdoc/>
    public override Command Create(CliConsole console, OptionLayers layers)
    {
        var command = CreateBare();
        var symbols = Table.ToDictionary(
            parameter => parameter.Name, parameter => Invocation.Symbol(parameter, Table.Usual));
        foreach (var symbol in symbols.Values)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.Validators.Add(result =>
        {
            var file = result.GetResult((Option)symbols["config"])?.Tokens is [var token, ..] ? token.Value : null;
            layers.Read(Name, Table, file);
            foreach (var error in layers.Errors) result.AddError(error);
            if (IsGiven("print-config")) return;
            var missing = Table
                .Where(parameter => parameter.IsRequired && !IsGiven(parameter.Name))
                .Select(parameter => $"{(parameter.IsPositional ? "" : $"{parameter.Option} ")}{parameter.ValueName}")
                .ToArray();
            if (missing.Length > 0 && Invocation.Mistyped(result) is { } option)
                result.AddError(Invocation.UnknownOption(option, result.Command));
            else if (missing.Length > 0)
                result.AddError($"{string.Join(" and ", missing)} {(missing.Length > 1 ? "are" : "is")} missing. "
                    + $"Usage: gpuals {Usage}.");

            bool IsGiven(string name) =>
                Invocation.IsGiven(result, symbols[name]) || layers.Find(name) is not null;
        });
        command.SetAction((result, cancellation) =>
        {
            var given = Table.ToDictionary(parameter => parameter.Name, parameter => Given(parameter.Name));
            var invocation = Read(given);
            if (invocation.Config.Print) return Task.FromResult(PrintConfig(invocation, given, console));
            invocation = invocation with { Typed = Invocation.Typed(result) };
            if (invocation.Config.DryRun)
                return console.Processes.Speaks ? _dryRun!(invocation, console, cancellation) : Task.FromResult(0);
            console.Watch.Begin(Name);
            return _run(Shared(invocation, console.Processes), console, cancellation);

            GivenOption? Given(string name) => Invocation.Texts(result, symbols[name]) is { Count: > 0 } texts
                ? new GivenOption(texts, GivenOption.CommandLine)
                : layers.Find(name);
        });
        return command;
    }

    /// <summary>The invocation in one of several processes.</summary>
    private Invocation<TJob> Shared(Invocation<TJob> invocation, JobProcesses processes)
    {
        if (!processes.AreSeveral) return invocation;
        Require.Usage(
            IsShared,
            $"gpuals {Name} runs in one process, and a launcher such as mpirun started several. Start it without the "
            + "launcher.");
        processes.RequireSameJob(EffectiveConfig.Json(_job(), invocation.Job));
        return invocation with
        {
            Group = processes.Group,
            Device = invocation.Device with { Process = processes.Local },
        };
    }

    private ParameterTable<Invocation<TJob>> Declare(ParameterTable<TJob> job, bool isOnDevice)
    {
        IEnumerable<Parameter<LogOptions>> log =
            IsWatched ? LogOptions.Table.Append(LogOptions.MetricsFileOption) : LogOptions.Table;
        IEnumerable<Parameter<ConfigOptions>> config =
            _dryRun is null ? ConfigOptions.Table : ConfigOptions.Table.Append(ConfigOptions.DryRunOption);
        var device = SharedParameters.Device.Within<Invocation<TJob>>(
            o => o.Device, (o, request) => o with { Device = request });
        return new ParameterTable<Invocation<TJob>>(
            new Invocation<TJob>(job.Usual, SharedParameters.Device.Usual, LogOptions.Table.Usual),
            [
                .. job.Within<Invocation<TJob>>(o => o.Job, (o, options) => o with { Job = options }),
                .. isOnDevice ? device : [],
                .. log.Select(parameter => parameter.Within<Invocation<TJob>>(
                    o => o.Log, (o, value) => o with { Log = value })),
                .. config.Select(parameter => parameter.Within<Invocation<TJob>>(
                    o => o.Config, (o, value) => o with { Config = value })),
            ])
        {
            Complete = (o, given) => job.Complete is { } complete ? o with { Job = complete(o.Job, given) } : o,
        };
    }

    private Invocation<TJob> Read(Dictionary<string, GivenOption?> given)
    {
        try
        {
            var invocation = Table.Read(parameter => given[parameter.Name]?.Texts ?? []);
            Table.Check(invocation);
            return invocation;
        }
        catch (GpuAlsException failure) when (failure.Kind == FailureKind.Usage)
        {
            var origins = string.Concat(given
                .Where(pair => pair.Value is { IsTyped: false } && IsNamed(failure.Message, pair.Key))
                .Select(pair => $" (--{pair.Key} is from {pair.Value!.Origin}.)"));
            throw new GpuAlsException(
                FailureKind.Usage, $"{failure.Message}{origins} See gpuals {Name} --help.", failure);
        }
    }

    private static bool IsNamed(string message, string option)
    {
        var end = message.IndexOf($"--{option}", StringComparison.Ordinal) + option.Length + 2;
        return end > option.Length + 1
            && (end == message.Length || !(char.IsAsciiLetter(message[end]) || message[end] == '-'));
    }

    private int PrintConfig(
        Invocation<TJob> invocation, Dictionary<string, GivenOption?> given, CliConsole console)
    {
        console.Out.WriteLine(EffectiveConfig.Json(Table, invocation));
        var log = new RunLog(console.Error, invocation.Log);
        foreach (var parameter in Table.Where(parameter => parameter.Group != ParameterGroup.Configuration))
        {
            if (given[parameter.Name] is not { } option) continue;
            var value = UrlSecrets.Masked(parameter.Get(invocation));
            log.Write(CliEvents.Option.Line(
                $"{parameter.Name} is {value}, from {option.Origin}", parameter.Name, value, option.Origin));
        }

        return ExitCode.Done;
    }
}

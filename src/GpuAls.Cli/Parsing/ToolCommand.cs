using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>A command of the tool.</summary>
/// <param name="name">Its name.</param>
/// <param name="summary">What it does, in a line without a full stop.</param>
internal abstract class ToolCommand(string name, string summary)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>What it does, in a line without a full stop.</summary>
    public string Summary { get; } = summary;

    /// <summary>More about it, in sentences.</summary>
    public string Details { get; init; } = "";

    /// <summary>Its parameters, for help.</summary>
    public abstract IReadOnlyList<HelpEntry> Entries { get; }

    /// <summary>The command with what it requires, as help shows it.</summary>
    public string Usage => string.Join(
        ' ', Entries.Select(entry => entry.Usage).Where(usage => usage.Length > 0).Prepend(Name).Append("[options]"));

    /// <summary>The command for the parser.</summary>
    public abstract Command Create(CliConsole console);
}

/// <summary>A command that is made of the declarations of its job.</summary>
internal sealed class ToolCommand<TJob> : ToolCommand
{
    private readonly ParameterTable<Invocation<TJob>> _table;
    private readonly Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>> _run;

    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does, in a line without a full stop.</param>
    /// <param name="job">The declarations of its job.</param>
    /// <param name="run">Does it; returns the exit code.</param>
    /// <param name="isOnDevice">Whether something is computed, and so a device is chosen.</param>
    public ToolCommand(
        string name,
        string summary,
        ParameterTable<TJob> job,
        Func<Invocation<TJob>, CliConsole, CancellationToken, Task<int>> run,
        bool isOnDevice = true)
        : base(name, summary)
    {
        var device = SharedParameters.Device.Within<Invocation<TJob>>(
            o => o.Device, (o, request) => o with { Device = request });
        _run = run;
        _table = new ParameterTable<Invocation<TJob>>(
            new Invocation<TJob>(job.Usual, SharedParameters.Device.Usual, LogOptions.Table.Usual),
            [
                .. job.Within<Invocation<TJob>>(o => o.Job, (o, options) => o with { Job = options }),
                .. isOnDevice ? device : [],
                .. LogOptions.Table.Within<Invocation<TJob>>(o => o.Log, (o, log) => o with { Log = log }),
            ])
        {
            Complete = (o, given) => job.Complete is { } complete ? o with { Job = complete(o.Job, given) } : o,
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<HelpEntry> Entries =>
        [.. _table.Select(parameter => HelpEntry.Of(parameter, _table.Usual))];

    /// <inheritdoc/>
    public override Command Create(CliConsole console)
    {
        var command = new Command(Name, Summary);
        var symbols = _table.ToDictionary(
            parameter => parameter.Name, parameter => Invocation.Symbol(parameter, _table.Usual));
        foreach (var symbol in symbols.Values)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.Validators.Add(result =>
        {
            var missing = _table
                .Where(parameter => parameter.IsRequired && !Invocation.IsGiven(result, symbols[parameter.Name]))
                .Select(parameter => $"{(parameter.IsPositional ? "" : $"{parameter.Option} ")}{parameter.ValueName}")
                .ToArray();
            if (missing.Length > 0 && Invocation.Mistyped(result) is { } option)
                result.AddError(Invocation.UnknownOption(option, result.Command));
            else if (missing.Length > 0)
                result.AddError($"{string.Join(" and ", missing)} {(missing.Length > 1 ? "are" : "is")} missing. "
                    + $"Usage: gpuals {Usage}.");
        });
        command.SetAction((result, cancellation) =>
        {
            var invocation = Read(parameter => Invocation.Texts(result, symbols[parameter.Name]));
            return _run(invocation with { Typed = Invocation.Typed(result) }, console, cancellation);
        });
        return command;
    }

    private Invocation<TJob> Read(Func<Parameter<Invocation<TJob>>, IReadOnlyList<string>> given)
    {
        try
        {
            var invocation = _table.Read(given);
            _table.Check(invocation);
            return invocation;
        }
        catch (GpuAlsException failure) when (failure.Kind == FailureKind.Usage)
        {
            throw new GpuAlsException(FailureKind.Usage, $"{failure.Message} See gpuals {Name} --help.", failure);
        }
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>What a command line asks for.</summary>
/// <param name="Job">What to do.</param>
/// <param name="Device">Where to compute it.</param>
/// <param name="Log">What to tell of it.</param>
internal sealed record Invocation<TJob>(TJob Job, DeviceRequest Device, LogOptions Log)
{
    /// <summary>The command line, as a shell takes it.</summary>
    public string Typed { get; init; } = "";
}

/// <summary>The options of a command without a job that has some.</summary>
internal sealed record NoOptions
{
    public static ParameterTable<NoOptions> Table { get; } = new(new NoOptions(), []);
}

/// <summary>Parameters as symbols of System.CommandLine, and the texts that were typed for them.</summary>
internal static class Invocation
{
    /// <summary>
    /// The symbol of a parameter. Each text is tried on the defaults, so that all bad ones are told at once.
    /// </summary>
    public static Symbol Symbol<TOptions>(Parameter<TOptions> parameter, TOptions usual)
    {
        if (parameter.IsPositional) return Argument(parameter, usual);
        if (parameter.Kind == ParameterKind.Flag) return Named(new Option<bool>(parameter.Option), parameter);
        Option option = parameter.Kind == ParameterKind.List
            ? new Option<string[]>(parameter.Option)
            : new Option<string>(parameter.Option);
        Named(option, parameter);
        option.Validators.Add(result => Validate(result, result.Tokens, parameter, usual));
        if (parameter.Words.Count > 0) option.CompletionSources.Add([.. parameter.Words]);
        return option;
    }

    /// <summary>What was typed for a symbol; nothing where it was not.</summary>
    public static IReadOnlyList<string> Texts(ParseResult result, Symbol symbol) => symbol switch
    {
        Option<bool> flag => result.GetResult(flag) is { Implicit: false }
            ? [result.GetValue(flag) ? "true" : "false"]
            : [],
        Option option => result.GetResult(option) is { Implicit: false } found ? Texts(found.Tokens) : [],
        Argument argument => result.GetResult(argument) is { } found ? Texts(found.Tokens) : [],
        _ => [],
    };

    /// <summary>What the log is to be, as far as the command line can be read.</summary>
    public static LogOptions Log(ParseResult result) => LogOptions.Table.Read(parameter =>
        result.CommandResult.Command.Options.FirstOrDefault(option => option.Name == parameter.Option) is { } option
        && result.GetResult(option) is { } found && !found.Errors.Any() ? Texts(result, option) : []);

    /// <summary>The command line, to be typed again.</summary>
    public static string Typed(ParseResult result) =>
        string.Join(' ', result.Tokens.Select(token => ShellWord.Quote(token.Value)).Prepend("gpuals"));

    private static string[] Texts(IReadOnlyList<Token> tokens) => [.. tokens.Select(token => token.Value)];

    private static Argument Argument<TOptions>(Parameter<TOptions> parameter, TOptions usual)
    {
        var some = parameter.IsRequired ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore;
        Argument argument = parameter.Kind == ParameterKind.List
            ? new Argument<string[]>(parameter.Name) { Arity = some }
            : new Argument<string>(parameter.Name);
        argument.Validators.Add(RefuseOptions);
        argument.Validators.Add(result => Validate(result, result.Tokens, parameter, usual));
        return argument;
    }

    private static TOption Named<TOption, TOptions>(TOption option, Parameter<TOptions> parameter)
        where TOption : Option
    {
        if (parameter.Alias is { } alias) option.Aliases.Add(alias);
        option.Required = parameter.IsRequired;
        option.Description = parameter.Summary;
        return option;
    }

    private static void Validate<TOptions>(
        SymbolResult result, IReadOnlyList<Token> tokens, Parameter<TOptions> parameter, TOptions usual)
    {
        foreach (var token in tokens)
        {
            try
            {
                parameter.Set(usual, token.Value);
            }
            catch (GpuAlsException failure)
            {
                result.AddError(failure.Message);
            }
        }
    }

    /// <summary>A mistyped option would be taken for one more file.</summary>
    private static void RefuseOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
            result.AddError($"unknown option '{token.Value}', and there is no such file.");
    }
}

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
    /// <summary>Where its options come from besides the command line.</summary>
    public ConfigOptions Config { get; init; } = ConfigOptions.Table.Usual;

    /// <summary>The command line, as a shell takes it.</summary>
    public string Typed { get; init; } = "";

    /// <summary>The processes that do the job together.</summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;
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
        // Any number of values is parsed, so that the errors are ours.
        var option = Named(new Option<string[]>(parameter.Option) { Arity = ArgumentArity.ZeroOrMore }, parameter);
        option.Validators.Add(result => CheckNumber(result, parameter));
        option.Validators.Add(result => Validate(result, result.Tokens, parameter, usual));
        if (parameter.Words.Count > 0) option.CompletionSources.Add([.. parameter.Words]);
        if (parameter.Keyword is { } keyword) option.CompletionSources.Add(keyword);
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

    /// <summary>Whether anything was typed for a symbol.</summary>
    public static bool IsGiven(CommandResult result, Symbol symbol) => symbol switch
    {
        Option option => result.GetResult(option) is { Implicit: false },
        Argument argument => result.GetResult(argument) is { Tokens.Count: > 0 },
        _ => false,
    };

    /// <summary>The error for an option that a command does not have.</summary>
    public static string UnknownOption(string token, Command command)
    {
        var name = token.Split('=')[0];
        string[] known = [.. command.Options.Select(option => option.Name), "--help"];
        string[] others =
        [
            .. CommandLine.Commands.Where(other => other.OptionNames.Any(option => $"--{option}" == name))
                .Select(other => $"gpuals {other.Name}"),
        ];
        var hint = Spelling.Suggestion(name, known);
        if (hint.Length == 0 && others.Length > 0) hint = $" It is an option of {Words.OneOf(others)}.";
        return $"unknown option '{name}'.{hint}";
    }

    /// <summary>
    /// The error for a flag with a value other than true and false, such as <c>--quiet=1</c>; null for none. The parser
    /// would take the value for one more argument.
    /// </summary>
    public static string? BadFlag(IEnumerable<string> args, Command command)
    {
        foreach (var arg in args.TakeWhile(arg => arg != "--"))
        {
            var end = arg.AsSpan().IndexOfAny('=', ':');
            if (end < 0 || bool.TryParse(arg.AsSpan(end + 1), out _)) continue;
            var flag = command.Options.OfType<Option<bool>>()
                .FirstOrDefault(flag => flag.Name == arg[..end] || flag.Aliases.Contains(arg[..end]));
            if (flag is not null) return $"{flag.Name} is '{arg[(end + 1)..]}'; expected true or false, or no value.";
        }

        return null;
    }

    /// <summary>What looks like an option among the arguments of a command; null for nothing.</summary>
    public static string? Mistyped(CommandResult result) => result.Children.OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens).Select(token => token.Value).FirstOrDefault(IsMistyped);

    /// <summary>What the log is to be, as far as the options can be read.</summary>
    public static LogOptions Log(ParseResult result, OptionLayers layers) =>
        Known([.. LogOptions.Table, LogOptions.MetricsFileOption], new LogOptions(), result, layers);

    /// <summary>Whether the command only tells what it would do, as far as the options can be read.</summary>
    public static bool IsRehearsal(ParseResult result, OptionLayers layers) =>
        Known([.. ConfigOptions.Table, ConfigOptions.DryRunOption], new ConfigOptions(), result, layers)
            is { Print: true } or { DryRun: true };

    private static T Known<T>(
        Parameter<T>[] parameters, T usual, ParseResult result, OptionLayers layers)
        where T : notnull => new ParameterTable<T>(usual, parameters).Read(parameter =>
        result.CommandResult.Command.Options.FirstOrDefault(option => option.Name == parameter.Option) is { } option
        && result.GetResult(option) is { Implicit: false } found
            ? found.Errors.Any() ? [] : Texts(result, option)
            : layers.Find(parameter.Name)?.Texts ?? []);

    /// <summary>The command line, to be typed again.</summary>
    public static string Typed(ParseResult result) =>
        string.Join(' ', result.Tokens.Select(token => ShellWord.Quote(token.Value)).Prepend("gpuals"));

    private static string[] Texts(IReadOnlyList<Token> tokens) => [.. tokens.Select(token => token.Value)];

    private static Argument Argument<TOptions>(Parameter<TOptions> parameter, TOptions usual)
    {
        Argument argument = parameter.Kind == ParameterKind.List
            ? new Argument<string[]>(parameter.Name) { Arity = ArgumentArity.ZeroOrMore }
            : new Argument<string>(parameter.Name) { Arity = ArgumentArity.ZeroOrOne };
        argument.Validators.Add(RefuseOptions);
        argument.Validators.Add(result => Validate(result, result.Tokens, parameter, usual));
        return argument;
    }

    private static TOption Named<TOption, TOptions>(TOption option, Parameter<TOptions> parameter)
        where TOption : Option
    {
        if (parameter.Alias is { } alias) option.Aliases.Add(alias);
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

    private static void CheckNumber<TOptions>(OptionResult result, Parameter<TOptions> parameter)
    {
        if (result.Tokens.Count == 0)
            result.AddError($"{parameter.Option} needs a value: {parameter.Option} {parameter.ValueName}.");
        else if (result.Tokens.Count > 1 && parameter.Kind != ParameterKind.List)
            result.AddError($"{parameter.Option} is given {result.Tokens.Count} times; give it once.");
    }

    private static bool IsMistyped(string argument) => argument.StartsWith('-') && !Path.Exists(argument);

    /// <summary>A mistyped option would be taken for one more file.</summary>
    private static void RefuseOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => IsMistyped(token.Value)))
            result.AddError(UnknownOption(token.Value, ((CommandResult)result.Parent!).Command));
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace GpuAls.Cli.Options;

/// <summary>What a value must be, with a message that names the option.</summary>
internal static class OptionChecks
{
    /// <summary>Takes these words only, and offers them in --help and to shells.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, IReadOnlyCollection<string> words)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value)))
                result.AddError($"{option.Name} is '{token.Value}'; expected {string.Join(" or ", words)}.");
        });
        return option;
    }

    /// <summary>Takes no empty value, such as that of an unset variable of a shell.</summary>
    public static Option<T> NotEmpty<T>(this Option<T> option)
    {
        option.Validators.Add(result => RefuseEmpty(result, result.Tokens, option.Name));
        return option;
    }

    /// <inheritdoc cref="NotEmpty{T}(Option{T})"/>
    public static Argument<T> NotEmpty<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result => RefuseEmpty(result, result.Tokens, argument.Name));
        return argument;
    }

    /// <summary>Whether the user typed the option.</summary>
    public static bool IsGiven(this ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static void RefuseEmpty(SymbolResult result, IReadOnlyList<Token> tokens, string name)
    {
        if (tokens.Any(token => token.Value.Length == 0)) result.AddError($"{name} is ''; expected a name.");
    }
}

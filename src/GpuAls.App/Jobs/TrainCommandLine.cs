using System.Buffers;

namespace GpuAls.App;

/// <summary>The <c>gpuals train</c> command that trains some options, as a shell takes it.</summary>
internal static class TrainCommandLine
{
    /// <summary>The numbers that matter most are told even where they are the defaults.</summary>
    private static readonly string[] AlwaysGiven = ["rank", "iterations", "regularization", "alpha"];

    /// <param name="locations">The plays.</param>
    /// <param name="schema">Their columns.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="preset">The preset that the options began with; null without one.</param>
    /// <param name="features">What is known of users and items besides; null for nothing.</param>
    public static string Of(
        IReadOnlyList<string> locations, InteractionSchema schema, AlsOptions options, string? preset,
        FeatureOptions? features = null)
    {
        if (options.HalfLife is null && !schema.HasPeriod)
            schema = schema with { TimeColumn = null }; // it only divided the plays
        var usual = preset is null ? AlsOptions.Default : Preset.Apply(preset, AlsOptions.Default);
        var rest = AlsParameters.Table.Where(
            parameter => !AlwaysGiven.Contains(parameter.Name) && parameter.Group != ParameterGroup.Logging);
        string[] words =
        [
            "gpuals", "train", .. locations,
            .. InputParameters.Table.SelectMany(
                parameter => Unless(parameter, schema, InputParameters.Table.Usual)),
            .. FeatureParameters.Table.SelectMany(
                parameter => Unless(parameter, features ?? FeatureOptions.None, FeatureOptions.None)),
            "--output", "model",
            .. preset is null ? Array.Empty<string>() : ["--preset", preset],
            .. AlwaysGiven.Select(name => AlsParameters.Table[name]).SelectMany(parameter => Given(parameter, options)),
            .. rest.SelectMany(parameter => Unless(parameter, options, usual)),
        ];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }

    private static string[] Unless<TOptions>(Parameter<TOptions> parameter, TOptions options, TOptions usual) =>
        parameter.Get(options) == parameter.Get(usual) ? [] : Given(parameter, options);

    private static string[] Given<TOptions>(Parameter<TOptions> parameter, TOptions options)
    {
        if (parameter.WhyIdle(options) is not null) return [];
        return (parameter.Kind, parameter.Get(options)) switch
        {
            (ParameterKind.Flag, "true") => [parameter.Option],
            (ParameterKind.Flag, _) or (_, "") => [],
            (_, var value) => [parameter.Option, value],
        };
    }
}

/// <summary>A word of a command line, to be typed again.</summary>
internal static class ShellWord
{
    /// <summary>What no shell gives a meaning of its own.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=");

    /// <summary>The word, in quotes where a shell would read it otherwise.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain)
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}

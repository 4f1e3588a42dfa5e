namespace GpuAls.Cli;

/// <summary>An option that is given.</summary>
/// <param name="Texts">Its values, as on the command line.</param>
/// <param name="Origin">Where: <see cref="CommandLine"/>, <c>GPUALS_RANK</c> or <c>job.yaml line 3</c>.</param>
internal sealed record GivenOption(IReadOnlyList<string> Texts, string Origin)
{
    public const string CommandLine = "the command line";

    /// <summary>Whether it is on the command line.</summary>
    public bool IsTyped => Origin == CommandLine;
}

/// <summary>
/// The options under those of the command line: variables of the environment over a config file. An option that has a
/// value in one of them has none of the lower ones; lists are replaced, not added to.
/// </summary>
/// <param name="variables">The variables of the environment that begin with <see cref="Prefix"/>.</param>
internal sealed class OptionLayers(IReadOnlyDictionary<string, string> variables)
{
    /// <summary>What the names of variables begin with.</summary>
    public const string Prefix = "GPUALS_";

    private readonly Dictionary<string, GivenOption> _options = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    /// <summary>What is wrong with them.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What looks like a mistake.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The option of a name; null where it is not given.</summary>
    public GivenOption? Find(string name) => _options.GetValueOrDefault(name);

    /// <summary>Reads the variables and the file of a command.</summary>
    /// <param name="command">The name of the command.</param>
    /// <param name="table">Its options.</param>
    /// <param name="typedFile">The file, as typed; null takes that of the variables, if any.</param>
    public void Read<T>(string command, ParameterTable<T> table, string? typedFile)
    {
        foreach (var parameter in table)
        {
            var variable = Variable(parameter.Name);
            if (variables.TryGetValue(variable, out var value) && value.Length > 0)
                Add(parameter, table.Usual, Texts(parameter, value), variable, variable);
        }

        WarnOfUnknown();
        if ((typedFile ?? Find("config")?.Texts[0]) is not { } file) return;
        try
        {
            foreach (var entry in ConfigFile.Read(file)) Add(command, table, file, entry);
        }
        catch (GpuAlsException failure)
        {
            _errors.Add(failure.Message);
        }
    }

    /// <summary>The variable of an option.</summary>
    public static string Variable(string name) =>
        $"{Prefix}{name.ToUpperInvariant().Replace('-', '_')}";

    /// <summary>Variables have several values on lines of their own.</summary>
    private static string[] Texts<T>(Parameter<T> parameter, string value) => parameter.Kind == ParameterKind.List
        ? value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : [value];

    private void Add<T>(string command, ParameterTable<T> table, string file, ConfigEntry entry)
    {
        var origin = $"{file} line {entry.Line}";
        if (table.FirstOrDefault(parameter => parameter.Name == entry.Key) is not { } parameter)
            _errors.Add($"{origin}: {Unknown(entry.Key, command, table)}");
        else if (parameter.Group == ParameterGroup.Configuration)
            _errors.Add($"{origin}: {entry.Key} cannot be in a config file; give it on the command line.");
        else if (ConfigTexts.Mismatch(parameter, entry.Value) is { } mismatch)
            _errors.Add($"{origin}: {entry.Key} {mismatch}");
        else if (!_options.ContainsKey(entry.Key))
            Add(parameter, table.Usual, ConfigTexts.Of(parameter, entry.Value), origin, $"{origin}: {entry.Key}");
    }

    /// <summary>Each value is tried on the defaults, so that all bad ones are told at once.</summary>
    private void Add<T>(
        Parameter<T> parameter, T usual, IReadOnlyList<string> texts, string origin, string nameInMessages)
    {
        foreach (var text in texts)
        {
            try
            {
                parameter.Set(usual, text);
            }
            catch (GpuAlsException failure)
            {
                _errors.Add(failure.Message.StartsWith($"{parameter.Option} ", StringComparison.Ordinal)
                    ? $"{nameInMessages}{failure.Message[parameter.Option.Length..]}"
                    : $"{origin}: {failure.Message}");
                return;
            }
        }

        if (texts.Count > 0) _options.TryAdd(parameter.Name, new GivenOption(texts, origin));
    }

    private static string Unknown<T>(string key, string command, ParameterTable<T> table)
    {
        var others = CommandLine.Commands.Where(other => other.OptionNames.Contains(key))
            .Select(other => $"gpuals {other.Name}").ToArray();
        return others.Length > 0
            ? $"{key} is an option of {Words.OneOf(others)}, not of gpuals {command}."
            : $"'{key}' is not an option of gpuals {command}."
                + Spelling.Suggestion(key, table.Select(parameter => parameter.Name));
    }

    private void WarnOfUnknown()
    {
        var known = CommandLine.Commands.SelectMany(command => command.OptionNames).Distinct().Select(Variable)
            .ToArray();
        foreach (var name in variables.Keys.Except(known).Order(StringComparer.Ordinal))
            _warnings.Add($"{name} is ignored: no option has that name.{Spelling.Suggestion(name, known)}");
    }
}

/// <summary>Values of a config file as the texts that the command line would have.</summary>
internal static class ConfigTexts
{
    /// <summary>Why a value is not of the type of an option, after its name; null where it is.</summary>
    public static string? Mismatch<T>(Parameter<T> parameter, ConfigValue value)
    {
        switch (value.Type)
        {
            case ConfigType.Null: return "has no value. Leave it out for the default.";
            case ConfigType.Mapping: return $"is an object; expected {Expected(parameter)}.";
            case ConfigType.List when parameter.Kind != ParameterKind.List && !parameter.IsCommaSeparated:
                return $"is a list; expected {Expected(parameter)}.";
            case ConfigType.List:
                return value.Items.Any(item => item.Type is not (ConfigType.Text or ConfigType.Number))
                    ? "has an item that is neither text nor a number."
                    : null;
            case ConfigType.Boolean
                when parameter.Kind is ParameterKind.Text or ParameterKind.List or ParameterKind.Form:
                return $"is {value.Text}; expected {Expected(parameter)}. Put it in quotes if it is meant as text.";
            case ConfigType.Text when IsTyped(parameter) && IsValue(parameter, value.Text):
                return $"is the text '{value.Text}'; expected {Expected(parameter)}. Remove the quotes.";
            default: return null;
        }
    }

    /// <summary>The texts of a value that is of the type of an option.</summary>
    public static IReadOnlyList<string> Of<T>(Parameter<T> parameter, ConfigValue value)
    {
        if (value.Type != ConfigType.List) return [value.Text];
        string[] texts = [.. value.Items.Select(item => item.Text)];
        return parameter.Kind == ParameterKind.List ? texts : [string.Join(',', texts)];
    }

    private static bool IsTyped<T>(Parameter<T> parameter) =>
        parameter.Kind is ParameterKind.Whole or ParameterKind.Real or ParameterKind.Flag;

    /// <summary>Whether only the quotes are wrong; any other text is refused as on the command line.</summary>
    private static bool IsValue<T>(Parameter<T> parameter, string text) => parameter.Kind == ParameterKind.Flag
        ? bool.TryParse(text, out _)
        : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);

    private static string Expected<T>(Parameter<T> parameter) => parameter.Kind switch
    {
        ParameterKind.Whole when parameter.Keyword is { } keyword => $"an integer or {keyword}",
        ParameterKind.Whole => "an integer",
        ParameterKind.Real => "a number",
        ParameterKind.Flag => "true or false",
        ParameterKind.Word => Words.OneOf(parameter.Words),
        ParameterKind.List => "text or a list of texts",
        _ => "text",
    };
}

using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>An option whose values have names on the command line.</summary>
internal static class ChoiceOption
{
    /// <param name="name">Name of the option.</param>
    /// <param name="description">For --help.</param>
    /// <param name="fallback">The default, shown in --help by its name.</param>
    /// <param name="choices">Each name and what it stands for.</param>
    public static Option<string> Create<T>(string name, string description, T fallback, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        var option = new Option<string>(name)
        {
            Description = description,
            DefaultValueFactory = _ => choices.First(choice => choice.Value.Equals(fallback)).Key,
        };
        return option.OneOf([.. choices.Keys]);
    }
}

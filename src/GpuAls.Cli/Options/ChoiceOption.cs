using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>An option whose values have names on the command line.</summary>
internal static class ChoiceOption
{
    /// <param name="name">Name of the option.</param>
    /// <param name="description">For --help.</param>
    /// <param name="fallback">The default, shown in --help by its name.</param>
    public static Option<string> Create<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        var option = new Option<string>(name)
        {
            Description = description,
            DefaultValueFactory = _ => Words.Of(fallback),
        };
        return option.OneOf(Words.All<T>());
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace GpuAls.Cli.Options;

/// <summary>An option whose value is a number, written the same way in every country: a point, and no thousands separators.</summary>
internal static class NumberOption
{
    /// <param name="name">Name of the option.</param>
    /// <param name="description">For --help.</param>
    /// <param name="fallback">The default.</param>
    public static Option<T> Create<T>(string name, string description, T fallback)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = "n",
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Parse<T>(result, name),
        };

    /// <inheritdoc cref="Create"/>
    /// <remarks>Null where it is not given.</remarks>
    public static Option<T?> CreateOptional<T>(string name, string description)
        where T : struct, INumber<T> => new(name) { Description = description, HelpName = "n", CustomParser = result => Parse<T>(result, name) };

    private static T Parse<T>(ArgumentResult result, string name)
        where T : struct, INumber<T>
    {
        var isInteger = T.IsInteger(T.One / (T.One + T.One)); // 1/2 is 0 among integers
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, isInteger ? NumberStyles.AllowLeadingSign : NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        result.AddError($"{name} is '{text}'; expected {(isInteger ? "an integer such as 1000" : "a number such as 0.5 or 1e-3")}, without thousands separators.");
        return default;
    }
}

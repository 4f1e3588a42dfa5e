using System.Globalization;

namespace GpuAls;

/// <summary>An option of training whose values can be searched. Values are texts, as on the command line.</summary>
/// <param name="Name">Its name on the command line, without dashes.</param>
/// <param name="Words">The words it takes; empty where it is a number.</param>
/// <param name="IsInteger">Whether the number is an integer.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">The options with another value.</param>
public sealed record SearchParameter(
    string Name, IReadOnlyList<string> Words, bool IsInteger, Func<AlsOptions, string> Get, Func<AlsOptions, string, AlsOptions> Set)
{
    /// <summary>The parameters, those that change the confidences first: plays are weighed again less often where trials that follow each other have the same.</summary>
    public static IReadOnlyList<SearchParameter> All { get; } =
    [
        Word("confidence", OptionWords.Confidences, options => options.Confidence, (options, value) => options with { Confidence = value }),
        Real("epsilon", options => options.Epsilon, (options, value) => options with { Epsilon = value }),
        Real("alpha", options => options.Alpha, (options, value) => options with { Alpha = value }),
        Word("regularization-scaling", OptionWords.Scalings, options => options.RegularizationScaling, (options, value) => options with { RegularizationScaling = value }),
        Real("regularization-exponent", options => options.RegularizationExponent, (options, value) => options with { RegularizationExponent = value }),
        Real("unobserved-weight", options => options.UnobservedWeight, (options, value) => options with { UnobservedWeight = value }),
        Real("regularization", options => options.Regularization, (options, value) => options with { Regularization = value }),
        Integer("rank", options => options.Rank, (options, value) => options with { Rank = value }),
        Integer("iterations", options => options.Iterations, (options, value) => options with { Iterations = value }),
    ];

    /// <summary>The parameter of a name.</summary>
    public static SearchParameter Of(string name) => All.First(parameter => parameter.Name == name);

    /// <summary>A number as a value.</summary>
    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static SearchParameter Real(string name, Func<AlsOptions, double> get, Func<AlsOptions, double, AlsOptions> set) =>
        new(name, [], IsInteger: false, options => Text(get(options)), (options, value) => set(options, double.Parse(value, CultureInfo.InvariantCulture)));

    private static SearchParameter Integer(string name, Func<AlsOptions, int> get, Func<AlsOptions, int, AlsOptions> set) =>
        new(name, [], IsInteger: true, options => Text(get(options)), (options, value) => set(options, int.Parse(value, CultureInfo.InvariantCulture)));

    private static SearchParameter Word<T>(string name, IReadOnlyDictionary<string, T> words, Func<AlsOptions, T> get, Func<AlsOptions, T, AlsOptions> set)
        where T : struct, Enum =>
        new(name, [.. words.Keys], IsInteger: false, options => words.First(word => word.Value.Equals(get(options))).Key, (options, value) => set(options, words[value]));
}

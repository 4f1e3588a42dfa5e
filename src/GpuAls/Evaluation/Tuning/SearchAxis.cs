using System.Globalization;

namespace GpuAls;

/// <summary>The values of one parameter that are searched: some of them, or all of a range.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Values">Its values; empty with a range.</param>
/// <param name="Range">The range; null with values.</param>
public sealed record SearchAxis(SearchParameter Parameter, IReadOnlyList<string> Values, SearchRange? Range)
{
    private const int MostValues = 1000;

    /// <summary>
    /// Reads <c>A,B,C</c> (these values), <c>LOW..HIGH</c> (any of a range, of which equal ratios count the same; with <c>:linear</c> equal
    /// differences) or <c>LOW..HIGH:N</c> (N values of it).
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is none of these.</exception>
    public static SearchAxis Parse(SearchParameter parameter, string text)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains("..", StringComparison.Ordinal) ? OfRange(parameter, text) : OfValues(parameter, text);
    }

    private static SearchAxis OfValues(SearchParameter parameter, string text)
    {
        string[] values = [.. text.Split(',').Select(value => parameter.Words.Count > 0 ? Word(parameter, value, text) : SearchParameter.Text(Number(parameter, value, text)))];
        if (values.Distinct().Count() < values.Length) throw new GpuAlsException(FailureKind.Usage, $"--{parameter.Name} is '{text}'; expected each value once.");
        return new SearchAxis(parameter, values, null);
    }

    private static SearchAxis OfRange(SearchParameter parameter, string text)
    {
        if (parameter.Words.Count > 0) throw Bad(parameter, text);
        var parts = text.Split(':');
        var ends = parts[0].Split("..");
        var isLinear = parts[^1] == "linear";
        var counts = parts[1..(isLinear ? parts.Length - 1 : parts.Length)];
        if (ends.Length != 2 || counts.Length > 1) throw Bad(parameter, text);
        var range = new SearchRange(Number(parameter, ends[0], text), Number(parameter, ends[1], text), isLinear, parameter.IsInteger);
        Require.Usage(range.Low < range.High, $"--{parameter.Name} is '{text}'; expected the lower end first.");
        Require.Usage(isLinear || range.Low > 0, $"--{parameter.Name} is '{text}': equal ratios need a range above 0. Write {text}:linear for equal differences.");
        return counts is [var count] ? new SearchAxis(parameter, [.. range.Points(Count(parameter, count, text)).Select(SearchParameter.Text)], null) : new SearchAxis(parameter, [], range);
    }

    private static string Word(SearchParameter parameter, string word, string text) => parameter.Words.Contains(word) ? word : throw Bad(parameter, text);

    private static double Number(SearchParameter parameter, string number, string text)
    {
        var style = parameter.IsInteger ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return double.TryParse(number, style, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && (!parameter.IsInteger || Math.Abs(value) <= int.MaxValue) ? value : throw Bad(parameter, text);
    }

    private static int Count(SearchParameter parameter, string count, string text) =>
        int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 2 and <= MostValues ? value : throw Bad(parameter, text);

    private static GpuAlsException Bad(SearchParameter parameter, string text) => new(
        FailureKind.Usage,
        parameter.Words.Count > 0
            ? $"--{parameter.Name} is '{text}'; expected some of {string.Join(", ", parameter.Words)}, with commas between them."
            : $"--{parameter.Name} is '{text}'; expected {(parameter.IsInteger ? "integers such as 32,64,128" : "numbers such as 0.1,1,10")}, a range such as {(parameter.IsInteger ? "16..128" : "0.1..10")}, or N values of it, as in {(parameter.IsInteger ? "16..128:4" : "0.1..10:3")}.");
}

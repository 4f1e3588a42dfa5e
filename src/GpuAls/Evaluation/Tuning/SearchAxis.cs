using System.Globalization;

namespace GpuAls;

/// <summary>The values of one parameter that are searched: some of them, or all of a range.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Values">Its values, as text; empty with a range.</param>
/// <param name="Range">The range; null with values.</param>
internal sealed record SearchAxis(Parameter<AlsOptions> Parameter, IReadOnlyList<string> Values, SearchRange? Range)
{
    private const int MostValues = 1000;

    /// <summary>Whether there is more than one value.</summary>
    public bool HasChoices => Range is not null || Values.Count > 1;

    /// <summary>The values or the range, in a form that <see cref="Parse"/> reads.</summary>
    public string Text => Range is null
        ? string.Join(',', Values)
        : $"{TextOf(Parameter, Range.Low)}..{TextOf(Parameter, Range.High)}{(Range.IsLinear ? ":linear" : "")}";

    /// <summary>
    /// Reads <c>A,B,C</c> (these values), <c>LOW..HIGH</c> (any value in a range, where equal ratios count the same;
    /// with
    /// <c>:linear</c> equal differences) or <c>LOW..HIGH:N</c> (N values of it).
    /// </summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it is none of these, or has values that the parameter doesn't take.
    /// </exception>
    public static SearchAxis Parse(Parameter<AlsOptions> parameter, string text)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(text);
        var axis = text.Contains("..", StringComparison.Ordinal) ? OfRange(parameter, text) : OfValues(parameter, text);
        string[] ends = axis.Range is { } range ? [TextOf(parameter, range.Low), TextOf(parameter, range.High)] : [];
        foreach (var value in axis.Values.Concat(ends)) parameter.Set(AlsOptions.Default, value);
        return axis;
    }

    /// <summary>A number, as the text of a parameter without a unit.</summary>
    internal static string TextOf(double number) => Parameter<AlsOptions>.TextOf(number);

    /// <summary>The same of a parameter that may have one.</summary>
    internal static string TextOf(Parameter<AlsOptions> parameter, double number) =>
        parameter.Unit?.Text(number) ?? TextOf(number);

    /// <summary>The number that a text of a parameter stands for; null for the word it takes besides numbers.</summary>
    internal static double? NumberOf(Parameter<AlsOptions> parameter, string text) =>
        text == parameter.Keyword ? null
        : parameter.Unit is { } unit ? unit.Parse(text)
        : double.Parse(text, CultureInfo.InvariantCulture);

    private static SearchAxis OfValues(Parameter<AlsOptions> parameter, string text)
    {
        string[] values = [.. text.Split(',').Select(value => Value(parameter, value, text))];
        Require.Usage(
            values.Distinct().Count() == values.Length, $"{parameter.Option} is '{text}'; expected each value once.");
        return new SearchAxis(parameter, values, null);
    }

    private static SearchAxis OfRange(Parameter<AlsOptions> parameter, string text)
    {
        if (parameter.Words.Count > 0) throw Bad(parameter, text);
        var parts = text.Split(':');
        var ends = parts[0].Split("..");
        var isLinear = parts[^1] == "linear";
        var counts = parts[1..(isLinear ? parts.Length - 1 : parts.Length)];
        if (ends.Length != 2 || counts.Length > 1) throw Bad(parameter, text);
        var (low, high) = (Number(parameter, ends[0], text), Number(parameter, ends[1], text));
        var range = new SearchRange(low, high, isLinear, IsInteger(parameter));
        Require.Usage(low < high, $"{parameter.Option} is '{text}'; expected the lower end first.");
        Require.Usage(
            isLinear || low > 0,
            $"{parameter.Option} is '{text}': equal ratios need a range above 0. "
                + $"Write {text}:linear for equal differences.");
        return counts is [var count]
            ? new SearchAxis(
                parameter,
                [.. range.Points(Count(parameter, count, text)).Select(point => TextOf(parameter, point))],
                null)
            : new SearchAxis(parameter, [], range);
    }

    private static string Value(Parameter<AlsOptions> parameter, string value, string text)
    {
        if (value == parameter.Keyword) return value;
        if (parameter.Words.Count == 0) return TextOf(parameter, Number(parameter, value, text));
        return parameter.Words.Contains(value) ? value : throw Bad(parameter, text);
    }

    private static double Number(Parameter<AlsOptions> parameter, string number, string text)
    {
        if (parameter.Unit is { } unit) return unit.Parse(number) ?? throw Bad(parameter, text);
        var style = IsInteger(parameter) ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return double.TryParse(number, style, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) && (!IsInteger(parameter) || Math.Abs(value) <= int.MaxValue)
            ? value
            : throw Bad(parameter, text);
    }

    private static int Count(Parameter<AlsOptions> parameter, string count, string text) =>
        int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value is >= 2 and <= MostValues
            ? value
            : throw Bad(parameter, text);

    private static bool IsInteger(Parameter<AlsOptions> parameter) => parameter.Kind == ParameterKind.Whole;

    private static GpuAlsException Bad(Parameter<AlsOptions> parameter, string text)
    {
        if (parameter.Words.Count > 0)
            return Usage($"expected some of {string.Join(", ", parameter.Words)}, separated by commas.");
        var or = parameter.Keyword is { } keyword ? $" or {keyword}" : "";
        var (numbers, range, points) = parameter.Unit is not null
            ? ($"times such as 30d,90d{or}", "30d..360d", "30d..360d:4")
            : IsInteger(parameter)
            ? ($"integers such as 32,64,128{or}", "16..128", "16..128:4")
            : ("numbers such as 0.1,1,10", "0.1..10", "0.1..10:3");
        return Usage($"expected {numbers}, a range such as {range}, or N values of it, as in {points}.");

        GpuAlsException Usage(string expected) => new(FailureKind.Usage, $"{parameter.Option} is '{text}'; {expected}");
    }
}

/// <summary>Numbers from a lowest to a highest, both of them too.</summary>
/// <param name="Low">The lowest; above 0 unless it is linear.</param>
/// <param name="High">The highest, above <paramref name="Low"/>.</param>
/// <param name="IsLinear">Whether equal differences count the same, and not equal ratios.</param>
/// <param name="IsInteger">Whether there are integers only.</param>
internal sealed record SearchRange(double Low, double High, bool IsLinear, bool IsInteger)
{
    /// <summary>
    /// The number at a share of the range: 0 is the lowest, 1 the highest. It is rounded to four digits, so that it can
    /// be typed.
    /// </summary>
    public double At(double share)
    {
        var number = IsLinear ? Low + (share * (High - Low)) : Low * Math.Pow(High / Low, share);
        var rounded = IsInteger
            ? Math.Round(number)
            : double.Parse(number.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Clamp(rounded, Low, High);
    }

    /// <summary>The share of the range at a number, the inverse of <see cref="At"/>; beyond 0 to 1 outside.</summary>
    public double Locate(double number) => IsLinear
        ? (number - Low) / (High - Low)
        : number > 0 ? Math.Log(number / Low) / Math.Log(High / Low) : 0;

    /// <summary>So many numbers, at equal distances.</summary>
    public IEnumerable<double> Points(int count) =>
        Enumerable.Range(0, count).Select(point => At((double)point / (count - 1))).Distinct();
}

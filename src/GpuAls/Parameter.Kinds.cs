using System.Globalization;
using System.Numerics;

namespace GpuAls;

/// <summary>Parameters of each kind: how their text is read and written, and what is refused.</summary>
internal sealed partial record Parameter<TOptions>
{
    private static readonly string[] Flags = ["false", "true"];

    /// <summary>An integer.</summary>
    public static Parameter<TOptions> Whole<TNumber>(
        string name, Func<TOptions, TNumber?> get, Func<TOptions, TNumber, TOptions> set, ParameterRange? range = null)
        where TNumber : struct, IBinaryInteger<TNumber> =>
        Number(name, ParameterKind.Whole, get, set, range, NumberStyles.AllowLeadingSign, "an integer such as 1000");

    /// <summary>An integer, or a word that stands for some.</summary>
    public static Parameter<TOptions> Whole<TNumber>(
        string name, Func<TOptions, TNumber?> get, Func<TOptions, TNumber, TOptions> set, ParameterRange range,
        string keyword, Func<TOptions, TOptions> setKeyword)
        where TNumber : struct, IBinaryInteger<TNumber>
    {
        var number = Number(
            name, ParameterKind.Whole, get, set, range, NumberStyles.AllowLeadingSign, "an integer such as 1000",
            $", or {keyword}");
        return new(
            name, ParameterKind.Whole, number._get,
            (options, text) => text == keyword ? setKeyword(options) : number._set(options, text), number._check)
        {
            Keyword = keyword,
            Range = range,
            ValueName = $"{number.ValueName}|{keyword}",
        };
    }

    /// <summary>A real number.</summary>
    public static Parameter<TOptions> Real(
        string name, Func<TOptions, double?> get, Func<TOptions, double, TOptions> set, ParameterRange? range = null) =>
        Number(name, ParameterKind.Real, get, set, range, NumberStyles.Float, "a number such as 0.5 or 1e-3");

    /// <summary>A time in days, such as 90d or 12h; null is none.</summary>
    public static Parameter<TOptions> Days(
        string name, Func<TOptions, double?> get, Func<TOptions, double?, TOptions> set)
    {
        const string None = "none";
        return new(
            name, ParameterKind.Form, options => [get(options) is { } days ? DayCount.Text(days) : None],
            (options, text) => set(options, text == None ? null : DayCount.Parse(text)
                ?? throw Bad($"--{name} is '{text}'; expected {DayCount.Expected}, or {None}.")),
            options => Require.Usage(
                get(options) is null or (> 0 and < double.PositiveInfinity),
                $"--{name} is {get(options)} days; expected a number above 0."))
        {
            Keyword = None,
            Unit = new NumberUnit(DayCount.Parse, DayCount.Text, DayCount.Expected),
            ValueName = $"TIME|{None}",
        };
    }

    /// <summary>A member of an enum, by its word.</summary>
    public static Parameter<TOptions> Word<TEnum>(
        string name, Func<TOptions, TEnum> get, Func<TOptions, TEnum, TOptions> set)
        where TEnum : struct, Enum
    {
        var words = GpuAls.Words.All<TEnum>();
        return new(
            name,
            ParameterKind.Word,
            options => [GpuAls.Words.Of(get(options))],
            (options, text) => GpuAls.Words.TryParse<TEnum>(text, out var value)
                ? set(options, value)
                : throw NoWord(name, text, words),
            options => Require.Usage(
                Enum.IsDefined(get(options)), $"--{name} is {get(options):D}; expected {GpuAls.Words.OneOf(words)}."))
        {
            Words = words,
            ValueName = string.Join('|', words),
        };
    }

    /// <summary>One of some words that are no enum.</summary>
    public static Parameter<TOptions> Word(
        string name,
        IReadOnlyList<string> words,
        Func<TOptions, string?> get,
        Func<TOptions, string, TOptions> set) => new(
            name,
            ParameterKind.Word,
            options => Texts(get(options)),
            (options, text) => words.Contains(text) ? set(options, text) : throw NoWord(name, text, words))
        {
            Words = words,
            ValueName = string.Join('|', words),
        };

    /// <summary>Yes or no; on the command line its name alone says yes.</summary>
    public static Parameter<TOptions> Flag(string name, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> set) =>
        new(
            name,
            ParameterKind.Flag,
            options => [Flags[get(options) ? 1 : 0]],
            (options, text) =>
                bool.TryParse(text, out var value) ? set(options, value) : throw NoWord(name, text, Flags));

    /// <summary>Text that is not empty; null is none.</summary>
    public static Parameter<TOptions> Text(
        string name, Func<TOptions, string?> get, Func<TOptions, string, TOptions> set) => new(
            name,
            ParameterKind.Text,
            options => Texts(get(options)),
            (options, text) => set(options, NotEmpty($"--{name}", text)));

    /// <summary>The same, without its name on the command line.</summary>
    public static Parameter<TOptions> Argument(
        string name, Func<TOptions, string?> get, Func<TOptions, string, TOptions> set) => new(
            name,
            ParameterKind.Text,
            options => Texts(get(options)),
            (options, text) => set(options, NotEmpty(name, text)))
        {
            IsPositional = true,
            IsCommon = true,
            ValueName = name.ToUpperInvariant(),
        };

    /// <summary>Several texts, none of them empty; each that is given is added.</summary>
    public static Parameter<TOptions> List(
        string name,
        Func<TOptions, IReadOnlyList<string>> get,
        Func<TOptions, IReadOnlyList<string>, TOptions> set) => new(
            name,
            ParameterKind.List,
            get,
            (options, text) => set(options, [.. get(options), NotEmpty($"--{name}", text)]));

    /// <summary>The same, without its name on the command line.</summary>
    public static Parameter<TOptions> Arguments(
        string name,
        Func<TOptions, IReadOnlyList<string>> get,
        Func<TOptions, IReadOnlyList<string>, TOptions> set) => new(
            name,
            ParameterKind.List,
            get,
            (options, text) => set(options, [.. get(options), NotEmpty(name, text)]))
        {
            IsPositional = true,
            IsCommon = true,
            ValueName = name.ToUpperInvariant(),
        };

    /// <summary>Text of a form of its own.</summary>
    /// <param name="name">The name.</param>
    /// <param name="get">The text; null where there is none.</param>
    /// <param name="parse">
    /// The options with the value of a text; throws a usage error that names the option where it is of another form.
    /// </param>
    /// <param name="check">
    /// Throws a usage error where the value is out of range; null where every value is in it.
    /// </param>
    public static Parameter<TOptions> Form(
        string name,
        Func<TOptions, string?> get,
        Func<TOptions, string, TOptions> parse,
        Action<TOptions>? check = null) =>
        new(name, ParameterKind.Form, options => Texts(get(options)), parse, check);

    /// <summary>A number, as the text of a parameter.</summary>
    public static string TextOf<TNumber>(TNumber number)
        where TNumber : INumber<TNumber> => number.ToString(null, CultureInfo.InvariantCulture);

    private static Parameter<TOptions> Number<TNumber>(
        string name,
        ParameterKind kind,
        Func<TOptions, TNumber?> get,
        Func<TOptions, TNumber, TOptions> set,
        ParameterRange? range,
        NumberStyles style,
        string expected,
        string or = "")
        where TNumber : struct, INumber<TNumber>
    {
        return new(name, kind, options => get(options) is { } value ? [TextOf(value)] : [], Parse, Check)
        {
            Range = range,
        };

        TOptions Parse(TOptions options, string text) =>
            TNumber.TryParse(text, style, CultureInfo.InvariantCulture, out var value)
                ? set(options, value)
                : throw Bad($"--{name} is '{text}'; expected {expected}, without thousands separators{or}.");

        void Check(TOptions options)
        {
            if (range is null || get(options) is not { } value) return;
            Require.Usage(
                range.Contains(double.CreateChecked(value)),
                $"--{name} is {TextOf(value)}; expected {range.Expected}.");
        }
    }

    private static IReadOnlyList<string> Texts(string? text) => text is null ? [] : [text];

    private static string NotEmpty(string option, string text) =>
        text.Length > 0 ? text : throw Bad($"{option} is empty.");

    private static GpuAlsException NoWord(string name, string text, IReadOnlyList<string> words) =>
        Bad($"--{name} is '{text}'; expected {GpuAls.Words.OneOf(words)}.");

    private static GpuAlsException Bad(string message) => new(FailureKind.Usage, message);
}

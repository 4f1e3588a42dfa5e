using System.Globalization;
using System.Numerics;

namespace GpuAls;

/// <summary>What the text of a parameter stands for.</summary>
internal enum ParameterKind
{
    /// <summary>An integer.</summary>
    Whole,

    /// <summary>A real number, written with a point.</summary>
    Real,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>Text that is not empty, such as the name of a file or a column.</summary>
    Text,

    /// <summary>Several texts.</summary>
    List,

    /// <summary>Text of a form of its own, such as <c>cuda:1</c> or <c>2GB</c>.</summary>
    Form,
}

/// <summary>Where help shows a parameter.</summary>
internal enum ParameterGroup
{
    /// <summary>What is read.</summary>
    Input,

    /// <summary>What is written.</summary>
    Output,

    /// <summary>What is trained.</summary>
    Model,

    /// <summary>How it is trained.</summary>
    Training,

    /// <summary>Which options are tried.</summary>
    Search,

    /// <summary>What is measured, and on which plays.</summary>
    Evaluation,

    /// <summary>Where it is computed.</summary>
    Device,

    /// <summary>What is logged.</summary>
    Logging,
}

/// <summary>Something that holds of the other options where a parameter can be given.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Otherwise">What the message says after the option: "requires --solver cg."</param>
internal sealed record ParameterCondition<TOptions>(Predicate<TOptions> Holds, string Otherwise);

/// <summary>The numbers that a parameter takes.</summary>
/// <param name="Contains">Whether a number is one of them.</param>
/// <param name="Expected">What they are, as in "expected 1 to 512".</param>
internal sealed record ParameterRange(Predicate<double> Contains, string Expected)
{
    /// <summary>What they are, for help.</summary>
    public string Brief { get; init; } = Expected;

    /// <summary>Finite numbers from 0 on, in fp32.</summary>
    public static ParameterRange NonNegative { get; } =
        new(value => value >= 0 && float.IsFinite((float)value), "a finite number, 0 or more") { Brief = "0 or more" };

    /// <summary>Finite numbers above 0, in fp32.</summary>
    public static ParameterRange Positive { get; } =
        new(value => (float)value > 0 && float.IsFinite((float)value), "a finite number above 0") { Brief = "above 0" };

    /// <summary>Numbers between 0 and 1, neither included.</summary>
    /// <param name="example">Such as 0.1.</param>
    public static ParameterRange Fraction(string example) =>
        new(
            value => value is > 0 and < 1,
            $"a number between 0 and 1, such as {example}")
        { Brief = "between 0 and 1" };

    /// <summary>Numbers from one to another, both included.</summary>
    public static ParameterRange Between(long minimum, long maximum) => new(
        value => value >= minimum
            && value <= maximum, string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}"));

    /// <summary>Numbers from one on.</summary>
    public static ParameterRange AtLeast(long minimum) =>
        new(value => value >= minimum, string.Create(CultureInfo.InvariantCulture, $"{minimum} or more"));
}

/// <summary>
/// The one declaration of an option: its name, what it means, the values it takes and when it has an effect, with a
/// lens that reads it from a record of options and writes it there. Values are text, as on the command line; numbers
/// have a point in every culture.
/// </summary>
internal sealed record Parameter<TOptions>
{
    private static readonly string[] Flags = ["false", "true"];

    private readonly Func<TOptions, IReadOnlyList<string>> _get;
    private readonly Func<TOptions, string, TOptions> _set;
    private readonly Action<TOptions>? _check;

    private Parameter(
        string name,
        ParameterKind kind,
        Func<TOptions,
        IReadOnlyList<string>> get,
        Func<TOptions,
        string,
        TOptions> set,
        Action<TOptions>? check = null)
    {
        (Name, Kind, _get, _set, _check) = (name, kind, get, set, check);
        ValueName = kind switch
        {
            ParameterKind.Whole or ParameterKind.Real => "N",
            ParameterKind.Flag => "",
            _ => "TEXT",
        };
    }

    /// <summary>Its name, without dashes.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public ParameterKind Kind { get; private init; }

    /// <summary>Its name on the command line and in messages.</summary>
    public string Option => IsPositional ? Name : $"--{Name}";

    /// <summary>Whether the command line has its values without its name.</summary>
    public bool IsPositional { get; private init; }

    /// <summary>Another name on the command line, such as <c>-o</c>; null without one.</summary>
    public string? Alias { get; init; }

    /// <summary>Where help shows it.</summary>
    public ParameterGroup Group { get; init; }

    /// <summary>Whether the short help shows it too.</summary>
    public bool IsCommon { get; init; }

    /// <summary>What it means, in a line without a full stop.</summary>
    public string Summary { get; init; } = "";

    /// <summary>More about it, in sentences; empty for nothing more.</summary>
    public string Details { get; init; } = "";

    /// <summary>What help calls a value, such as <c>FILE</c>; empty for a flag.</summary>
    public string ValueName { get; init; }

    /// <summary>The words it takes; empty where it takes others.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>The numbers it takes; null where it takes any.</summary>
    public ParameterRange? Range { get; private init; }

    /// <summary>What help says of the default where no value is one; null for the default of the options.</summary>
    public string? DefaultNote { get; init; }

    /// <summary>Whether it has to be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it sets others, and so is read before them.</summary>
    public bool IsPreset { get; init; }

    /// <summary>Where <c>gpuals tune</c> has it among the parameters it can search, from 1; 0 where it can't.</summary>
    public int SearchOrder { get; init; }

    /// <summary>When it has an effect; where it is given otherwise, that is refused.</summary>
    public IReadOnlyList<ParameterCondition<TOptions>> AppliesWhen { get; init; } = [];

    /// <summary>
    /// What its value asks of the others, however it came about; messages are
    /// <see cref="ParameterCondition{TOptions}.Otherwise"/>.
    /// </summary>
    public IReadOnlyList<ParameterCondition<TOptions>> Requires { get; init; } = [];

    /// <summary>An integer.</summary>
    public static Parameter<TOptions> Whole<TNumber>(
        string name, Func<TOptions, TNumber?> get, Func<TOptions, TNumber, TOptions> set, ParameterRange? range = null)
        where TNumber : struct, IBinaryInteger<TNumber> =>
        Number(name, ParameterKind.Whole, get, set, range, NumberStyles.AllowLeadingSign, "an integer such as 1000");

    /// <summary>A real number.</summary>
    public static Parameter<TOptions> Real(
        string name, Func<TOptions, double?> get, Func<TOptions, double, TOptions> set, ParameterRange? range = null) =>
        Number(name, ParameterKind.Real, get, set, range, NumberStyles.Float, "a number such as 0.5 or 1e-3");

    /// <summary>A member of an enum, by its word.</summary>
    public static Parameter<TOptions> Word<TEnum>(
        string name, Func<TOptions, TEnum> get, Func<TOptions, TEnum, TOptions> set)
        where TEnum : struct, Enum
    {
        var words = GpuAls.Words.All<TEnum>();
        return new(
            name, ParameterKind.Word, options => [GpuAls.Words.Of(get(options))],
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
        Func<TOptions,
        string?> get,
        Func<TOptions,
        string,
        TOptions> set) => new(
            name, ParameterKind.Word, options => Texts(get(options)),
            (options, text) => words.Contains(text) ? set(options, text) : throw NoWord(name, text, words))
        {
            Words = words,
            ValueName = string.Join('|', words),
        };

    /// <summary>Yes or no; on the command line its name alone says yes.</summary>
    public static Parameter<TOptions> Flag(string name, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> set) =>
        new(
        name, ParameterKind.Flag, options => [Flags[get(options) ? 1 : 0]],
        (options, text) => bool.TryParse(text, out var value) ? set(options, value) : throw NoWord(name, text, Flags));

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
        name, ParameterKind.Text, options => Texts(get(options)), (options, text) => set(options, NotEmpty(name, text)))
        {
            IsPositional = true,
            IsCommon = true,
            ValueName = name.ToUpperInvariant(),
        };

    /// <summary>Several texts, none of them empty; each that is given is added.</summary>
    public static Parameter<TOptions> List(
        string name,
        Func<TOptions,
        IReadOnlyList<string>> get,
        Func<TOptions,
        IReadOnlyList<string>,
        TOptions> set) => new(
            name,
            ParameterKind.List,
            get,
            (options, text) => set(options, [.. get(options), NotEmpty($"--{name}", text)]));

    /// <summary>The same, without its name on the command line.</summary>
    public static Parameter<TOptions> Arguments(
        string name,
        Func<TOptions,
        IReadOnlyList<string>> get,
        Func<TOptions,
        IReadOnlyList<string>,
        TOptions> set) => new(
            name, ParameterKind.List, get, (options, text) => set(options, [.. get(options), NotEmpty(name, text)]))
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
        Func<TOptions,
        string?> get,
        Func<TOptions,
        string,
        TOptions> parse,
        Action<TOptions>? check = null) =>
        new(name, ParameterKind.Form, options => Texts(get(options)), parse, check);

    /// <summary>A number, as the text of a parameter.</summary>
    public static string TextOf<TNumber>(TNumber number)
        where TNumber : INumber<TNumber> => number.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The values in some options, as text: none, one, or those of a list.</summary>
    public IReadOnlyList<string> GetAll(TOptions options) => _get(options);

    /// <summary>The value in some options, as text; empty where there is none.</summary>
    public string Get(TOptions options) => string.Join(',', _get(options));

    /// <summary>The options with another value, or with one more value of a list.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the text is no such value, or out of range.</exception>
    public TOptions Set(TOptions options, string text)
    {
        var changed = _set(options, text);
        _check?.Invoke(changed);
        return changed;
    }

    /// <summary>Checks the value in some options, and what it asks of the others.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is out of range, or contradicts another.</exception>
    public void Check(TOptions options)
    {
        _check?.Invoke(options);
        foreach (var condition in Requires) Require.Usage(condition.Holds(options), condition.Otherwise);
    }

    /// <summary>Why it has no effect in some options; null where it has one.</summary>
    public string? WhyIdle(TOptions options) =>
        AppliesWhen.FirstOrDefault(condition => !condition.Holds(options)) is { } failed
            ? $"{Option} {failed.Otherwise}"
            : null;

    /// <summary>The same parameter of options that contain these.</summary>
    public Parameter<TOuter> Within<TOuter>(Func<TOuter, TOptions> get, Func<TOuter, TOptions, TOuter> set)
    {
        return new(
            Name,
            Kind,
            outer => _get(get(outer)),
            (outer, text) => set(outer, _set(get(outer), text)),
            outer => _check?.Invoke(get(outer)))
        {
            Alias = Alias,
            Group = Group,
            IsCommon = IsCommon,
            Summary = Summary,
            Details = Details,
            ValueName = ValueName,
            Words = Words,
            Range = Range,
            DefaultNote = DefaultNote,
            IsRequired = IsRequired,
            IsPositional = IsPositional,
            IsPreset = IsPreset,
            SearchOrder = SearchOrder,
            AppliesWhen = [.. AppliesWhen.Select(Outer)],
            Requires = [.. Requires.Select(Outer)],
        };

        ParameterCondition<TOuter> Outer(ParameterCondition<TOptions> condition) =>
            new(outer => condition.Holds(get(outer)), condition.Otherwise);
    }

    private static Parameter<TOptions> Number<TNumber>(
        string name,
        ParameterKind kind,
        Func<TOptions,
        TNumber?> get,
        Func<TOptions,
        TNumber,
        TOptions> set,
        ParameterRange? range,
        NumberStyles style, string expected)
        where TNumber : struct, INumber<TNumber>
    {
        return new(
            name, kind, options => get(options) is { } value ? [TextOf(value)] : [], Parse, Check)
        { Range = range };

        TOptions Parse(TOptions options, string text) =>
            TNumber.TryParse(text, style, CultureInfo.InvariantCulture, out var value)
                ? set(options, value)
                : throw Bad($"--{name} is '{text}'; expected {expected}, without thousands separators.");

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

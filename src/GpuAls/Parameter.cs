namespace GpuAls;

/// <summary>
/// The one declaration of an option: its name, what it means, the values it takes and when it has an effect, with a
/// lens that reads it from a record of options and writes it there. Values are text, as on the command line; numbers
/// have a point in every culture.
/// </summary>
internal sealed partial record Parameter<TOptions>
{
    private readonly Func<TOptions, IReadOnlyList<string>> _get;
    private readonly Func<TOptions, string, TOptions> _set;
    private readonly Action<TOptions>? _check;

    private Parameter(
        string name,
        ParameterKind kind,
        Func<TOptions, IReadOnlyList<string>> get,
        Func<TOptions, string, TOptions> set,
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

    /// <summary>The word it takes besides numbers; null where it takes none.</summary>
    public string? Keyword { get; private init; }

    /// <summary>How its numbers are written where they have a unit; null where they have none.</summary>
    public NumberUnit? Unit { get; private init; }

    /// <summary>The numbers it takes; null where it takes any.</summary>
    public ParameterRange? Range { get; private init; }

    /// <summary>What help says of the default where no value is one; null for the default of the options.</summary>
    public string? DefaultNote { get; init; }

    /// <summary>Whether its text is values with commas between them, which a config file can have as a list.</summary>
    public bool IsCommaSeparated { get; init; }

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
            Keyword = Keyword,
            Unit = Unit,
            Range = Range,
            DefaultNote = DefaultNote,
            IsCommaSeparated = IsCommaSeparated,
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
}

/// <summary>Numbers with a unit.</summary>
/// <param name="Parse">The number of a text; null where it is none.</param>
/// <param name="Text">The text of a number.</param>
/// <param name="Expected">What the texts look like, for messages.</param>
internal sealed record NumberUnit(Func<string, double?> Parse, Func<double, string> Text, string Expected);

/// <summary>Something that holds of the other options where a parameter can be given.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Otherwise">What the message says after the option: "requires --solver cg."</param>
internal sealed record ParameterCondition<TOptions>(Predicate<TOptions> Holds, string Otherwise);

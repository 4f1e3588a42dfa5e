using System.Collections;

namespace GpuAls;

/// <summary>The parameters of a record of options, in the order of help.</summary>
internal sealed class ParameterTable<TOptions> : IReadOnlyList<Parameter<TOptions>>
{
    private readonly Parameter<TOptions>[] _parameters;

    /// <param name="usual">The options with every default.</param>
    /// <param name="parameters">The parameters, each of a name of its own.</param>
    public ParameterTable(TOptions usual, IEnumerable<Parameter<TOptions>> parameters) =>
        (Usual, _parameters) = (usual, [.. parameters]);

    /// <summary>The options with every default.</summary>
    public TOptions Usual { get; }

    /// <summary>Defaults that follow from other options; told which parameters were given. Null for none.</summary>
    public Func<TOptions, IReadOnlySet<string>, TOptions>? Complete { get; init; }

    /// <inheritdoc/>
    public int Count => _parameters.Length;

    /// <inheritdoc/>
    public Parameter<TOptions> this[int index] => _parameters[index];

    /// <summary>The parameter of a name.</summary>
    public Parameter<TOptions> this[string name] => Array.Find(_parameters, parameter => parameter.Name == name)
        ?? throw new ArgumentException($"there is no parameter '{name}'.", nameof(name));

    /// <summary>The options that some texts give: the preset first, then each parameter.</summary>
    /// <param name="given">The texts of a parameter; empty where it is not given.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a text is no value of its parameter, or a parameter has no effect beside the others.
    /// </exception>
    public TOptions Read(Func<Parameter<TOptions>, IReadOnlyList<string>> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        var options = Usual;
        var names = new HashSet<string>();
        foreach (var parameter in _parameters.OrderByDescending(parameter => parameter.IsPreset))
        {
            foreach (var text in given(parameter))
            {
                options = parameter.Set(options, text);
                names.Add(parameter.Name);
            }
        }

        if (Complete is not null) options = Complete(options, names);
        foreach (var parameter in _parameters.Where(parameter => names.Contains(parameter.Name)))
            if (parameter.WhyIdle(options) is { } reason) throw new GpuAlsException(FailureKind.Usage, reason);
        return options;
    }

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: one is out of range, or contradicts another.</exception>
    public void Check(TOptions options)
    {
        foreach (var parameter in _parameters) parameter.Check(options);
    }

    /// <summary>The parameters of options that contain these.</summary>
    public IEnumerable<Parameter<TOuter>> Within<TOuter>(
        Func<TOuter, TOptions> get, Func<TOuter, TOptions, TOuter> set) =>
        _parameters.Select(parameter => parameter.Within(get, set));

    /// <inheritdoc/>
    public IEnumerator<Parameter<TOptions>> GetEnumerator() => _parameters.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Globalization;

namespace GpuAls;

/// <summary>The options that are tried.</summary>
internal sealed class SearchSpace
{
    private const int MostTrials = 100_000;

    /// <summary>Draws for each trial asked for, where the same come again and again.</summary>
    private const int MostDraws = 100;

    /// <param name="fixedOptions">What is not searched.</param>
    /// <param name="axes">What is.</param>
    public SearchSpace(AlsOptions fixedOptions, IReadOnlyList<SearchAxis> axes)
    {
        ArgumentNullException.ThrowIfNull(fixedOptions);
        ArgumentNullException.ThrowIfNull(axes);
        FixedOptions = fixedOptions;
        Axes = [.. AlsParameters.Searchable.SelectMany(parameter => axes.Where(axis => axis.Parameter == parameter))];
    }

    /// <summary>What is searched, in the order of <see cref="AlsParameters.Searchable"/>.</summary>
    public IReadOnlyList<SearchAxis> Axes { get; }

    /// <summary>What is not searched.</summary>
    public AlsOptions FixedOptions { get; }

    /// <summary>Whether the values of every axis can be counted.</summary>
    public bool IsFinite => Axes.All(axis => axis.Range is null);

    /// <summary>Whether there is more than one combination.</summary>
    public bool HasChoices => Axes.Any(axis => axis.HasChoices);

    /// <summary>The same axes over other options.</summary>
    internal SearchSpace With(AlsOptions fixedOptions) => new(fixedOptions, Axes);

    /// <summary>With another axis; where it has a single value, what is not searched has it too.</summary>
    internal SearchSpace With(SearchAxis axis) => new(
        axis.Values is [var only] ? axis.Parameter.Set(FixedOptions, only) : FixedOptions,
        [.. Axes.Where(other => other.Parameter != axis.Parameter), axis]);

    /// <summary>The values of a parameter, as <see cref="SearchAxis.Parse"/> reads them.</summary>
    internal string Text(Parameter<AlsOptions> parameter) =>
        Axes.FirstOrDefault(axis => axis.Parameter == parameter)?.Text ?? parameter.Get(FixedOptions);

    /// <summary>
    /// All combinations, the first axis outermost; combinations that differ in nothing that counts are there once.
    /// </summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there is a range, there are too many, or an option is out of its range.
    /// </exception>
    public IReadOnlyList<AlsOptions> Grid()
    {
        if (Axes.FirstOrDefault(axis => axis.Range is not null) is { } range)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"--{range.Parameter.Name} is a range, and a grid needs values. "
                    + "List them, ask for N of the range as in LOW..HIGH:5, or choose --search random or bayes.");
        var size = Axes.Aggregate(1.0, (product, axis) => product * axis.Values.Count);
        Require.Usage(
            size <= MostTrials,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the grid has {Counted.Of((long)size, "combination")}; expected at most {MostTrials:N0}. "
                    + $"Give fewer values, or choose --search random."));
        IEnumerable<AlsOptions> grid = [FixedOptions];
        foreach (var axis in Axes)
            grid = grid.SelectMany(options => axis.Values.Select(value => axis.Parameter.Set(options, value)));
        return Checked([.. grid.Select(Normal).Distinct()]);
    }

    /// <summary>
    /// Some combinations at random, each once: each parameter by itself, or, where they can be counted, different ones
    /// of the grid.
    /// </summary>
    /// <param name="count">How many; fewer where there are no more, or hardly any.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public IReadOnlyList<AlsOptions> Draw(int count, long seed)
    {
        if (!IsFinite)
            return Checked(
                [
                    .. Enumerable.Range(0, count * MostDraws)
                        .Select(draw => DrawOne(SeededRandom.Of(seed, (ulong)draw)))
                        .Distinct()
                        .Take(count),
                ]);
        var grid = Grid().ToArray();
        SeededRandom.Of(seed, 0).Shuffle<AlsOptions>(grid);
        return grid[..Math.Min(count, grid.Length)];
    }

    private AlsOptions DrawOne(SeededRandom random)
    {
        var options = FixedOptions;
        foreach (var axis in Axes)
        {
            var value = axis.Range is { } range
                ? SearchAxis.TextOf(axis.Parameter, range.At(random.NextDouble()))
                : axis.Values[random.Next(axis.Values.Count)];
            options = axis.Parameter.Set(options, value);
        }

        return Normal(options);
    }

    /// <summary>What has no effect beside the other options gets its default.</summary>
    private AlsOptions Normal(AlsOptions options) =>
        Axes.Select(axis => axis.Parameter).Where(parameter => parameter.WhyIdle(options) is not null)
        .Aggregate(options, (normal, parameter) => parameter.Set(normal, parameter.Get(AlsOptions.Default)));

    private AlsOptions[] Checked(AlsOptions[] trials)
    {
        foreach (var trial in trials) trial.Validate();
        foreach (var parameter in Axes.Select(axis => axis.Parameter))
            Require.Usage(trials.Any(trial => parameter.WhyIdle(trial) is null), parameter.WhyIdle(trials[0]) ?? "");
        return trials;
    }
}

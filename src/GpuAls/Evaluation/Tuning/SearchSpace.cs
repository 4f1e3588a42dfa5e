using System.Globalization;

namespace GpuAls;

/// <summary>The options that are tried.</summary>
public sealed class SearchSpace
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
        Axes = [.. SearchParameter.All.SelectMany(parameter => axes.Where(axis => axis.Parameter == parameter))];
    }

    /// <summary>What is searched, in the order of <see cref="SearchParameter.All"/>.</summary>
    public IReadOnlyList<SearchAxis> Axes { get; }

    /// <summary>What is not searched.</summary>
    public AlsOptions FixedOptions { get; }

    /// <summary>Whether the values of every axis can be counted.</summary>
    public bool IsFinite => Axes.All(axis => axis.Range is null);

    /// <summary>All combinations, the first axis outermost; combinations that differ in nothing that counts are there once.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: there is a range, there are too many, or an option is out of its range.</exception>
    public IReadOnlyList<AlsOptions> Grid()
    {
        if (Axes.FirstOrDefault(axis => axis.Range is not null) is { } range)
            throw new GpuAlsException(FailureKind.Usage, $"--{range.Parameter.Name} is a range, which a grid cannot exhaust. Give its values, or how many of them, as in LOW..HIGH:5, or choose --search random.");
        var size = Axes.Aggregate(1.0, (product, axis) => product * axis.Values.Count);
        Require.Usage(size <= MostTrials, string.Create(CultureInfo.InvariantCulture, $"the grid has {size:N0} combinations; expected {MostTrials:N0} at most. Give fewer values, or choose --search random."));
        IEnumerable<AlsOptions> grid = [FixedOptions];
        foreach (var axis in Axes) grid = grid.SelectMany(options => axis.Values.Select(value => axis.Parameter.Set(options, value)));
        return Checked([.. grid.Select(Normal).Distinct()]);
    }

    /// <summary>Some combinations at random, each once: each parameter by itself, or, where they can be counted, different ones of the grid.</summary>
    /// <param name="count">How many; fewer where there are no more, or hardly any.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public IReadOnlyList<AlsOptions> Draw(int count, long seed)
    {
        if (!IsFinite) return Checked([.. Enumerable.Range(0, count * MostDraws).Select(draw => DrawOne(SeededRandom.Of(seed, (ulong)draw))).Distinct().Take(count)]);
        var grid = Grid().ToArray();
        SeededRandom.Of(seed, 0).Shuffle<AlsOptions>(grid);
        return grid[..Math.Min(count, grid.Length)];
    }

    private AlsOptions DrawOne(SeededRandom random)
    {
        var options = FixedOptions;
        foreach (var axis in Axes)
            options = axis.Parameter.Set(options, axis.Range is { } range ? SearchParameter.Text(range.At(random.NextDouble())) : axis.Values[random.Next(axis.Values.Count)]);
        return Normal(options);
    }

    /// <summary>What changes nothing has its default.</summary>
    private static AlsOptions Normal(AlsOptions options) => options with
    {
        Epsilon = options.Confidence == ConfidenceFunction.Log ? options.Epsilon : AlsOptions.Default.Epsilon,
        RegularizationExponent = options.RegularizationScaling == RegularizationScaling.Ials ? options.RegularizationExponent : AlsOptions.Default.RegularizationExponent,
    };

    private AlsOptions[] Checked(AlsOptions[] trials)
    {
        foreach (var trial in Ends().Concat(trials)) trial.Validate();
        foreach (var name in (string[])["alpha", "confidence", "epsilon", "unobserved-weight"])
            RefuseIdle(name, FixedOptions.Feedback == Feedback.Implicit, "--feedback implicit");
        RefuseIdle("epsilon", trials.Any(trial => trial.Confidence == ConfidenceFunction.Log), "--confidence log");
        RefuseIdle("regularization-exponent", trials.Any(trial => trial.RegularizationScaling == RegularizationScaling.Ials), "--regularization-scaling ials");
        return trials;
    }

    /// <summary>Both ends of each range, which trials need not have come to.</summary>
    private IEnumerable<AlsOptions> Ends() =>
        from axis in Axes from end in axis.Range is { } range ? [range.Low, range.High] : Array.Empty<double>() select axis.Parameter.Set(FixedOptions, SearchParameter.Text(end));

    private void RefuseIdle(string name, bool isUsed, string owner) =>
        Require.Usage(isUsed || Axes.All(axis => axis.Parameter.Name != name), $"--{name} changes nothing without {owner}. Give both, or neither.");
}

namespace GpuAls;

/// <summary>
/// The folds that trials are trained on and measured with. Options such as the half-life make other plays of the same
/// rows, so trials that differ in them have folds of their own, made when they are needed; one set is kept at a time.
/// </summary>
internal sealed class SearchFolds : IDisposable
{
    private readonly IReadOnlyList<Evaluator> _first;
    private readonly AlsOptions _firstOptions;
    private readonly Func<AlsOptions, IReadOnlyList<Evaluator>>? _make;
    private AlsOptions _options;

    /// <param name="first">The folds of <paramref name="options"/>, which the caller disposes.</param>
    /// <param name="options">The options that the first folds are of.</param>
    /// <param name="make">The folds of other options; null where all trials take the first.</param>
    public SearchFolds(
        IReadOnlyList<Evaluator> first, AlsOptions options, Func<AlsOptions, IReadOnlyList<Evaluator>>? make)
    {
        (Current, _first, _make) = (first, first, make);
        (_options, _firstOptions) = (options, options);
    }

    /// <summary>What is known of users and items besides their plays.</summary>
    public FeatureTables Features { get; init; } = FeatureTables.None;

    /// <summary>The folds of the options that were asked for last.</summary>
    public IReadOnlyList<Evaluator> Current { get; private set; }

    /// <summary>Makes the folds those of some options.</summary>
    /// <returns>Whether they are others than before.</returns>
    public bool Become(AlsOptions options)
    {
        if (_make is null || PlayWorth.IsSame(_options, options)) return false;
        var made = PlayWorth.IsSame(_firstOptions, options) ? _first : _make(options);
        Dispose();
        (Current, _options) = (made, options);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ReferenceEquals(Current, _first)) return;
        foreach (var fold in Current) fold.Dispose();
        Current = _first;
    }
}

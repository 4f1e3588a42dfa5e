namespace GpuAls.App;

/// <summary>What jobs share that measure with plays that were held out.</summary>
internal abstract record HoldOutJobOptions
{
    /// <summary>The default of <see cref="Resamples"/>.</summary>
    public const int DefaultResamples = 1000;

    /// <summary>
    /// Files, folders or globs with the plays to test with; empty holds out some of those that were read.
    /// </summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>
    /// Files, folders or globs with plays that lists leave out besides those trained on, such as a validation part;
    /// with <see cref="Test"/> only.
    /// </summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Which columns are read, and how.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>What is known of users and items besides their plays.</summary>
    public FeatureOptions Features { get; init; } = FeatureOptions.None;

    /// <summary>How plays are divided, without <see cref="Test"/>.</summary>
    public SplitOptions Split { get; init; } = SplitOptions.Default;

    /// <summary>The preset that the options of the training began with, for the report.</summary>
    public string? Preset { get; init; }

    /// <summary>How often users are drawn again for intervals; 0 makes none.</summary>
    public int Resamples { get; init; } = DefaultResamples;

    /// <summary>A page on the run; null writes none.</summary>
    public ReportOptions? Report { get; init; }

    /// <summary>The bootstrap, which has the seed of the split.</summary>
    internal BootstrapOptions Bootstrap => new(Resamples, Split.Seed);

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range.
    /// </exception>
    public abstract void Validate();
}

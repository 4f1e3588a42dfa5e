namespace GpuAls.App;

/// <summary>From plays to a model and lists.</summary>
internal sealed record TrainJobOptions
{
    /// <summary>Files, folders, globs or a database with plays.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Which plays of a database are read.</summary>
    public PlaysSelection Selection { get; init; } = PlaysSelection.None;

    /// <summary>Where plays are read: the locations, with what is selected of a database.</summary>
    internal IReadOnlyList<string> Sources => Selection.Of(Locations);

    /// <summary>Which columns are read, and how.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>What is known of users and items besides.</summary>
    public FeatureOptions Features { get; init; } = FeatureOptions.None;

    /// <summary>What is trained.</summary>
    public AlsOptions Als { get; init; } = AlsOptions.Default;

    /// <summary>The preset that <see cref="Als"/> began with, for the manifest.</summary>
    public string? Preset { get; init; }

    /// <summary>The model whose factors the training begins with; null draws them.</summary>
    public string? WarmStart { get; init; }

    /// <summary>How iterations are compared, so that the best is kept; null trains them all.</summary>
    public ValidationOptions? Validation { get; init; }

    /// <summary>Where the training is kept while it runs, so that another run can go on with it.</summary>
    public CheckpointOptions Checkpoint { get; init; } = CheckpointOptions.Default;

    /// <summary>What the model has to be for it to be published.</summary>
    public GuardOptions Guards { get; init; } = GuardOptions.Default;

    /// <summary>
    /// Directory of the model; placeholders in it, and in the other outputs, stand for the instant of the run.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>Whether an existing output is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How many complete versions are kept; null keeps all.</summary>
    public int? Keep { get; init; }

    /// <summary>Length of a list.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether items a user has played may be listed.</summary>
    public bool IncludePlayed { get; init; }

    /// <summary>
    /// File or database of the lists; null puts <see cref="ModelFiles.Recommendations"/> into <see cref="Output"/>.
    /// </summary>
    public string? Recommendations { get; init; }

    /// <summary>Which tables of a database are written.</summary>
    public TableOptions Tables { get; init; } = new();

    /// <summary>What a row of a file of lists is.</summary>
    public ListShape ListShape { get; init; }

    /// <summary>A page on the run, which tracks the loss; null writes none.</summary>
    public ReportOptions? Report { get; init; }

    /// <summary>The versions that the output is one of; null where it had no placeholders.</summary>
    internal ModelVersions? Versions { get; private init; }

    /// <summary>The options of a run, whose outputs have no placeholders.</summary>
    /// <param name="instant">When it began, in UTC.</param>
    internal TrainJobOptions At(DateTime instant) => this with
    {
        Versions = ModelVersions.Of(Output),
        Output = LocationTemplate.Parse(Output, "--output").At(instant),
        Recommendations = LocationTemplate.ListsAt(Recommendations, "--recommendations", instant),
        Report = Report?.At(instant),
    };

    /// <summary>The input, as the manifest has it.</summary>
    internal ManifestInput Input => ManifestInput.Of(Sources, Schema);

    /// <summary>The lists, as the manifest has them.</summary>
    internal ManifestLists Lists => new()
    {
        Top = Top,
        IncludePlayed = IncludePlayed,
        Shape = ListShape,
        File = Tables.Of(Recommendations),
    };
}

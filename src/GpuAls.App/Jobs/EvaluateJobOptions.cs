namespace GpuAls.App;

/// <summary>From plays, or a saved model, to metrics on plays that were held out.</summary>
internal sealed record EvaluateJobOptions : HoldOutJobOptions
{
    /// <summary>Files, folders, globs or a database with plays; empty with <see cref="Models"/>.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>Which plays of a database are read.</summary>
    public PlaysSelection Selection { get; init; } = PlaysSelection.None;

    /// <summary>Where plays are read: the locations, with what is selected of a database.</summary>
    internal IReadOnlyList<string> Sources => Selection.Of(Locations);

    /// <summary>Directories of models to measure, instead of training one.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>What is trained.</summary>
    public AlsOptions Als { get; init; } = AlsOptions.Default;

    /// <summary>What is measured.</summary>
    public EvaluationOptions Evaluation { get; init; } = EvaluationOptions.Default;

    /// <summary>Similar items that each item has at most, of the neighbour baselines.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>Which metrics the table and the page show; <see cref="Output"/> has all.</summary>
    public ShownMetrics Metrics { get; init; }

    /// <summary>File of the report, .json, .csv or .parquet; null writes none.</summary>
    public string? Output { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The input, as the report has it.</summary>
    internal ManifestInput? Input => Models.Count > 0 ? null : ManifestInput.Of(Sources, Schema);

    /// <inheritdoc/>
    public override void Validate()
    {
        JobParameters.Evaluate.Check(this);
        if (Models.Count == 0) RatingColumn.Check(Als.Feedback, Schema);
    }
}

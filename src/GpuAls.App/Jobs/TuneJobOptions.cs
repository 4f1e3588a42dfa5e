namespace GpuAls.App;

/// <summary>From plays to the best options.</summary>
internal sealed record TuneJobOptions : HoldOutJobOptions
{
    /// <summary>Files, folders, globs or a database with plays.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Which plays of a database are read.</summary>
    public PlaysSelection Selection { get; init; } = PlaysSelection.None;

    /// <summary>Where plays are read: the locations, with what is selected of a database.</summary>
    internal IReadOnlyList<string> Sources => Selection.Of(Locations);

    /// <summary>The options that are tried.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>How they are tried.</summary>
    public SearchOptions Search { get; init; } = SearchOptions.Default;

    /// <summary>Folder of the trials; null keeps none.</summary>
    public string? Output { get; init; }

    /// <summary>Whether trials that are there already are thrown away, instead of going on with the others.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The input, as the report has it.</summary>
    internal ManifestInput Input => ManifestInput.Of(Sources, Schema);

    /// <inheritdoc/>
    public override void Validate()
    {
        JobParameters.Tune.Check(this);
        RatingColumn.Check(Space.FixedOptions.Feedback, Schema);
        Search.Choice().Check(Space.FixedOptions.Feedback);
        Search.Check(Space);
    }
}

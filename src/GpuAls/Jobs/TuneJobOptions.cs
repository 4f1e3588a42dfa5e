using GpuAls.Evaluation;
using GpuAls.Evaluation.Tuning;
using GpuAls.Modeling;
using GpuAls.Reading;

namespace GpuAls.Jobs;

/// <summary>From plays to the best options.</summary>
public sealed record TuneJobOptions
{
    /// <summary>Files, folders or globs with plays.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Files, folders or globs with the plays to test with; empty holds out some of <see cref="Locations"/>.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>Files, folders or globs with plays that lists leave out besides those trained on; with <see cref="Test"/> only.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Which columns are read, and how.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>How plays are divided, without <see cref="Test"/>.</summary>
    public SplitOptions Split { get; init; } = SplitOptions.Default;

    /// <summary>The options that are tried.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>The preset that <see cref="Space"/> began with.</summary>
    public string? Preset { get; init; }

    /// <summary>How they are tried.</summary>
    public SearchOptions Search { get; init; } = SearchOptions.Default;

    /// <summary>How often users are drawn again for intervals; 0 makes none.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Folder of the trials; null keeps none.</summary>
    public string? Output { get; init; }

    /// <summary>A page on the search; null writes none.</summary>
    public ReportOptions? Report { get; init; }

    /// <summary>Whether trials that are there already are thrown away, instead of going on with the others.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The bootstrap, which has the seed of the split.</summary>
    internal BootstrapOptions Bootstrap => new(Resamples, Split.Seed);

    /// <summary>The input, as the report has it.</summary>
    internal ManifestInput Input => new()
    {
        Locations = Locations,
        UserColumn = Schema.UserColumn,
        ItemColumn = Schema.ItemColumn,
        WeightColumn = Schema.WeightColumn,
        OnBadRow = Schema.OnBadRow,
    };

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: options that contradict each other, or are out of their range.</exception>
    public void Validate()
    {
        Require.Usage(Exclude.Count == 0 || Test.Count > 0, "--exclude changes nothing without --test, whose plays it goes with. Leave it out.");
        Split.CheckTimes(Schema.TimeColumn, hasTestFiles: Test.Count > 0);
        Require.Usage(!Overwrite || Output is not null || Report is not null, "--overwrite changes nothing without --output or --report. Leave it out.");
        RatingColumn.Check(Space.FixedOptions.Feedback, Schema);
        Search.Choice().Check(Space.FixedOptions.Feedback);
        Split.Validate();
        Bootstrap.Validate();
        Search.Candidates(Space);
    }
}

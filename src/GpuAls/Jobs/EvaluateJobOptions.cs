using GpuAls.Evaluation;
using GpuAls.Modeling;
using GpuAls.Reading;
using GpuAls.Training;

namespace GpuAls.Jobs;

/// <summary>From plays, or a saved model, to metrics on plays that were held out.</summary>
public sealed record EvaluateJobOptions
{
    /// <summary>Files, folders or globs with plays; empty with <see cref="Model"/>.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>Directory of a model to measure instead of training one.</summary>
    public string? Model { get; init; }

    /// <summary>Files, folders or globs with the plays to test with; empty holds out some of <see cref="Locations"/>.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>Files, folders or globs with plays that lists leave out besides those trained on, such as a validation part; with <see cref="Test"/> only.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Which columns are read, and how.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>How plays are divided, without <see cref="Test"/>.</summary>
    public SplitOptions Split { get; init; } = SplitOptions.Default;

    /// <summary>What is trained.</summary>
    public AlsOptions Als { get; init; } = AlsOptions.Default;

    /// <summary>The preset that <see cref="Als"/> began with, for the report.</summary>
    public string? Preset { get; init; }

    /// <summary>What is measured.</summary>
    public EvaluationOptions Evaluation { get; init; } = EvaluationOptions.Default;

    /// <summary>How often users are drawn again for intervals; 0 makes none.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Similar items that each item has at most, of the neighbour baselines.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>File of the report, .json, .csv or .parquet; null writes none.</summary>
    public string? Output { get; init; }

    /// <summary>A page on the run, which tracks the loss; null writes none.</summary>
    public ReportOptions? Report { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The bootstrap, which has the seed of the split.</summary>
    internal BootstrapOptions Bootstrap => new(Resamples, Split.Seed);

    /// <summary>The input, as the report has it.</summary>
    internal ManifestInput? Input => Model is not null ? null : new ManifestInput
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
        Require.Usage(Model is not null || Locations.Count > 0, "there are no plays to train on. Give files with plays, or --model DIR with --test FILE.");
        Require.Usage(Model is null || Locations.Count == 0, "--model is measured, not trained, so it takes no files to train on. Give the plays to test with by --test.");
        Require.Usage(Model is null || Test.Count > 0, "--model needs plays to test with, which it was not trained on: --test FILE.");
        Require.Usage(Exclude.Count == 0 || Test.Count > 0, "--exclude changes nothing without --test, whose plays it goes with. Leave it out.");
        Split.CheckTimes(Schema.TimeColumn, hasTestFiles: Test.Count > 0);
        Require.Usage(Neighbours >= 1, $"--neighbours is {Neighbours}; expected 1 or more.");
        Als.Validate();
        if (Model is null) RatingColumn.Check(Als.Feedback, Schema);
        Split.Validate();
        Evaluation.Validate();
        Bootstrap.Validate();
    }
}

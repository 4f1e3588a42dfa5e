namespace GpuAls.App;

/// <summary>From a model and new plays to a model that has them.</summary>
internal sealed record UpdateJobOptions
{
    /// <summary>Directory of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>The new plays.</summary>
    public IReadOnlyList<string> Plays { get; init; } = [];

    /// <summary>How they are read; columns that are not named are those of the training.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>Whose factors are computed.</summary>
    public Side Side { get; init; }

    /// <summary>What becomes of the plays that the model has of them.</summary>
    public PlaysCombination Combination { get; init; }

    /// <summary>Directory of the model that is written.</summary>
    public string Output { get; init; } = "";

    /// <summary>Whether an existing model is replaced.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>Computes the factors of some users or items of a saved model from new plays.</summary>
/// <param name="options">What to do.</param>
/// <param name="engine">Where rows are solved.</param>
/// <param name="progress">Told how far the job is.</param>
internal sealed class UpdateJob(UpdateJobOptions options, IAlsEngine engine, IProgress<JobEvent>? progress)
{
    /// <summary>Runs the job.</summary>
    /// <returns>The model, as it was written.</returns>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task<FactorModel> RunAsync(CancellationToken cancellation)
    {
        var clock = PhaseEnded.Clock(progress);
        await Collisions.CheckAsync(options, cancellation).ConfigureAwait(false);
        var outputs = new JobOutputs(options.Overwrite);
        await using var closing = outputs.ConfigureAwait(false);
        var folder = new ChecksummedOutput(await outputs
            .OpenFolderAsync(options.Output, ModelFolder.WhyForeignAsync, cancellation).ConfigureAwait(false));
        var location = await VersionChosen.FollowAsync(options.Model, progress, cancellation).ConfigureAwait(false);
        var model = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        clock.End("read_model");
        progress?.Report(ModelRead.Of(model));
        var (rows, plays) = await new PlaysLoader(NewPlays.SchemaFor(model, options.Schema), clock, progress)
            .ReadAsync(options.Plays, FoldIn.WorthOf(model.Options), cancellation).ConfigureAwait(false);
        var (updated, counts) = ModelUpdate.Of(
            model, engine, plays, options.Side, options.Combination, cancellation);
        clock.End("update");
        var manifest = model.Manifest!.Updated(updated, UpdateOf(counts, rows.Statistics, clock));
        await ModelWriter
            .WriteAsync(updated, folder, () => Task.FromResult(manifest), lists: null, cancellation)
            .ConfigureAwait(false);
        clock.End("write_model");
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        clock.End("publish");
        progress?.Report(new ModelUpdated(options, counts));
        return updated;
    }

    private ManifestUpdate UpdateOf(ModelUpdateCounts counts, ReadStatistics read, PhaseClock clock) => new()
    {
        GpualsVersion = ProductVersion.Text,
        StartedAt = clock.StartedAt,
        Device = engine.Description.ToString(),
        Locations = options.Plays,
        Side = options.Side,
        Combine = options.Combination,
        Recomputed = counts.Recomputed,
        Added = counts.Added,
        Read = read,
    };
}

/// <summary>A model with new plays was written.</summary>
/// <param name="Options">What was asked.</param>
/// <param name="Counts">What was done.</param>
internal sealed record ModelUpdated(UpdateJobOptions Options, ModelUpdateCounts Counts) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "updated", "update: the model with the new plays is written",
        ("side", "whose factors were computed: users or items"), ("recomputed", "how many of them the model had"),
        ("added", "how many were new"), ("output", "directory of the updated model"));

    public static readonly LogEvent Unknown = new(
        LogLevel.Warning, "update_unknown", "update: plays of ids of the other side that the model lacks were left out",
        ("plays", "how many pairs"), ("unknown", "how many such ids"),
        ("left", "users, or items, that have no other plays"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var isOfUsers = Counts.Side == Side.Users;
            var (side, other) = isOfUsers ? ("user", "item") : ("item", "user");
            if (Counts.UnknownPlays > 0)
            {
                var left = Counts.Left > 0
                    ? $"; {Counted.Of(Counts.Left, $"{side} has", $"{side}s have")} no other plays and "
                        + $"{(Counts.Left == 1 ? "is" : "are")} left out too"
                    : "";
                yield return Unknown.Line(
                    $"{Counted.Of(Counts.UnknownPlays, "play was", "plays were")} left out: the model does not have "
                        + $"{Counted.Of(Counts.Unknown, other)} of them{left}.",
                    Counts.UnknownPlays, Counts.Unknown, Counts.Left);
            }

            yield return Log.Line(
                $"recomputed {Counted.Of(Counts.Recomputed, side)} and added "
                    + $"{Counted.Of(Counts.Added, $"new {side}", $"new {side}s")}; wrote the model to {Options.Output}",
                Words.Of(Counts.Side), Counts.Recomputed, Counts.Added, Options.Output);
        }
    }
}

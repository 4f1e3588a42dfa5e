using GpuAls.Formats;

namespace GpuAls.App;

/// <summary>From a model of another system to one of gpuals.</summary>
internal sealed record ImportJobOptions
{
    /// <summary>File or folder of the model.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// File with the factors of the items, where <see cref="Source"/> has those of the users; null where it has both.
    /// </summary>
    public string? ItemFactors { get; init; }

    /// <summary>Folders of Spark's indexers, where they are not in a pipeline with the model.</summary>
    public IReadOnlyList<string> Indexers { get; init; } = [];

    /// <summary>What it learned from, where the source does not say.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>The α of its training; null for that of the source or its system.</summary>
    public double? Alpha { get; init; }

    /// <summary>The λ of its training; null for that of the source or its system.</summary>
    public double? Regularization { get; init; }

    /// <summary>The files or folders of the model.</summary>
    internal IReadOnlyList<string> Sources =>
        [Source, .. ItemFactors is null ? (string[])[] : [ItemFactors], .. Indexers];

    /// <summary>The column of ids in tables of factors.</summary>
    public string IdColumn { get; init; } = ForeignSource.UsualIdColumn;

    /// <summary>Name of the format.</summary>
    public string Format { get; init; } = "";

    /// <summary>Directory of the model that is written.</summary>
    public string Output { get; init; } = "";

    /// <summary>
    /// File with the id of each user, a line each, in the order of the factors; null for those of the source.
    /// </summary>
    public string? UserIds { get; init; }

    /// <summary>The same for items.</summary>
    public string? ItemIds { get; init; }

    /// <summary>Plays that it was trained on; empty for none.</summary>
    public IReadOnlyList<string> Plays { get; init; } = [];

    /// <summary>How plays are read.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>Whether an existing model is replaced.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>Reads a model of another system and writes it as one of gpuals.</summary>
internal static class ImportJob
{
    /// <summary>Runs the job.</summary>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public static async Task RunAsync(
        ImportJobOptions options, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        var clock = PhaseEnded.Clock(progress);
        await Collisions.CheckAsync(options, cancellation).ConfigureAwait(false);
        var outputs = new JobOutputs(options.Overwrite);
        await using var closing = outputs.ConfigureAwait(false);
        var folder = new ChecksummedOutput(await outputs
            .OpenFolderAsync(options.Output, ModelFolder.WhyForeignAsync, cancellation).ConfigureAwait(false));
        if (options.Plays.Count > 0) RatingColumn.Check(options.Feedback, options.Schema);
        var source = new ForeignSource(options.Source)
        {
            Items = options.ItemFactors,
            IdColumn = options.IdColumn,
            Indexers = options.Indexers,
        };
        var foreign = await ModelFormat.Of(options.Format).ReadAsync(source, cancellation).ConfigureAwait(false);
        if (foreign.Rank != foreign.Items.Factors.Rank)
            throw FormatErrors.Damaged(
                options.Source, $"users have rank {foreign.Rank} and items have rank {foreign.Items.Factors.Rank}");
        FormatErrors.RequireRank(options.Source, foreign.Rank);
        var users = await IdsAsync(foreign.Users, options.UserIds, "--user-ids", options.IdColumn, cancellation)
            .ConfigureAwait(false);
        var items = await IdsAsync(foreign.Items, options.ItemIds, "--item-ids", options.IdColumn, cancellation)
            .ConfigureAwait(false);
        clock.End("read_model");
        var known = await KnownPlays.ReadAsync(options, users, items, clock, progress, cancellation)
            .ConfigureAwait(false);
        var als = foreign.Options with
        {
            Rank = foreign.Rank,
            Feedback = options.Feedback,
            Alpha = options.Alpha ?? foreign.Options.Alpha,
            Regularization = options.Regularization ?? foreign.Options.Regularization,
        };
        var model = Model(options, foreign with { Options = als }, users, items, known.Plays);
        var manifest = Task.FromResult(ManifestOf(options, foreign, model, known.Read, clock));
        await ModelWriter.WriteAsync(model, folder, () => manifest, lists: null, cancellation).ConfigureAwait(false);
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        progress?.Report(new ModelImported(options, model, known));
    }

    private static FactorModel Model(
        ImportJobOptions options, ForeignModel foreign, IdIndex users, IdIndex items, CsrMatrix plays)
    {
        try
        {
            return new FactorModel(
                users, items, plays, foreign.Options, foreign.Users.Factors, foreign.Items.Factors);
        }
        catch (ArgumentException damage)
        {
            throw FormatErrors.Damaged(options.Source, damage.Message.TrimEnd('.'));
        }
    }

    /// <summary>The ids of a file, those of the format, or the numbers of the rows.</summary>
    private static async Task<IdIndex> IdsAsync(
        ForeignSide side, string? file, string option, string idColumn, CancellationToken cancellation)
    {
        var rows = side.Factors.RowCount;
        if (file is null && side.Ids is null) return new IdIndex<int>([.. Enumerable.Range(0, rows)]);
        if (file is null) return Distinct(side.Ids!);
        var ids = await IdFiles.ReadColumnAsync(file, new InteractionSchema { ItemColumn = idColumn }, cancellation)
            .ConfigureAwait(false);
        if (ids.Count != rows)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{option}: {file} has {Counted.Of(ids.Count, "id")}; expected {rows:N0}, one for each row of "
                + "factors.");
        var twice = ids.GroupBy(id => id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new GpuAlsException(FailureKind.BadInput, $"{option}: {file} has {Quoted.Of(twice.Key)} twice.");
        return new IdIndex<string>([.. ids]);
    }

    /// <summary>The ids of the source, which must all be different.</summary>
    private static IdIndex Distinct(IdIndex ids)
    {
        var seen = new HashSet<string>(ids.Count, StringComparer.Ordinal);
        for (var index = 0; index < ids.Count; index++)
            if (!seen.Add(ids.Format(index)))
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"the source has the id {Quoted.Of(ids.Format(index))} twice. Give other ids with --user-ids and "
                    + "--item-ids.");
        return ids;
    }

    private static ModelManifest ManifestOf(
        ImportJobOptions options, ForeignModel foreign, FactorModel model, ReadStatistics read,
        PhaseClock clock) => new()
        {
            FormatVersion = ModelManifest.CurrentFormatVersion,
            GpualsVersion = ProductVersion.Text,
            StartedAt = clock.StartedAt,
            Seconds = Math.Round(clock.Total, 3),
            Input = ManifestInput.Of([.. options.Sources, .. options.Plays], options.Schema),
            Rank = foreign.Rank,
            Preset = foreign.Preset,
            Options = model.Options,
            Data = DataStatistics.Of(model, read),
            Device = $"none: imported ({options.Format})",
            Iterations = [],
            TimingsSeconds = clock.Seconds,
            Sha256 = new Dictionary<string, string>(),
        };
}

/// <summary>Plays that a model of another system was trained on, by its users and items.</summary>
/// <param name="Plays">[users, items]; no entries where none were read.</param>
/// <param name="Left">Pairs of users or items that the model does not have.</param>
/// <param name="Read">What was read.</param>
internal sealed record KnownPlays(CsrMatrix Plays, long Left, ReadStatistics Read)
{
    /// <summary>Reads them, if any were named.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: they cannot be read, or none is of the model.</exception>
    public static async Task<KnownPlays> ReadAsync(
        ImportJobOptions options, IdIndex users, IdIndex items, PhaseClock clock, IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        if (options.Plays.Count == 0)
            return new KnownPlays(
                new CsrMatrix(items.Count, new long[users.Count + 1], [], []), 0,
                new ReadStatistics { Files = 0, Rows = 0, ZeroWeightRows = 0, BadRows = 0 });
        var (rows, plays) = await new PlaysLoader(options.Schema with { Feedback = options.Feedback }, clock, progress)
            .ReadAsync(options.Plays, als: null, cancellation).ConfigureAwait(false);
        var known = CsrBuilder.Renumbered(
            plays.ByUser, plays.Users.IndicesIn(users), users.Count, plays.Items.IndicesIn(items), items.Count,
            plays.Feedback);
        if (known.EntryCount == 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                "--plays: none of the plays is of a user and an item of the model. Do --user-ids and --item-ids name "
                + $"the ids of the plays, such as {Quoted.Of(plays.Users.Format(0))} and "
                + $"{Quoted.Of(plays.Items.Format(0))}? Those of the model are such as {Quoted.Of(users.Format(0))} "
                + $"and {Quoted.Of(items.Format(0))}.");
        return new KnownPlays(known, plays.ByUser.EntryCount - known.EntryCount, rows.Statistics);
    }
}

/// <summary>A model of another system was written as one of gpuals.</summary>
internal sealed record ModelImported(ImportJobOptions Options, FactorModel Model, KnownPlays Known) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "imported", "import: everything is written",
        ("format", "its name"), ("users", "users of the model"), ("items", "items of the model"), ("rank", "its rank"),
        ("output", "directory of the model"));

    public static readonly LogEvent NoPlays = new(
        LogLevel.Info, "no_plays", "import: no plays were given, so lists cannot leave out what was played");

    public static readonly LogEvent OtherPlays = new(
        LogLevel.Warning, "other_plays", "import: plays of users or items that the model does not have were left out",
        ("plays", "pairs left out"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            if (Options.Plays.Count == 0)
                yield return NoPlays.Line(
                    "no plays were given: lists will not leave out what was played. Pass --plays to change that.");
            if (Known.Left > 0)
                yield return OtherPlays.Line(
                    $"left out {Counted.Of(Known.Left, "play")} of users or items that the model does not have.",
                    Known.Left);
            yield return Log.Line(
                $"imported {Counted.Of(Model.Users.Count, "user")} and {Counted.Of(Model.Items.Count, "item")} at rank "
                + $"{Model.Rank} to {Options.Output}",
                Options.Format, Model.Users.Count, Model.Items.Count, Model.Rank, Options.Output);
        }
    }
}

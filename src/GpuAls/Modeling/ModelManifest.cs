using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>
/// What <c>manifest.json</c> says of a model: how it was made, from what, and the checksum of each file.
/// </summary>
internal sealed record ModelManifest
{
    /// <summary>The version of the layout this gpuals reads and writes.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>Version of the layout.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Version of gpuals that wrote the model.</summary>
    public required string GpualsVersion { get; init; }

    /// <summary>When the run began, in UTC.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>Seconds from then until all but this manifest was written.</summary>
    public required double Seconds { get; init; }

    /// <summary>Where the plays came from.</summary>
    public required ManifestInput Input { get; init; }

    /// <summary>Length of a factor vector.</summary>
    public required int Rank { get; init; }

    /// <summary>The preset that the options began with; null without one.</summary>
    public required string? Preset { get; init; }

    /// <summary>What was trained.</summary>
    public required AlsOptions Options { get; init; }

    /// <summary>The model it began with, as it was given; null where its factors were drawn.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WarmStart { get; init; }

    /// <summary>The features it was trained with; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestFeatures? Features { get; init; }

    /// <summary>What was done to it since the training, in order; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ManifestUpdate>? Updates { get; init; }

    /// <summary>What is verified when the model is read: the faster checksum, where the manifest has it.</summary>
    [JsonIgnore]
    internal FileHashes ReadHashes => Xxh128 is null ? FileHashes.Sha256 : FileHashes.Xxh128;

    /// <summary>The options, with the rank it has.</summary>
    [JsonIgnore]
    internal AlsOptions TrainedOptions => Options with { Rank = Rank };

    /// <summary>What iterations were compared by; null where all were trained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestValidation? Validation { get; init; }

    /// <summary>The lists that were made; null where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestLists? Lists { get; init; }

    /// <summary>What it was trained on.</summary>
    public required DataStatistics Data { get; init; }

    /// <summary>What it was trained with, such as <c>cuda:0 (NVIDIA A10G)</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Each iteration: seconds, loss where tracked, rows that needed jitter, metric where measured.</summary>
    public required IReadOnlyList<IterationReport> Iterations { get; init; }

    /// <summary>Seconds of each phase.</summary>
    public required IReadOnlyDictionary<string, double> TimingsSeconds { get; init; }

    /// <summary>
    /// SHA-256 of each file of the model, and of the lists where they lie in its folder, in lower-case hexadecimal, by
    /// name below the folder.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Sha256 { get; init; }

    /// <summary>
    /// XXH128 of the same files, which reading a model verifies; null in models of earlier versions, whose SHA-256 is
    /// verified instead.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Xxh128 { get; init; }

    /// <summary>The manifest of a training, as far as the library knows of it; checksums come with the files.</summary>
    /// <param name="input">Where the plays came from.</param>
    /// <param name="data">What it was trained on.</param>
    /// <param name="options">What was trained.</param>
    /// <param name="trained">What the training gave.</param>
    /// <param name="device">What it was trained with.</param>
    /// <param name="clock">How long it took.</param>
    internal static ModelManifest Of(
        ManifestInput input,
        DataStatistics data,
        AlsOptions options,
        TrainedFactors trained,
        string device,
        PhaseClock clock) => new()
        {
            FormatVersion = CurrentFormatVersion,
            GpualsVersion = ProductVersion.Text,
            StartedAt = clock.StartedAt,
            Seconds = Math.Round(clock.Total, 3),
            Input = input,
            Rank = trained.Rank,
            Preset = null,
            Options = options,
            Data = data,
            Device = device,
            Iterations = [.. trained.Iterations.Select(WithoutNaN)],
            TimingsSeconds = clock.Seconds,
            Sha256 = new Dictionary<string, string>(),
        };

    /// <summary>The manifest of an updated model.</summary>
    /// <param name="updated">The model.</param>
    /// <param name="update">What was done.</param>
    internal ModelManifest Updated(FactorModel updated, ManifestUpdate update) =>
        this with
        {
            Data = Data.Updated(updated),
            Features = Features?.Of(updated),
            Lists = null,
            Updates = [.. Updates ?? [], update],
        };

    /// <summary>Whether the checksums of a file, as far as they were computed, are those of this manifest.</summary>
    internal bool IsUnchanged(string file, FileChecksums found)
    {
        if (Sha256.GetValueOrDefault(file) is not { } sha256) return false;
        if (found.Sha256 is not null && found.Sha256 != sha256) return false;
        return Xxh128 is null || found.Xxh128 is null || found.Xxh128 == Xxh128.GetValueOrDefault(file);
    }

    /// <summary>A metric that is not defined is left out: JSON has no NaN.</summary>
    private static IterationReport WithoutNaN(IterationReport report) =>
        report.Metric is { } metric && !double.IsFinite(metric) ? report with { Metric = null } : report;
}

/// <summary>The numbers of the input.</summary>
internal sealed record DataStatistics
{
    /// <summary>Number of users.</summary>
    public required int Users { get; init; }

    /// <summary>Number of items.</summary>
    public required int Items { get; init; }

    /// <summary>Number of user and item pairs, duplicates summed.</summary>
    public required long Plays { get; init; }

    /// <summary>User and item pairs left out because their weights sum to 0.</summary>
    public long CancelledPairs { get; init; }

    /// <summary>
    /// Users without a play above 0, whose plays are dislikes or cancelled each other: they have no factors and no
    /// list.
    /// </summary>
    public required int UsersWithoutPlays { get; init; }

    /// <summary>Type of the user ids.</summary>
    public required IdType UserIdType { get; init; }

    /// <summary>Type of the item ids.</summary>
    public required IdType ItemIdType { get; init; }

    /// <summary>Rows read and left out.</summary>
    public required ReadStatistics Read { get; init; }

    /// <summary>The numbers of some plays.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="read">What was read.</param>
    /// <param name="group">The processes that share the plays, which count them together; null for this one.</param>
    internal static DataStatistics Of(InteractionMatrix plays, ReadStatistics read, IProcessGroup? group = null) =>
        Of(plays.Users, plays.Items, plays.ByUser, plays.Feedback, read, group) with
        {
            CancelledPairs = plays.CancelledPairs,
        };

    /// <summary>The numbers of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="read">What was read.</param>
    /// <param name="group">The processes that share its plays, which count them together; null for this one.</param>
    internal static DataStatistics Of(FactorModel model, ReadStatistics read, IProcessGroup? group = null) =>
        Of(model.Users, model.Items, model.Plays, model.Feedback, read, group);

    /// <summary>The same input, with the users, items and plays of an updated model.</summary>
    internal DataStatistics Updated(FactorModel model) => Of(model, Read) with { CancelledPairs = CancelledPairs };

    private static DataStatistics Of(
        IdIndex users, IdIndex items, CsrMatrix byUser, Feedback feedback, ReadStatistics read, IProcessGroup? group)
    {
        group ??= SingleProcess.Instance;
        var likers = Enumerable.Range(0, byUser.RowCount).Count(user => Likes.Any(byUser.RowValues(user), feedback));
        return new DataStatistics
        {
            Users = users.Count,
            Items = items.Count,
            Plays = group.Sum(byUser.EntryCount),
            UsersWithoutPlays = users.Count - (int)group.Sum(likers),
            UserIdType = users.Type,
            ItemIdType = items.Type,
            Read = read,
        };
    }
}

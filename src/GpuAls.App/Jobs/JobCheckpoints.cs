namespace GpuAls.App;

/// <summary>
/// The checkpoints of a training job: opened before anything is read, begun once the plays are known, deleted when the
/// model is published. Where none are asked for it does nothing.
/// </summary>
internal sealed class JobCheckpoints : IAsyncDisposable
{
    private readonly TrainJobOptions _options;
    private readonly IProgress<JobEvent>? _progress;
    private readonly CheckpointFolder? _folder;
    private readonly CheckpointJob? _before;
    private CheckpointWriter? _writer;

    private JobCheckpoints(
        TrainJobOptions options, IProgress<JobEvent>? progress, CheckpointFolder? folder = null,
        (CheckpointJob Job, TrainingState State)? before = null)
    {
        (_folder, _options, _progress) = (folder, options, progress);
        (_before, From) = (before?.Job, before?.State);
    }

    /// <summary>Where the training goes on; null begins one.</summary>
    public TrainingState? From { get; }

    /// <summary>When the training that goes on began, in UTC; null begins one.</summary>
    public DateTime? StartedAt => _before?.StartedAt;

    /// <summary>Keeps the state of the training; null where nothing does.</summary>
    public ITrainingKeeper? Keeper => _writer;

    /// <summary>Opens the folder of the options, and reads the newest checkpoint where the run is to go on.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the checkpoint is of other options. Kind BadInput: it is damaged. Kind Output: the folder has other
    /// files, or a checkpoint that is not to go on, or cannot be written.
    /// </exception>
    public static async Task<JobCheckpoints> OpenAsync(
        TrainJobOptions options, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        if (options.Checkpoint.Location is not { } location) return new JobCheckpoints(options, progress);
        var folder = await CheckpointFolder.OpenAsync(StoreFolder.Open(location), cancellation).ConfigureAwait(false);
        if (!options.Checkpoint.Resume)
        {
            var newest = await folder.NewestAsync(cancellation).ConfigureAwait(false);
            if (newest is { } iteration && !options.Overwrite)
                throw new GpuAlsException(
                    FailureKind.Output,
                    $"'{folder.Name}' holds a checkpoint of iteration {iteration} of an earlier run. Continue it with "
                    + "--resume, discard it with --overwrite, or choose another --checkpoint.");
            return new JobCheckpoints(options, progress, folder);
        }

        var before = await folder.ReadNewestAsync(
            (file, damage) => progress?.Report(new CheckpointDamaged(file, damage)), cancellation)
            .ConfigureAwait(false);
        if (before is { } found) CheckpointSettings.Check(found.Job.Settings, options);
        else progress?.Report(new NothingToResume(folder.Name));
        return new JobCheckpoints(options, progress, folder, before);
    }

    /// <summary>Checks that the plays are those of the checkpoint, or discards what is there.</summary>
    /// <param name="data">What tells the plays from others; null where no checkpoints are asked for.</param>
    /// <param name="engine">What they are trained on.</param>
    /// <param name="startedAt">When the training began, in UTC.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the checkpoint is of other plays. Kind Output: an old checkpoint cannot be deleted.
    /// </exception>
    public async Task BeginAsync(
        DataFingerprint? data, EngineDescription engine, DateTime startedAt, CancellationToken cancellation)
    {
        if (_folder is null || data is null) return;
        var job = new CheckpointJob
        {
            GpualsVersion = ProductVersion.Text,
            Device = engine.ToString(),
            StartedAt = startedAt,
            Settings = CheckpointSettings.Of(_options),
            Data = data,
        };
        if (From is null) await _folder.ClearAsync(cancellation).ConfigureAwait(false);
        else CheckSame(_before!, job);
        _writer = new CheckpointWriter(
            _folder, job, _options.Checkpoint.Every, From,
            new Relay<CheckpointEvent>(told => _progress?.Report(new CheckpointTold(told))));
    }

    /// <summary>
    /// Does the work. Once it has succeeded nothing is kept; where it fails or is stopped, the last whole iteration is.
    /// </summary>
    public async Task<T> DuringAsync<T>(Func<Task<T>> work)
    {
        try
        {
            var result = await work().ConfigureAwait(false);
            if (_writer is not null) await _writer.ClearAsync().ConfigureAwait(false);
            return result;
        }
        catch when (_writer is not null)
        {
            var iteration = await _writer.WriteNewestAsync().ConfigureAwait(false);
            if (iteration > 0)
                _progress?.Report(new CheckpointKept(iteration, _options.Als.Iterations, _folder!.Name));
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void CheckSame(CheckpointJob before, CheckpointJob now)
    {
        if (before.Data.Differences(now.Data).ToArray() is { Length: > 0 } differ)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{_folder!.Name}' holds a checkpoint of other plays: {string.Join("; ", differ)}. "
                + CheckpointSettings.Remedy);
        _progress?.Report(new TrainingResumed(
            From!.Iteration, _options.Als.Iterations, _folder!.Name,
            MadeBy(before) == MadeBy(now) ? null : MadeBy(before)));
    }

    private static string MadeBy(CheckpointJob job) => $"gpuals {job.GpualsVersion} on {job.Device}";
}

/// <summary>The options that the result of a training depends on, besides the plays.</summary>
internal static class CheckpointSettings
{
    /// <summary>What can be done where a checkpoint belongs to another training.</summary>
    public const string Remedy =
        "Start anew with --overwrite instead of --resume, or choose another --checkpoint.";

    private const string NotGiven = "not given";

    /// <summary>Their values, by their names.</summary>
    public static IReadOnlyDictionary<string, string> Of(TrainJobOptions options)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["--preset"] = options.Preset ?? NotGiven,
            ["--warm-start"] = options.WarmStart ?? NotGiven,
            ["the offset of --preset"] = Parameter<AlsOptions>.TextOf(options.Als.ConfidenceOffset),
        };
        foreach (var parameter in AlsParameters.Table) settings[parameter.Option] = parameter.Get(options.Als);
        if (options.Validation is { } validation)
            foreach (var parameter in ValidationParameters.Table)
                settings[parameter.Option] = parameter.Get(validation);
        return settings;
    }

    /// <exception cref="GpuAlsException">Kind Usage: an option differs, or there are fewer iterations.</exception>
    public static void Check(IReadOnlyDictionary<string, string> then, TrainJobOptions options)
    {
        var now = Of(options);
        string[] differ =
        [
            .. from name in then.Keys.Union(now.Keys)
               let before = then.GetValueOrDefault(name, NotGiven)
               let asked = now.GetValueOrDefault(name, NotGiven)
               where before != asked && !(name == Iterations && IsMore(before, asked))
               select $"{name} was {Text(before)} and is now {Text(asked)}"
        ];
        if (differ.Length > 0)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"'{options.Checkpoint.Location}' holds a checkpoint of other options: {string.Join("; ", differ)}. "
                + $"Use the same options. {Remedy}");
    }

    private static string Iterations => AlsParameters.Table["iterations"].Option;

    private static bool IsMore(string before, string asked) =>
        int.TryParse(before, out var then) && int.TryParse(asked, out var now) && now > then;

    private static string Text(string value) => value.Length > 0 ? value : NotGiven;
}

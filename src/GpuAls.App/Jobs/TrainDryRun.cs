namespace GpuAls.App;

/// <summary>What a training would do.</summary>
internal sealed record TrainForecast
{
    /// <summary>The plays.</summary>
    public required InputSurvey Plays { get; init; }

    /// <summary>The device.</summary>
    public required EngineDescription Device { get; init; }

    /// <summary>The most host memory at a time, an estimate.</summary>
    public required long HostBytes { get; init; }

    /// <summary>
    /// Device memory with all plays on the device, an estimate; null where the engine has none of its own.
    /// </summary>
    public required long? DeviceBytes { get; init; }

    /// <summary>Where the model would be written.</summary>
    public required string Model { get; init; }

    /// <summary>Where the lists would be written.</summary>
    public required string Lists { get; init; }

    /// <summary>Where the report would be written; null for none.</summary>
    public required string? Report { get; init; }

    /// <summary>Why the run would fail, though its input can be read; null where nothing speaks against it.</summary>
    public required GpuAlsException? Refusal { get; init; }
}

/// <summary>
/// A training that looks at its input, its device and its outputs, and then tells what it would do. It writes nothing.
/// </summary>
internal static class TrainDryRun
{
    /// <exception cref="GpuAlsException">Kind Usage, BadInput or Device: the run would fail like this.</exception>
    public static async Task<TrainForecast> RunAsync(
        TrainJobOptions options, IAlsEngine engine, CancellationToken cancellation)
    {
        _ = new TrainJob(options, engine); // checks the options
        options = options.At(DateTime.UtcNow);
        IReadOnlyList<string> validated = options.Validation?.Locations ?? [];
        var schema = options.Schema with { Feedback = options.Als.Feedback };
        var plays = await SurveyAsync(options.Sources, schema, cancellation).ConfigureAwait(false);
        var validation = validated.Count > 0
            ? (await SurveyAsync(validated, schema, cancellation).ConfigureAwait(false)).KeptRows
            : 0;
        var features = await LoadedFeatures.ReadAsync(options.Features, schema, progress: null, cancellation)
            .ConfigureAwait(false);
        var shape = new TrainingShape(
            (int)plays.Users.Count, (int)plays.Items.Count, options.Als.Rank,
            (int)Math.Max(plays.Users.MostRows, plays.Items.MostRows), plays.KeptRows)
        {
            KeptRows = options.Als.KeptRows((long)plays.Users.Count, (long)plays.Items.Count, features.Tables),
            BlockSize = options.Als.Plan.BlockSize,
        };
        return new TrainForecast
        {
            Plays = plays,
            Device = engine.Description,
            HostBytes = HostMemory.Of(
                options, plays, validation, engine.Capabilities.DeviceMemoryBytes is null,
                engine.RowsInHostMemory(shape), features.Tables),
            DeviceBytes = engine.MemoryFor(shape),
            Model = options.Output,
            Lists = options.Recommendations ?? Stores.Combine(options.Output, ModelFiles.Recommendations),
            Report = options.Report?.File,
            Refusal = await RefusalAsync(() => CheckAsync(options, engine, plays, shape, cancellation))
                .ConfigureAwait(false),
        };
    }

    private static Task<InputSurvey> SurveyAsync(
        IReadOnlyList<string> locations, InteractionSchema schema, CancellationToken cancellation) =>
        Databases.Plays(locations, schema) is { } table
            ? InputSurveyor.LookAsync(table, cancellation)
            : InputSurveyor.LookAsync(locations, schema, cancellation);

    private static async Task CheckAsync(
        TrainJobOptions options, IAlsEngine engine, InputSurvey plays, TrainingShape shape,
        CancellationToken cancellation)
    {
        if (plays.BadRows > 0 && options.Schema.OnBadRow == OnBadRow.Fail)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{plays.BadRows:N0} of {Counted.Of(plays.SampledRows, "row")} looked at cannot be used. "
                    + "Fix them, or pass --on-bad-row skip to drop them.");
        if (plays is { Users.IsExact: true, Items.IsExact: true })
            TrainingChecks.Check((int)plays.Users.Count, (int)plays.Items.Count, options.Als.Rank);
        if (plays.AreRowsExact)
            new TrainGuards(options, progress: null)
                .CheckRowsAlone(plays.SampledRows == plays.Rows ? plays.KeptRows : plays.Rows);
        engine.RequireMemory(shape);
        if (options.WarmStart is { } model)
            WarmStart.Check(
                (await ModelReader.ReadManifestAsync(model, cancellation).ConfigureAwait(false)).TrainedOptions,
                options.Als);
        var latest = await TrainOutput.CheckAsync(options, cancellation).ConfigureAwait(false);
        if (plays is { Users.IsExact: true, Items.IsExact: true })
            await new TrainGuards(options, progress: null)
                .CheckIdsAloneAsync(plays.Users.Count, plays.Items.Count, latest, cancellation).ConfigureAwait(false);
    }

    private static async Task<GpuAlsException?> RefusalAsync(Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
            return null;
        }
        catch (GpuAlsException refusal)
        {
            return refusal;
        }
    }
}

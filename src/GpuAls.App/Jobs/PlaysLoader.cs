namespace GpuAls.App;

/// <summary>Reads plays and builds their matrices.</summary>
/// <param name="schema">Which columns are read, and how.</param>
/// <param name="clock">Told when reading and building have ended.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class PlaysLoader(InteractionSchema schema, PhaseClock clock, IProgress<JobEvent>? progress)
{
    /// <summary>The processes that share the plays; by default this one has all.</summary>
    public PlaySharing Sharing { get; init; } = PlaySharing.Alone;

    /// <summary>
    /// The plays, and their rows once more where they have times: the matrices take those that were read. Of several
    /// processes each gets those of the users and items it owns.
    /// </summary>
    /// <param name="locations">What is read.</param>
    /// <param name="als">What the plays are worth, if all are trained on; their rows are not kept then.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> ReadAsync(
        IReadOnlyList<string> locations, AlsOptions? als, CancellationToken cancellation)
    {
        var start = clock.Total;
        var relay = new Relay<ReadProgress>(read => progress?.Report(new RowsRead(read)));
        var loading = Sharing.IsAlone
            ? ReadAloneAsync(locations, als, relay, cancellation)
            : ReadSharedAsync(locations, als, relay, cancellation);
        var (rows, plays) = await loading.ConfigureAwait(false);
        clock.End(Sharing.IsAlone ? "build_matrices" : "read");
        progress?.Report(
            new DataLoaded(DataStatistics.Of(plays, rows.Statistics, Sharing.Group), clock.Total - start));
        return (rows, plays);
    }

    private async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> ReadAloneAsync(
        IReadOnlyList<string> locations, AlsOptions? als, Relay<ReadProgress> relay, CancellationToken cancellation)
    {
        var loading = Databases.Plays(locations, schema) is { } source
            ? InteractionLoader.LoadAsync(source, relay, cancellation)
            : InteractionLoader.LoadAsync(locations, schema, relay, cancellation);
        var interactions = await loading.ConfigureAwait(false);
        clock.End("read");
        var timed = interactions.Times is null || als is not null ? interactions : interactions.Where(_ => true);
        return (timed, als is null ? CsrBuilder.Build(interactions) : PlayWorth.Build(interactions, als));
    }

    private async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> ReadSharedAsync(
        IReadOnlyList<string> locations, AlsOptions? als, Relay<ReadProgress> relay, CancellationToken cancellation)
    {
        var source = Databases.Plays(locations, schema)
            ?? await SharedPlays.SourceAsync(locations, schema, Sharing.Group, cancellation).ConfigureAwait(false);
        return await SharedPlays.LoadAsync(source, als, Sharing, relay, cancellation: cancellation)
            .ConfigureAwait(false);
    }
}

/// <summary>Reads plays and holds some of them out, or takes those of test files.</summary>
/// <param name="schema">Which columns are read, and how.</param>
/// <param name="clock">Told when reading and building have ended.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="sharing">The processes that share the plays; null for this one alone.</param>
internal sealed class SplitLoader(
    InteractionSchema schema, PhaseClock clock, IProgress<JobEvent>? progress, PlaySharing? sharing = null)
{
    private readonly PlaySharing _sharing = sharing ?? PlaySharing.Alone;

    /// <summary>Told the plays before they are divided.</summary>
    public Action<InteractionMatrix>? Loaded { get; init; }

    /// <summary>
    /// The split, or one for each fold, made when it is asked for, of plays that are worth what some options say.
    /// </summary>
    /// <param name="locations">The plays.</param>
    /// <param name="test">
    /// The plays to test with; empty holds out some of the others, as <paramref name="split"/> says.
    /// </param>
    /// <param name="exclude">Plays that lists leave out besides those trained on.</param>
    /// <param name="split">How plays are divided.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Func<AlsOptions, IEnumerable<HeldOut>>> LoadAsync(
        IReadOnlyList<string> locations,
        IReadOnlyList<string> test,
        IReadOnlyList<string> exclude,
        SplitOptions split,
        CancellationToken cancellation)
    {
        var (rows, plays) = await Loader(schema).ReadAsync(locations, als: null, cancellation).ConfigureAwait(false);
        Loaded?.Invoke(plays);
        if (test.Count == 0) return als => Splitter.Split(rows, plays, split, als, _sharing);
        var (asked, excluded) = await ReadTestAsync(test, exclude, cancellation).ConfigureAwait(false);
        return als =>
            [HeldOut.Of(PlayWorth.Of(rows, plays, als, _sharing), asked, excluded, sharing: _sharing)];
    }

    /// <summary>The plays of a model, with those of test files.</summary>
    /// <param name="train">The plays of the model.</param>
    /// <param name="seen">Which users and items are seen; null for those with plays above 0.</param>
    /// <param name="test">The plays to test with.</param>
    /// <param name="exclude">Plays that lists leave out besides those of the model.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<HeldOut> WithTestFilesAsync(
        InteractionMatrix train,
        Seen? seen,
        IReadOnlyList<string> test,
        IReadOnlyList<string> exclude,
        CancellationToken cancellation)
    {
        var (asked, excluded) = await ReadTestAsync(test, exclude, cancellation).ConfigureAwait(false);
        return HeldOut.Of(train, asked, excluded, seen, _sharing);
    }

    private async Task<(InteractionMatrix Test, InteractionMatrix? Excluded)> ReadTestAsync(
        IReadOnlyList<string> test, IReadOnlyList<string> exclude, CancellationToken cancellation)
    {
        var loader = Loader(schema.OfOtherPlays);
        var (_, asked) = await loader.ReadAsync(test, als: null, cancellation).ConfigureAwait(false);
        return exclude.Count == 0
            ? (asked, null)
            : (asked, (await loader.ReadAsync(exclude, als: null, cancellation).ConfigureAwait(false)).Plays);
    }

    private PlaysLoader Loader(InteractionSchema columns) => new(columns, clock, progress) { Sharing = _sharing };
}

/// <summary>Ratings are in a column; without one each row would be a rating of 1.</summary>
internal static class RatingColumn
{
    /// <exception cref="GpuAlsException">Kind Usage: ratings without their column.</exception>
    public static void Check(Feedback feedback, InteractionSchema schema) =>
        Require.Usage(
            feedback == Feedback.Implicit || schema.HasWeights,
            "--feedback explicit requires --weight-column, the column of ratings, or --event-column.");
}

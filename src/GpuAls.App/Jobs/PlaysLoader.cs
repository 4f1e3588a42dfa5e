namespace GpuAls.App;

/// <summary>Reads plays and builds their matrices.</summary>
/// <param name="schema">Which columns are read, and how.</param>
/// <param name="clock">Told when reading and building have ended.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class PlaysLoader(InteractionSchema schema, PhaseClock clock, IProgress<JobEvent>? progress)
{
    /// <summary>
    /// The plays, and their rows once more where they have times: the matrices take those that were read.
    /// </summary>
    /// <param name="locations">What is read.</param>
    /// <param name="als">What the plays are worth, if all are trained on; their rows are not kept then.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> ReadAsync(
        IReadOnlyList<string> locations, AlsOptions? als, CancellationToken cancellation)
    {
        var start = clock.Total;
        var relay = new Relay<ReadProgress>(read => progress?.Report(new RowsRead(read)));
        var loading = Databases.Plays(locations, schema) is { } source
            ? InteractionLoader.LoadAsync(source, relay, cancellation)
            : InteractionLoader.LoadAsync(locations, schema, relay, cancellation);
        var interactions = await loading.ConfigureAwait(false);
        clock.End("read");
        var timed = interactions.Times is null || als is not null ? interactions : interactions.Where(_ => true);
        var plays = als is null ? CsrBuilder.Build(interactions) : PlayWorth.Build(interactions, als);
        clock.End("build_matrices");
        progress?.Report(new DataLoaded(DataStatistics.Of(plays, interactions.Statistics), clock.Total - start));
        return (timed, plays);
    }

    /// <summary>The plays of the rows that this process owns, of plays that all are trained on.</summary>
    /// <param name="locations">What is read.</param>
    /// <param name="als">What the plays are worth.</param>
    /// <param name="group">The processes that share them.</param>
    /// <param name="cost">The work of a row with so many plays, in any unit.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(InteractionMatrix Plays, ReadStatistics Read)> ReadSharedAsync(
        IReadOnlyList<string> locations, AlsOptions als, IProcessGroup group, Func<int, double> cost,
        CancellationToken cancellation)
    {
        var start = clock.Total;
        var relay = new Relay<ReadProgress>(read => progress?.Report(new RowsRead(read)));
        var loading = Databases.Plays(locations, schema) is { } source
            ? SharedPlays.LoadAsync(source, group, als, cost, relay, cancellation: cancellation)
            : SharedPlays.LoadAsync(locations, schema, group, als, cost, relay, cancellation);
        var (plays, read) = await loading.ConfigureAwait(false);
        clock.End("read");
        progress?.Report(new DataLoaded(DataStatistics.Of(plays, read, group), clock.Total - start));
        return (plays, read);
    }
}

/// <summary>Reads plays and holds some of them out, or takes those of test files.</summary>
/// <param name="schema">Which columns are read, and how.</param>
/// <param name="clock">Told when reading and building have ended.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class SplitLoader(InteractionSchema schema, PhaseClock clock, IProgress<JobEvent>? progress)
{
    private readonly PlaysLoader _loader = new(schema, clock, progress);
    private readonly PlaysLoader _others = new(schema.OfOtherPlays, clock, progress);

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
        var (rows, plays) = await _loader.ReadAsync(locations, als: null, cancellation).ConfigureAwait(false);
        Loaded?.Invoke(plays);
        if (test.Count == 0) return als => Splitter.Split(rows, plays, split, als);
        var (asked, excluded) = await ReadTestAsync(test, exclude, cancellation).ConfigureAwait(false);
        return als => [HeldOut.Of(PlayWorth.Of(rows, plays, als), asked, excluded)];
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
        return HeldOut.Of(train, asked, excluded, seen);
    }

    private async Task<(InteractionMatrix Test, InteractionMatrix? Excluded)> ReadTestAsync(
        IReadOnlyList<string> test, IReadOnlyList<string> exclude, CancellationToken cancellation)
    {
        var (_, asked) = await _others.ReadAsync(test, als: null, cancellation).ConfigureAwait(false);
        return exclude.Count == 0
            ? (asked, null)
            : (asked, (await _others.ReadAsync(exclude, als: null, cancellation).ConfigureAwait(false)).Plays);
    }
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

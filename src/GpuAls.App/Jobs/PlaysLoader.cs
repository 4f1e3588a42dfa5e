namespace GpuAls.App;

/// <summary>Reads plays and builds their matrices.</summary>
/// <param name="schema">Which columns are read, and how.</param>
/// <param name="clock">Told when reading and building have ended.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class PlaysLoader(InteractionSchema schema, PhaseClock clock, IProgress<JobEvent>? progress)
{
    /// <summary>The plays, and their rows once more where they have times: the matrices take those that were read.</summary>
    public async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> ReadAsync(IReadOnlyList<string> locations, CancellationToken cancellation)
    {
        var start = clock.Total;
        var relay = new Relay<ReadProgress>(read => progress?.Report(new RowsRead(read)));
        var interactions = await InteractionLoader.LoadAsync(locations, schema, relay, cancellation).ConfigureAwait(false);
        clock.End("read");
        var timed = interactions.Times is null ? interactions : interactions.Where(_ => true);
        var plays = CsrBuilder.Build(interactions);
        clock.End("build_matrices");
        progress?.Report(new DataLoaded(DataStatistics.Of(plays, interactions.Statistics), clock.Total - start));
        return (timed, plays);
    }
}

using GpuAls.App;

namespace GpuAls.Bench.Load;

/// <summary>The load under test, and its check.</summary>
internal static class Loading
{
    public static InteractionSchema Schema { get; } = new() { WeightColumn = SampleWriter.WeightColumn };

    public static async Task<InteractionMatrix> LoadAsync(string path) =>
        CsrBuilder.Build(await InteractionLoader.LoadAsync([path], Schema).ConfigureAwait(false));

    /// <summary>Throws unless the matrix has the pairs and sums of DuckDB's GROUP BY, and no others.</summary>
    /// <returns>Rows of the file.</returns>
    public static async Task<long> VerifyAsync(string path, Peer peer)
    {
        var interactions = await InteractionLoader.LoadAsync([path], Schema).ConfigureAwait(false);
        var plays = CsrBuilder.Build(interactions);
        long pairs = 0;
        foreach (var (user, item, sum) in peer.Pairs(path))
        {
            pairs++;
            if (Value(plays, user, item) is var value && value != (float)sum)
                throw new GpuAlsException(FailureKind.Internal, $"{path}: user '{user}' and item '{item}' have {value} here and {sum} in DuckDB.");
        }

        if (pairs != plays.ByUser.EntryCount || pairs != plays.ByItem.EntryCount)
            throw new GpuAlsException(FailureKind.Internal, $"{path}: {plays.ByUser.EntryCount:N0} pairs here, {plays.ByItem.EntryCount:N0} the other way, {pairs:N0} in DuckDB.");
        return interactions.Statistics.Rows;
    }

    /// <summary>The sum of a pair, which both matrices have; NaN where one has not.</summary>
    private static float Value(InteractionMatrix plays, string user, string item)
    {
        if (!plays.Users.TryFind(user, out var row) || !plays.Items.TryFind(item, out var column)) return float.NaN;
        var (byUser, byItem) = (Entry(plays.ByUser, row, column), Entry(plays.ByItem, column, row));
        return byUser == byItem ? byUser : float.NaN;
    }

    private static float Entry(CsrMatrix matrix, int row, int column) =>
        matrix.RowIndices(row).BinarySearch(column) is var at and >= 0 ? matrix.RowValues(row)[at] : float.NaN;
}

namespace GpuAls;

/// <summary>Lists that several processes make, each those of its own users, and process 0 writes.</summary>
internal static class SharedLists
{
    /// <summary>
    /// The lists of process 0, as they are made, then those of process 1, …. The others make all of theirs at the same
    /// time, which are small beside the factors, and send them when it is their turn; they get none.
    /// </summary>
    /// <param name="group">The processes.</param>
    /// <param name="batches">The lists of the users of this process.</param>
    public static IEnumerable<RecommendationBatch> ToRoot(
        this IProcessGroup group, IEnumerable<RecommendationBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(batches);
        if (group.Rank > 0)
        {
            Send(group, [.. batches]);
            yield break;
        }

        foreach (var batch in batches) yield return batch;
        if (group.Size == 1) yield break;
        var counts = group.AllGather(0);
        for (var process = 1; process < group.Size; process++)
            for (var batch = 0; batch < counts[process]; batch++) yield return Exchange(group, process, null);
    }

    private static void Send(IProcessGroup group, RecommendationBatch[] batches)
    {
        var counts = group.AllGather(batches.Length);
        for (var process = 1; process < group.Size; process++)
            for (var batch = 0; batch < counts[process]; batch++)
                Exchange(group, process, process == group.Rank ? batches[batch] : null);
    }

    /// <summary>Brings a batch from one process to process 0.</summary>
    private static RecommendationBatch Exchange(IProcessGroup group, int process, RecommendationBatch? batch)
    {
        var k = Values<int>(batch is null ? null : [batch.K]);
        return new RecommendationBatch(
            Values(batch?.UserIndices), k.Length > 0 ? k[0] : 0, Values(batch?.ItemIndices), Values(batch?.Scores));

        T[] Values<T>(T[]? values)
            where T : unmanaged
        {
            var counts = new long[group.Size];
            if (group.Rank == process) counts[0] = values!.Length;
            return group.AllToAll<T>(values, counts, out _);
        }
    }
}

using System.Collections;

namespace GpuAls.Bench.Load;

/// <summary>A file of lists, as DuckDB reads it, beside the lists that were written.</summary>
internal static class WrittenLists
{
    /// <summary>Throws unless the file has each row of the lists once, and no other.</summary>
    public static void Verify(string path, FactorModel model, RecommendationBatch[] batches, Peer peer)
    {
        var k = batches[0].K;
        var listOf = new Dictionary<int, (RecommendationBatch Batch, int List)>();
        foreach (var batch in batches)
            for (var list = 0; list < batch.UserIndices.Length; list++) listOf.Add(batch.UserIndices[list], (batch, list));
        var seen = new BitArray(model.Users.Count * k);
        long rows = 0;
        foreach (var (user, item, rank, score) in peer.Lists(Query(path)))
        {
            rows++;
            if (!model.Users.TryFind(user, out var userIndex) || !listOf.TryGetValue(userIndex, out var list) || rank < 1 || rank > k) throw Differs(path, user, rank);
            var entry = (list.List * k) + rank - 1;
            if (model.Items.Format(list.Batch.ItemIndices[entry]) != item || list.Batch.Scores[entry] != score || seen[(userIndex * k) + rank - 1]) throw Differs(path, user, rank);
            seen[(userIndex * k) + rank - 1] = true;
        }

        if (rows != batches.Sum(batch => (long)batch.RowCount)) throw new GpuAlsException(FailureKind.Internal, $"{path}: DuckDB reads {rows:N0} rows.");
    }

    private static string Query(string path) => ListFormat.Of(path) == ListFormat.JsonLines
        ? $"SELECT user, items[place].item, place::INTEGER, items[place].score::FLOAT FROM (SELECT user, items, unnest(range(1, len(items) + 1)) AS place FROM '{path}')"
        : $"SELECT user, item, rank::INTEGER, score::FLOAT FROM '{path}'";

    private static GpuAlsException Differs(string path, string user, int rank) =>
        new(FailureKind.Internal, $"{path}: what DuckDB reads for user '{user}' and rank {rank} is not what was written, or comes twice.");
}

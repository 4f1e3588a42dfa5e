using System.Collections;
using GpuAls.App;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.OnGpu.Workloads;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>
/// Top-10 lists for all users of a synthetic model: computed, written, and both at once as in <c>gpuals recommend</c>.
/// </summary>
internal sealed class ListWriting(LoadPlan plan, Peer peer, TextWriter progress)
{
    private const int K = 10;

    private static readonly string[] Files = ["lists.parquet", "lists.csv", "lists.jsonl"];

    /// <summary>The files whose table rows are selected.</summary>
    public static string[] FilesOf(string? only) =>
        [.. Files.Where(file => only is null || $"write {file}".Contains(only, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Verifies, then times each format.</summary>
    /// <returns>A table with one row per format.</returns>
    public async Task<Table> RunAsync(string folder, string[] files)
    {
        var table = ResultTable.Create(
            ["what"],
            ["rows", "MB", "computed s", "written s", "both at once s", "both ÷ computed", "M rows/s written"]);
        await progress.WriteLineAsync($"{plan.Lists:N0} lists: computing").ConfigureAwait(false);
        using var engine = new HostEngine();
        var model = ListModel.Create(plan.Lists, plan.Items);
        using var recommender = new Recommender(model, engine);
        var users = Recommender.UsersWithPlays(model);
        IEnumerable<RecommendationBatch> Compute() => recommender.Recommend(users, K, includePlayed: false);
        var batches = Compute().ToArray();
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file);
            await progress.WriteLineAsync($"{file}: verifying, then timing").ConfigureAwait(false);
            await WriteAsync(path, model, batches).ConfigureAwait(false);
            WrittenLists.Verify(path, model, batches, peer);
            var (computed, written, both) = (new List<double>(), new List<double>(), new List<double>());
            for (var repetition = 0; repetition < plan.Repetitions; repetition++)
            {
                computed.Add(Clock.Seconds(() => batches = Compute().ToArray()));
                written.Add(await Clock.SecondsAsync(() => WriteAsync(path, model, batches)).ConfigureAwait(false));
                both.Add(await Clock.SecondsAsync(() => WriteAsync(path, model, Compute())).ConfigureAwait(false));
            }

            table.AddRow(
                [
                    $"write {file}",
                    .. Cells(
                        batches.Sum(batch => (long)batch.RowCount), new FileInfo(path).Length,
                        Spread.Of(computed).Median, Spread.Of(written).Median, Spread.Of(both).Median),
                ]);
        }

        return table;
    }

    private static async Task WriteAsync(string path, FactorModel model, IEnumerable<RecommendationBatch> batches)
    {
        var outputs = new JobOutputs(overwrite: true);
        await using (outputs.ConfigureAwait(false))
        {
            var lists = await outputs.OpenListsAsync(path, new TableOptions(), ListShape.Flat, default)
                .ConfigureAwait(false);
            await lists.WriteAsync(model, batches).ConfigureAwait(false);
            await outputs.CommitAsync(default).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Cells(long rows, long bytes, double computed, double written, double both) =>
    [
        ResultTable.Text($"{rows:N0}"), ResultTable.Text($"{bytes / 1e6:F1}"), ResultTable.Text($"{computed:F3}"),
        ResultTable.Text($"{written:F3}"), ResultTable.Text($"{both:F3}"),
        ResultTable.Text($"{both / computed:F2}"), ResultTable.Text($"{rows / written / 1e6:F1}"),
    ];
}

/// <summary>Compares a file of lists, as read by DuckDB, with the lists that were written.</summary>
internal static class WrittenLists
{
    /// <summary>Throws unless the file has every row of the lists exactly once, and no others.</summary>
    public static void Verify(string path, FactorModel model, RecommendationBatch[] batches, Peer peer)
    {
        var k = batches[0].K;
        var listOf = new Dictionary<int, (RecommendationBatch Batch, int List)>();
        foreach (var batch in batches)
            for (var list = 0; list < batch.UserIndices.Length; list++)
                listOf.Add(batch.UserIndices[list], (batch, list));
        var seen = new BitArray(model.Users.Count * k);
        long rows = 0;
        foreach (var (user, item, rank, score) in peer.Lists(Query(path)))
        {
            rows++;
            if (!model.Users.TryFind(user, out var userIndex)
                || !listOf.TryGetValue(userIndex, out var list)
                || rank < 1 || rank > k) throw Differs(path, user, rank);
            var entry = (list.List * k) + rank - 1;
            if (model.Items.Format(list.Batch.ItemIndices[entry]) != item
                || list.Batch.Scores[entry] != score
                || seen[(userIndex * k) + rank - 1]) throw Differs(path, user, rank);
            seen[(userIndex * k) + rank - 1] = true;
        }

        if (rows != batches.Sum(batch => (long)batch.RowCount))
            throw new GpuAlsException(FailureKind.Internal, $"{path}: DuckDB reads {rows:N0} rows.");
    }

    private static string Query(string path) => ListFormat.Of(path) == ListFormat.JsonLines
        ? $"""
            SELECT user, items[rank].item, rank::INTEGER, items[rank].score::FLOAT
            FROM (SELECT user, items, unnest(range(1, len(items) + 1)) AS rank FROM '{path}')
            """
        : $"SELECT user, item, rank::INTEGER, score::FLOAT FROM '{path}'";

    private static GpuAlsException Differs(string path, string user, int rank) =>
        new(
            FailureKind.Internal,
            $"{path}: the row for user '{user}' and rank {rank} differs from what was written, or is duplicated.");
}

/// <summary>A synthetic model with string ids. The quality of its lists does not affect the time.</summary>
internal static class ListModel
{
    private const int Rank = 64;
    private const int PlaysOfAUser = 10;

    public static FactorModel Create(int users, int items)
    {
        var plays = SyntheticInput.Plays([.. Enumerable.Repeat(PlaysOfAUser, users)], items);
        return new FactorModel(
            new IdIndex<string>(
                [.. Enumerable.Range(0, users).Select(user => $"listener {user * 7919L % 1_000_003:D7}")]),
            new IdIndex<string>([.. Enumerable.Range(0, items).Select(item => $"artist {item:D6}")]),
            plays, new AlsOptions { Rank = Rank },
            SyntheticInput.Factors(users, Rank, seed: 1), SyntheticInput.Factors(items, Rank, seed: 2));
    }
}

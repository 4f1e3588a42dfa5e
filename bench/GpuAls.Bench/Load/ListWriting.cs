using GpuAls.Bench.OnGpu;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>Top-10 lists of all users of a made-up model: computed, written, and both at once, as <c>gpuals recommend</c> does.</summary>
internal sealed class ListWriting(LoadPlan plan, Peer peer, TextWriter progress)
{
    private const int K = 10;

    private static readonly string[] Files = ["lists.parquet", "lists.csv", "lists.jsonl"];

    /// <summary>The files whose rows of the table are wanted.</summary>
    public static string[] FilesOf(string? only) => [.. Files.Where(file => only is null || $"write {file}".Contains(only, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Verifies, then times each form.</summary>
    /// <returns>A row for each.</returns>
    public async Task<Table> RunAsync(string folder, string[] files)
    {
        var table = ResultTable.Create(["what"], ["rows", "MB", "computed s", "written s", "both at once s", "both ÷ computed", "M rows/s written"]);
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
            await progress.WriteLineAsync($"{file}: verifying, then {plan.Repetitions} times").ConfigureAwait(false);
            await WriteAsync(path, model, batches).ConfigureAwait(false);
            WrittenLists.Verify(path, model, batches, peer);
            var (computed, written, both) = (new List<double>(), new List<double>(), new List<double>());
            for (var repetition = 0; repetition < plan.Repetitions; repetition++)
            {
                computed.Add(Clock.Seconds(() => batches = Compute().ToArray()));
                written.Add(await Clock.SecondsAsync(() => WriteAsync(path, model, batches)).ConfigureAwait(false));
                both.Add(await Clock.SecondsAsync(() => WriteAsync(path, model, Compute())).ConfigureAwait(false));
            }

            table.AddRow([$"write {file}", .. Cells(batches.Sum(batch => (long)batch.RowCount), new FileInfo(path).Length, Spread.Of(computed).Median, Spread.Of(written).Median, Spread.Of(both).Median)]);
        }

        return table;
    }

    private static async Task WriteAsync(string path, FactorModel model, IEnumerable<RecommendationBatch> batches)
    {
        var file = OutputLocation.Of(path).OpenFile(overwrite: true);
        await using (file.Output.ConfigureAwait(false))
        {
            await file.WriteAsync(
                stream => RecommendationWriter.WriteAsync(ListFormat.Of(path).SinkTo(stream, model), batches), default).ConfigureAwait(false);
            await file.Output.CommitAsync(default).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Cells(long rows, long bytes, double computed, double written, double both) =>
    [
        ResultTable.Text($"{rows:N0}"), ResultTable.Text($"{bytes / 1e6:F1}"), ResultTable.Text($"{computed:F3}"), ResultTable.Text($"{written:F3}"), ResultTable.Text($"{both:F3}"),
        ResultTable.Text($"{both / computed:F2}"), ResultTable.Text($"{rows / written / 1e6:F1}"),
    ];
}

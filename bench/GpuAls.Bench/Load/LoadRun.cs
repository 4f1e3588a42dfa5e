using GpuAls.Bench.OnGpu;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>Verifies each file, then times it and DuckDB in turns.</summary>
internal sealed class LoadRun(LoadPlan plan, Peer peer, TextWriter progress)
{
    private const double Megabyte = 1e6;

    private readonly Table _table = new Table().Border(TableBorder.Markdown).AddColumns(
        "what", "rows", "gpuals s", "DuckDB s, counted", "into a table", "gpuals ÷ the faster", "M rows/s", "peak MB", "two CSRs MB", "ids MB", "peak ÷ (CSRs + ids)");

    public static async Task<int> RunAsync(LoadPlan plan, string? file, string? only, string? kept, TextWriter results, TextWriter progress)
    {
        var folder = Directory.CreateDirectory(kept ?? Path.Combine(Path.GetTempPath(), $"gpuals-bench-{Environment.ProcessId}")).FullName;
        try
        {
            using var peer = new Peer();
            var run = new LoadRun(plan, peer, progress);
            var lists = file is null ? ListWriting.FilesOf(only) : [];
            var files = file is not null ? [(Path.GetFileName(file), file)] : await SampleFiles.MakeAsync(plan, folder, peer, only).ConfigureAwait(false);
            foreach (var (name, path) in files) await run.MeasureAsync(name, path).ConfigureAwait(false);
            if (files.Length > 0) run.Print(run._table, FilesText(plan), results);
            if (lists.Length > 0) run.Print(await new ListWriting(plan, peer, progress).RunAsync(folder, lists).ConfigureAwait(false), ListsText(plan), results);
            return 0;
        }
        catch (GpuAlsException failure)
        {
            await progress.WriteLineAsync($"error: {failure.Message}").ConfigureAwait(false);
            return (int)failure.Kind;
        }
        finally
        {
            if (kept is null) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync(string name, string path)
    {
        await progress.WriteLineAsync($"{name}: verifying, then {plan.Repetitions} times").ConfigureAwait(false);
        var rows = await Loading.VerifyAsync(path, peer).ConfigureAwait(false);
        await progress.WriteLineAsync("  equal").ConfigureAwait(false);
        var (ours, theirs, tables) = (new List<double>(), new List<double>(), new List<double>());
        for (var repetition = 0; repetition < plan.Repetitions; repetition++)
        {
            GC.Collect();
            ours.Add(await Clock.SecondsAsync(() => Loading.LoadAsync(path)).ConfigureAwait(false));
            theirs.Add(Clock.Seconds(() => peer.Group(path)));
            tables.Add(Clock.Seconds(() => peer.GroupIntoTable(path)));
        }

        var memory = PeakMemory.OfAnotherProcess(path);
        var (us, them) = (Spread.Of(ours).Median, Math.Min(Spread.Of(theirs).Median, Spread.Of(tables).Median));
        await progress.WriteLineAsync(ResultTable.Text($"  {us:F3} s, DuckDB {them:F3} s")).ConfigureAwait(false);
        _table.AddRow(
            name, ResultTable.Text($"{rows:N0}"), ResultTable.Text($"{us:F3}"), ResultTable.Text($"{Spread.Of(theirs).Median:F3}"), ResultTable.Text($"{Spread.Of(tables).Median:F3}"), ResultTable.Text($"{us / them:F2}"), ResultTable.Text($"{rows / us / 1e6:F1}"),
            ResultTable.Text($"{memory.Peak / Megabyte:F0}"), ResultTable.Text($"{memory.Matrices / Megabyte:F0}"), ResultTable.Text($"{memory.Ids / Megabyte:F0}"), ResultTable.Text($"{(double)memory.Peak / (memory.Matrices + memory.Ids):F2}"));
    }

    private static string FilesText(LoadPlan plan) =>
        $"Each matrix equals DuckDB's GROUP BY. Median of {plan.Repetitions} in turns; peak: resident memory of a process that loads once, the runtime's included.";

    private static string ListsText(LoadPlan plan) => ResultTable.Text($"{plan.Lists:N0} lists, {plan.Items:N0} items, rank 64; DuckDB reads what was computed. Median of {plan.Repetitions} in turns.");

    private void Print(Table table, string text, TextWriter results) =>
        ResultTable.Print(table, results, [$"{Machine.Line}; DuckDB {peer.Version}, {Environment.ProcessorCount} threads", text, .. plan.Users == LoadPlan.Quick.Users ? ["--quick: small files; the times say nothing."] : Array.Empty<string>()]);
}

using System.CommandLine;
using GpuAls.Bench.OnGpu;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>
/// bench load: compares loading (reading, indexing and both CSR matrices) with DuckDB's GROUP BY of the same file, and
/// times writing lists.
/// </summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var file = new Option<string?>("--file")
        {
            Description = "plays to load (.parquet or .csv); default: sample files written by DuckDB",
            HelpName = "FILE",
        };
        var only = new Option<string?>("--only")
        {
            Description = "only table rows whose name contains this text",
            HelpName = "TEXT",
        };
        var folder = new Option<string?>("--folder")
        {
            Description = "keep the sample files in this folder, and reuse existing ones",
            HelpName = "DIR",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "small files, one repetition: checks that everything works; the times are meaningless",
        };
        var lists = new Option<int?>("--lists")
        {
            Description = $"number of lists to compute and write; default {LoadPlan.Full.Lists:N0}",
        };
        var memoryOf = new Option<string?>("--memory-of")
        {
            Description = "load FILE once, then print the bytes of the matrices, of the ids, and this process's peak",
            HelpName = "FILE",
        };
        var command = new Command(
            "load", "Verifies loading against DuckDB's GROUP BY of the same file, times both, and times writing lists.")
        {
            file,
            only,
            folder,
            lists,
            quick,
            memoryOf,
        };
        command.SetAction(result => result.GetValue(memoryOf) is { } path
            ? PeakMemory.PrintOfThisProcessAsync(path)
            : LoadRun.RunAsync(
                PlanOf(result.GetValue(quick), result.GetValue(lists)), result.GetValue(file), result.GetValue(only),
                result.GetValue(folder), Console.Out, Console.Error));
        return command;
    }

    private static LoadPlan PlanOf(bool quick, int? lists)
    {
        var plan = quick ? LoadPlan.Quick : LoadPlan.Full;
        return lists is { } count ? plan with { Lists = count } : plan;
    }
}

/// <summary>What to measure.</summary>
internal sealed record LoadPlan(int Users, int Items, long Plays, int GroupRows, int Repetitions, int Lists)
{
    public static LoadPlan Full { get; } = new(50_000, 20_000, 5_000_000, 500_000, 3, 500_000);

    public static LoadPlan Quick { get; } = new(500, 200, 20_000, 5_000, 1, 2_000);
}

/// <summary>Verifies each file, then alternately times loading it and DuckDB.</summary>
internal sealed class LoadRun(LoadPlan plan, Peer peer, TextWriter progress)
{
    private const double Megabyte = 1e6;

    private readonly Table _table = new Table().Border(TableBorder.Markdown).AddColumns(
        "what", "rows", "gpuals s", "DuckDB s, counted", "into a table", "gpuals ÷ the faster", "M rows/s", "peak MB",
        "two CSRs MB", "ids MB", "peak ÷ (CSRs + ids)");

    public static async Task<int> RunAsync(
        LoadPlan plan, string? file, string? only, string? kept, TextWriter results, TextWriter progress)
    {
        var temporary = Path.Combine(Path.GetTempPath(), $"gpuals-bench-{Environment.ProcessId}");
        var folder = Directory.CreateDirectory(kept ?? temporary).FullName;
        try
        {
            using var peer = new Peer();
            var run = new LoadRun(plan, peer, progress);
            var lists = file is null ? ListWriting.FilesOf(only) : [];
            var files = file is not null
                ? [(Path.GetFileName(file), file)]
                : await SampleFiles.MakeAsync(plan, folder, peer, only).ConfigureAwait(false);
            foreach (var (name, path) in files) await run.MeasureAsync(name, path).ConfigureAwait(false);
            if (files.Length > 0) run.Print(run._table, FilesText(plan), results);
            if (lists.Length > 0)
                run.Print(
                    await new ListWriting(plan, peer, progress).RunAsync(folder, lists).ConfigureAwait(false),
                    ListsText(plan), results);
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
        await progress.WriteLineAsync($"{name}: verifying, then timing").ConfigureAwait(false);
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
            name, ResultTable.Text($"{rows:N0}"), ResultTable.Text($"{us:F3}"),
            ResultTable.Text($"{Spread.Of(theirs).Median:F3}"), ResultTable.Text($"{Spread.Of(tables).Median:F3}"),
            ResultTable.Text($"{us / them:F2}"), ResultTable.Text($"{rows / us / 1e6:F1}"),
            ResultTable.Text($"{memory.Peak / Megabyte:F0}"), ResultTable.Text($"{memory.Matrices / Megabyte:F0}"),
            ResultTable.Text($"{memory.Ids / Megabyte:F0}"), ResultTable.Text(
                $"{(double)memory.Peak / (memory.Matrices + memory.Ids):F2}"));
    }

    private static string FilesText(LoadPlan plan) =>
        $"Each matrix equals DuckDB's GROUP BY. Median of {plan.Repetitions} alternating runs. "
        + "Peak: resident memory of a process that loads once, including the runtime.";

    private static string ListsText(LoadPlan plan) =>
        ResultTable.Text(
            $"{plan.Lists:N0} lists, {plan.Items:N0} items, rank 64; verified with DuckDB.")
        + $" Median of {plan.Repetitions} alternating runs.";

    private void Print(Table table, string text, TextWriter results) =>
        ResultTable.Print(
            table, results,
            [
                $"{Machine.Line}; DuckDB {peer.Version}, {Environment.ProcessorCount} threads", text,
                .. plan.Users == LoadPlan.Quick.Users
                    ? ["--quick: small files; the times are meaningless."]
                    : Array.Empty<string>(),
            ]);
}

using System.Globalization;
using System.Runtime.InteropServices;
using GpuAls.Bench.OnGpu;
using GpuAls.Engines.Host;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>Verifies each file, then times it and DuckDB in turns.</summary>
internal sealed class LoadRun(LoadPlan plan, Peer peer, TextWriter progress)
{
    private const int Width = 180;
    private const string Lists = "write lists";
    private const double Megabyte = 1e6;

    private readonly Table _table = new Table().Border(TableBorder.Markdown).AddColumns(
        "what", "rows", "gpuals s", "DuckDB s, counted", "into a table", "gpuals ÷ the faster", "M rows/s", "peak MB", "two CSRs MB", "ids MB", "peak ÷ (CSRs + ids)");

    public static async Task<int> RunAsync(string? file, string? only, string? kept, bool quick, TextWriter results, TextWriter progress)
    {
        var plan = quick ? LoadPlan.Quick : LoadPlan.Full;
        var folder = Directory.CreateDirectory(kept ?? Path.Combine(Path.GetTempPath(), $"gpuals-bench-{Environment.ProcessId}")).FullName;
        try
        {
            using var peer = new Peer();
            var run = new LoadRun(plan, peer, progress);
            var files = file is null ? await SampleFiles.MakeAsync(plan, folder, peer).ConfigureAwait(false) : [(Path.GetFileName(file), file)];
            foreach (var (name, path) in files.Where(made => only is null || made.Name.Contains(only, StringComparison.OrdinalIgnoreCase))) await run.MeasureAsync(name, path).ConfigureAwait(false);
            if (file is null && (only is null || Lists.Contains(only, StringComparison.OrdinalIgnoreCase))) await run.WriteListsAsync(Path.Combine(folder, "lists.parquet")).ConfigureAwait(false);
            run.Print(quick, results);
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
        await progress.WriteLineAsync(Text($"  {us:F3} s, DuckDB {them:F3} s")).ConfigureAwait(false);
        _table.AddRow(
            name, Text($"{rows:N0}"), Text($"{us:F3}"), Text($"{Spread.Of(theirs).Median:F3}"), Text($"{Spread.Of(tables).Median:F3}"), Text($"{us / them:F2}"), Text($"{rows / us / 1e6:F1}"),
            Text($"{memory.Peak / Megabyte:F0}"), Text($"{memory.Matrices / Megabyte:F0}"), Text($"{memory.Ids / Megabyte:F0}"), Text($"{(double)memory.Peak / (memory.Matrices + memory.Ids):F2}"));
    }

    private async Task WriteListsAsync(string path)
    {
        await progress.WriteLineAsync($"write {plan.Lists:N0} lists").ConfigureAwait(false);
        var lists = new ListWriting(plan.Lists, plan.Items);
        var seconds = new List<double>();
        for (var repetition = 0; repetition < plan.Repetitions; repetition++) seconds.Add(await lists.WriteAsync(path).ConfigureAwait(false));
        _table.AddRow(Text($"write {plan.Lists:N0} lists"), Text($"{lists.Rows:N0}"), Text($"{Spread.Of(seconds).Median:F3}"), "", "", "", Text($"{lists.Rows / Spread.Of(seconds).Median / 1e6:F1}"), "", "", "", "");
    }

    private void Print(bool quick, TextWriter results)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(results) });
        console.Profile.Width = Width;
        results.WriteLine(Text($"{ProcessorName.Read()}, {Environment.ProcessorCount} cores; {RuntimeInformation.FrameworkDescription}; gpuals {ProductVersion.Text}; DuckDB {peer.Version}, {Environment.ProcessorCount} threads."));
        results.WriteLine(Text($"Each matrix equals DuckDB's GROUP BY. Median of {plan.Repetitions} in turns; peak: resident memory of a process that loads once, the runtime's included."));
        if (quick) results.WriteLine("--quick: small files; the times say nothing.");
        console.Write(_table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

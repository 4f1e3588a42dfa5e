using System.Globalization;
using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals demo</c>: the whole way on made-up plays; needs nothing.</summary>
internal static class DemoCommand
{
    private static readonly string[] Shown = ["precision", "recall", "ndcg"];

    public static ToolCommand Definition { get; } = new ToolCommand<NoOptions>(
        "demo", "Train on sample plays and show what is recommended", static () => NoOptions.Table, RunAsync)
    {
        Details = "The lists are compared with \"most popular\" on held-out plays. No data is needed.",
    };

    private static async Task<int> RunAsync(
        Invocation<NoOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        Require.Usage(
            invocation.Device.Kind != DeviceKind.Emulated,
            "the demo would take hours on --device emulated, which is for tests of a few rows; choose another device.");
        var report = await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device,
            (engine, progress) => new DemoJob(engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        Print(report, console.Out);
        return ExitCode.Done;
    }

    private static void Print(DemoReport report, TextWriter output)
    {
        foreach (var listener in report.Listeners) Tables.Write(output, Lists(listener));
        output.WriteLine("* a hit: the listener played it, and it was held out before training.");
        output.WriteLine();
        Tables.Write(output, Metrics(report));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Averages over {Counted.Of(report.TestUsers, "listener")}; a fifth of each one's plays was held out. "
                + $"Done in {report.Seconds:F1} s."));
        output.WriteLine("To use your own plays: gpuals train PLAYS --output DIR");
    }

    private static Table Lists(DemoListener listener)
    {
        var table = new Table().Title($"[bold]{Markup.Escape(listener.Name)}[/]")
            .AddColumns("", "most played", "recommended").Border(TableBorder.Simple);
        for (var rank = 0; rank < Math.Max(listener.MostPlayed.Count, listener.Recommended.Count); rank++)
        {
            var played = rank < listener.MostPlayed.Count ? listener.MostPlayed[rank] : "";
            var listed = rank < listener.Recommended.Count ? listener.Recommended[rank] : ("", false);
            table.AddRow(
                (rank + 1).ToString(CultureInfo.InvariantCulture),
                Markup.Escape(played),
                Markup.Escape(listed.Item1) + (listed.Item2 ? " *" : ""));
        }

        return table;
    }

    private static Table Metrics(DemoReport report)
    {
        var table = new Table().AddColumns("", $"precision@{report.K}", $"recall@{report.K}", $"NDCG@{report.K}")
            .Border(TableBorder.Simple);
        AddRow(table, "gpuals", report.Model, report.K);
        AddRow(table, "most popular", report.Popularity, report.K);
        return table;
    }

    private static void AddRow(Table table, string name, Measurements measured, int k) =>
        table.AddRow([name, .. Shown.Select(metric => Text($"{measured.Value(new Metric(metric, k)):F4}"))]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

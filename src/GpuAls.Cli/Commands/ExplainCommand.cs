using System.Globalization;
using System.Text.Json;
using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals explain MODEL --user ID --item ID</c>: which plays made a score.</summary>
internal static class ExplainCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<ExplainJobOptions>(
        "explain", "Show which plays of a user made the score of an item",
        static () => JobParameters.Explain, RunAsync)
    {
        Details = "The contributions of all plays and the rest add up to the score.",
    };

    private static async Task<int> RunAsync(
        Invocation<ExplainJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var report = await JobRunner.RunAsync(
            invocation.Log, console with { IsTerminal = false }, invocation.Device,
            (engine, progress) => ExplainJob.RunAsync(invocation.Job, engine, progress, cancellation))
            .ConfigureAwait(false);
        if (invocation.Job.Format == ShownFormat.Json)
            console.Out.WriteLine(JsonSerializer.Serialize(report, ExplainJson.Default.ExplainReport));
        else Write(report, console.Out);
        await console.FlushResultsAsync().ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static void Write(ExplainReport report, TextWriter output)
    {
        output.WriteLine(
            $"{ListTable.Plain(report.User)}, {ListTable.Plain(Named(report.Item, report.ItemName))}: "
                + $"score {Text(report.Score)}");
        var table = new Table().AddColumn("item").AddColumn(Right("plays")).AddColumn(Right("contribution"))
            .Border(TableBorder.Simple);
        foreach (var play in report.Plays)
            table.AddRow(
                Markup.Escape(ListTable.Plain(Named(play.Item, play.ItemName))),
                play.Plays.ToString("G6", CultureInfo.InvariantCulture), Text(play.Contribution));
        if (report.OtherPlays > 0)
            table.AddRow(
                Counted.Of(report.OtherPlays, "other item"), "", Text(report.OtherContributions));
        table.AddRow("rest", "", Text(report.Rest));
        Tables.Write(output, table);
    }

    private static string Named(string id, string? name) => name is null ? id : $"{id} ({name})";

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Text(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);
}

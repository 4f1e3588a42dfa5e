using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals model info|verify|diff</c>: what a saved model is, whether it is whole, how two differ.</summary>
internal static class ModelCommands
{
    private static readonly string[] VerifyColumns = ["file", "content", "found"];

    public static IReadOnlyList<ToolCommand> Definitions { get; } =
    [
        new ToolCommand<ModelJobOptions>(
            "model info", "Show what a saved model was trained on, how, and how good it is",
            static () => JobParameters.Model,
            InfoAsync, isOnDevice: false),
        new ToolCommand<ModelJobOptions>(
            "model verify", "Read all of a saved model and say what is wrong with it", static () => JobParameters.Model,
            VerifyAsync, isOnDevice: false)
        {
            Details = "Checksums, shapes, ids and factors are checked. The exit code is 3 if anything is wrong.",
        },
        new ToolCommand<ModelJobOptions>(
            "model diff", "Show how two saved models differ, and how far lists and scores moved",
            static () => JobParameters.ModelDiff, DiffAsync, isOnDevice: false)
        {
            Details = "Lists and scores are compared for up to 1,000 users, drawn from those who are in both models.",
        },
    ];

    private static async Task<int> InfoAsync(
        Invocation<ModelJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var info = await ModelInfo.ReadAsync(invocation.Job.Model, cancellation).ConfigureAwait(false);
        if (!WriteJson(invocation.Job, console, info, InspectionJson.Default.ModelInfo)) Write(info, console.Out);
        return ExitCode.Done;
    }

    private static async Task<int> VerifyAsync(
        Invocation<ModelJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var found = await ModelVerification.ReadAsync(invocation.Job.Model, cancellation).ConfigureAwait(false);
        if (!WriteJson(invocation.Job, console, found, InspectionJson.Default.ModelVerification))
        {
            var table = new Table().AddColumns(VerifyColumns).Border(TableBorder.Simple);
            foreach (var file in found.Files)
                table.AddRow(
                    Markup.Escape(file.File), Markup.Escape(file.Content),
                    Markup.Escape(file.Problems.Count == 0 ? "ok" : string.Join("; ", file.Problems)));
            Tables.Write(console.Out, table);
            if (found.Problems == 0) console.Out.WriteLine($"'{found.Model}' is whole.");
        }

        await console.FlushResultsAsync().ConfigureAwait(false);
        found.RequireNone();
        return ExitCode.Done;
    }

    private static async Task<int> DiffAsync(
        Invocation<ModelJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var (old, other) = (invocation.Job.Model, invocation.Job.Other);
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        var diff = await ModelComparison.ReadAsync(old, other, engine, cancellation).ConfigureAwait(false);
        if (!WriteJson(invocation.Job, console, diff, InspectionJson.Default.ModelComparison)) Write(diff, console.Out);
        return ExitCode.Done;
    }

    private static bool WriteJson<T>(ModelJobOptions options, CliConsole console, T value, JsonTypeInfo<T> type)
    {
        if (options.Format != ShownFormat.Json) return false;
        console.Out.WriteLine(JsonSerializer.Serialize(value, type));
        return true;
    }

    private static void Write(ModelInfo info, TextWriter output)
    {
        var manifest = info.Manifest;
        var missing = info.Files.Where(file => file.Bytes is null).Select(file => file.Name).ToArray();
        (string, string?)[] facts =
        [
            ("model", info.Model),
            ("trained", Text($"{manifest.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, in {manifest.Seconds:0.##} s, by gpuals ")
                + $"{manifest.GpualsVersion} on {manifest.Device}"),
            ("input", ReportFacts.Input(manifest.Input).Replace("\n", ", ", StringComparison.Ordinal)),
            ("data", ReportFacts.Data(manifest.Data)),
            .. (manifest.Updates ?? []).Select(update => ("updated", (string?)Updated(update))),
            ("options", ReportFacts.Training(manifest.Options with { Rank = manifest.Rank }, manifest.Preset)),
            ("iterations", Iterations(manifest)),
            .. ModelComparison.Measured(manifest).Select(metric => (metric.Key, (string?)Text($"{metric.Value:G6}"))),
            ("held out", HeldOut(manifest.Validation)),
            ("lists", manifest.Lists is { } lists
                ? $"{ReportFacts.Lists(lists)}, in {lists.File ?? "the model"}"
                : null),
            ("size", $"{ByteSize.Text(info.Bytes)} in {Counted.Of(info.Files.Count - missing.Length, "file")}"
                + (missing.Length > 0 ? $"; missing: {string.Join(", ", missing)}" : "")),
        ];
        foreach (var (name, value) in facts)
            if (value is not null) output.WriteLine($"{name,-12}{value}");
    }

    private static string Updated(ManifestUpdate update) =>
        Text($"{update.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {update.Recomputed:N0} {Words.Of(update.Side)} recomputed ")
            + Text($"and {update.Added:N0} added, from {string.Join(", ", update.Locations)}");

    private static string Iterations(ModelManifest manifest) => manifest.Validation is { } validation
        ? Text($"{manifest.Iterations.Count}, kept the one with the best {validation.Metric}: ")
            + Text($"{validation.BestIteration}")
        : Text($"{manifest.Iterations.Count}");

    private static string? HeldOut(ManifestValidation? validation) => validation switch
    {
        { Users: { } users, Fraction: { } fraction } =>
            Text($"{100 * fraction:0.##} % of the plays, of {Counted.Of(users, "user")}"),
        { Users: { } users, Locations: var files } => $"{string.Join(", ", files)}, of {Counted.Of(users, "user")}",
        _ => null,
    };

    private static void Write(ModelComparison diff, TextWriter output)
    {
        var table = new Table().AddColumns("", "old", "new").Border(TableBorder.Simple);
        Row("model", diff.Old, diff.New);
        foreach (var option in diff.Options) Row(option.Name, option.Old ?? "", option.New ?? "");
        Row("users", Text($"{diff.Users.Old:N0}"), Text($"{diff.Users.New:N0}"));
        Row("items", Text($"{diff.Items.Old:N0}"), Text($"{diff.Items.New:N0}"));
        Row("plays", Text($"{diff.Plays.Old:N0}"), Text($"{diff.Plays.New:N0}"));
        foreach (var metric in diff.Metrics) Row(metric.Name, Text($"{metric.Old:G6}"), Text($"{metric.New:G6}"));
        Tables.Write(output, table);
        output.WriteLine(Text($"users: {diff.Users.Added:N0} added, {diff.Users.Removed:N0} removed"));
        output.WriteLine(Text($"items: {diff.Items.Added:N0} added, {diff.Items.Removed:N0} removed"));
        if (diff.Results is not { } results)
        {
            output.WriteLine("No user has lists in both models, so these are not compared.");
            return;
        }

        output.WriteLine(
            Text($"top-{results.Top} lists share {100 * results.Shared:F1} % of their items; ")
                + Text($"{100 * results.Same:F1} % have the same items, ")
                + Text($"{100 * results.SameFirst:F1} % the same first item"));
        if (results.ScoreCorrelation is { } correlation)
            output.WriteLine(Text($"scores correlate by {correlation:F4}"));
        output.WriteLine(
            $"Averages over {Counted.Of(results.Users, "user")} in both; scores over "
                + $"{Counted.Of(results.Items, "item")} in both.");

        void Row(string name, string old, string other) =>
            table.AddRow(Markup.Escape(name), Markup.Escape(old), Markup.Escape(other));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

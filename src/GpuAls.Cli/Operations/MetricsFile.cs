using System.Globalization;
using System.Text;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>
/// The summary of the last run in the text format of Prometheus, for the textfile collector of node_exporter: a file
/// that is replaced at once, after each run, whether it failed or not.
/// </summary>
internal static class MetricsFile
{
    /// <summary>The collector reads no others.</summary>
    public const string Extension = ".prom";

    private const string Prefix = "gpuals_";
    private const string LastSuccess = Prefix + "last_success_timestamp_seconds";
    private const int MaximumBytes = 1 << 20;

    /// <summary>Checks the name of a metrics file.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the collector would not read it.</exception>
    public static string Checked(string path)
    {
        Require.Usage(
            path.EndsWith(Extension, StringComparison.Ordinal) && Path.GetFileName(path).Length > Extension.Length
            && !Stores.IsUrl(path),
            $"--metrics-file is '{path}'; expected a local file whose name ends in {Extension}: the textfile collector "
            + "reads no others.");
        return path;
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public static async Task WriteAsync(string path, JobSummary summary)
    {
        var before = summary.HasSucceeded ? null : await LastSuccessAsync(path).ConfigureAwait(false);
        var text = Encoding.UTF8.GetBytes(Text(summary, Path.GetFileName(path), before));
        var file = await OutputLocation.Of(path).OpenFileAsync(overwrite: true, default).ConfigureAwait(false);
        await using var opened = file.Output.ConfigureAwait(false);
        await file.WriteAsync(stream => stream.WriteAsync(text).AsTask(), default).ConfigureAwait(false);
        await file.Output.CommitAsync(default).ConfigureAwait(false);
    }

    /// <summary>
    /// The metrics as text. Every one has the labels command and file: the collector refuses two files with the same
    /// labels, and no two files in its folder have the same name.
    /// </summary>
    /// <param name="summary">What the run came to.</param>
    /// <param name="file">The name of the file.</param>
    /// <param name="lastSuccess">When an earlier run succeeded, in Unix time; null where none is known.</param>
    public static string Text(JobSummary summary, string file, double? lastSuccess)
    {
        var text = new StringBuilder();
        (string, string)[] ofAll = [("command", summary.Command), ("file", file)];
        var ended = Seconds(summary.EndedAt);
        Single("build_info", "The gpuals and the device of the last run.", 1,
            ("version", ProductVersion.Text), ("device", summary.Device ?? ""));
        Single("last_run_success", "Whether the last run succeeded.", summary.HasSucceeded ? 1 : 0);
        Single("last_run_exit_code", "Exit code of the last run.", summary.ExitCode);
        Single("last_run_timestamp_seconds", "When the last run ended, in Unix time.", ended);
        if ((summary.HasSucceeded ? ended : lastSuccess) is { } success)
            Single("last_success_timestamp_seconds", "When a run last succeeded, in Unix time.", success);
        Single("last_run_duration_seconds", "Wall time of the last run.", summary.Seconds);
        foreach (var fact in SummaryFacts.All)
        {
            var values = fact.Values(summary).ToArray();
            if (values.Length > 0) Head(fact.Name, $"{fact.Help}.");
            foreach (var value in values) Sample(fact.Name, value.Value, [.. fact.Labels.Zip(value.Labels)]);
        }

        return text.ToString();

        void Single(string name, string help, double value, params (string, string)[] labels)
        {
            Head(name, help);
            Sample(name, value, labels);
        }

        void Head(string name, string help) =>
            text.Append("# HELP ").Append(Prefix).Append(name).Append(' ').Append(Escaped(help))
                .Append("\n# TYPE ").Append(Prefix).Append(name).Append(" gauge\n");

        void Sample(string name, double value, (string Name, string Value)[] labels)
        {
            var all = ofAll.Concat(labels).Select(label => $"{label.Item1}=\"{EscapedLabel(label.Item2)}\"");
            text.Append(Prefix).Append(name).Append('{').AppendJoin(',', all).Append("} ").Append(Number(value))
                .Append('\n');
        }
    }

    /// <summary>When a run last succeeded, as the file of the run before says; null where it doesn't.</summary>
    private static async Task<double?> LastSuccessAsync(string path)
    {
        try
        {
            if (await Stores.FindFileAsync(path, default).ConfigureAwait(false) is not { Length: < MaximumBytes } file)
                return null;
            var lines = Encoding.UTF8.GetString(await file.ReadAllAsync(default).ConfigureAwait(false)).Split('\n');
            var line = lines.FirstOrDefault(line => line.StartsWith(LastSuccess + "{", StringComparison.Ordinal));
            var isNumber = double.TryParse(
                line?.Split(' ')[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds);
            return isNumber && double.IsFinite(seconds) ? seconds : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or GpuAlsException)
        {
            return null; // The new file says so: it has no time of a success.
        }
    }

    private static double Seconds(DateTime time) => Math.Round((time - DateTime.UnixEpoch).TotalSeconds, 3);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapedLabel(string text) =>
        Escaped(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}

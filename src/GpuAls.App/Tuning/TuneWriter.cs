using System.Text.Json;

namespace GpuAls.App;

/// <summary>Writes what a search came to into its folder; each file appears when it is whole.</summary>
internal static class TuneWriter
{
    /// <summary>The trials, while they are done and afterwards.</summary>
    public const string Journal = "journal.jsonl";

    private const string TrialsCsv = "trials.csv";
    private const string TrialsParquet = "trials.parquet";
    private const string IterationsCsv = "iterations.csv";
    private const string IterationsParquet = "iterations.parquet";
    private const string Report = "tune.json";
    private const string Command = "train.txt";

    /// <summary>The files beside the journal.</summary>
    public static IReadOnlyList<string> Results { get; } = [TrialsCsv, TrialsParquet, IterationsCsv, IterationsParquet, Report, Command];

    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task WriteAsync(string folder, TuneReport report, CancellationToken cancellation)
    {
        var (trials, iterations) = (TuneTables.Trials(report), TuneTables.Iterations(report));
        await WriteAsync(folder, TrialsCsv, path => TableWriter.WriteCsvAsync(path, trials, report.Trials.Count, cancellation)).ConfigureAwait(false);
        await WriteAsync(folder, TrialsParquet, path => TableWriter.WriteParquetAsync(path, trials, cancellation)).ConfigureAwait(false);
        await WriteAsync(folder, IterationsCsv, path => TableWriter.WriteCsvAsync(path, iterations, TuneTables.IterationRows(report).Count(), cancellation)).ConfigureAwait(false);
        await WriteAsync(folder, IterationsParquet, path => TableWriter.WriteParquetAsync(path, iterations, cancellation)).ConfigureAwait(false);
        await WriteAsync(folder, Command, path => File.WriteAllTextAsync(path, report.TrainCommand + "\n", cancellation)).ConfigureAwait(false);
        await WriteAsync(folder, Report, path => File.WriteAllTextAsync(path, JsonSerializer.Serialize(report, TuneJson.Default.TuneReport) + "\n", cancellation)).ConfigureAwait(false);
    }

    private static async Task WriteAsync(string folder, string name, Func<string, Task> write)
    {
        using var staged = new StagedFile(Path.Combine(folder, name), overwrite: true);
        await OutputErrors.GuardAsync(staged.Place, () => write(staged.Place.Staging)).ConfigureAwait(false);
        staged.Commit();
    }
}

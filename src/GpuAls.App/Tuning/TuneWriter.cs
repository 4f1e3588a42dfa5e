using System.Text;
using System.Text.Json;

namespace GpuAls.App;

/// <summary>Writes what a search came to into its folder; the files appear once all are complete.</summary>
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
    public static IReadOnlyList<string> Results { get; } = [TrialsCsv, TrialsParquet, IterationsCsv, IterationsParquet, Command, Report];

    /// <param name="output">Where the files go; the caller commits.</param>
    /// <param name="report">What the search came to.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task WriteAsync(IOutput output, TuneReport report, CancellationToken cancellation)
    {
        var (trials, iterations) = (TuneTables.Trials(report), TuneTables.Iterations(report));
        await WriteTableAsync(TrialsCsv, TrialsParquet, trials, report.Trials.Count).ConfigureAwait(false);
        await WriteTableAsync(IterationsCsv, IterationsParquet, iterations, TuneTables.IterationRows(report).Count()).ConfigureAwait(false);
        await WriteTextAsync(Command, report.TrainCommand).ConfigureAwait(false);
        await WriteTextAsync(Report, JsonSerializer.Serialize(report, TuneJson.Default.TuneReport)).ConfigureAwait(false);

        async Task WriteTableAsync(string csv, string parquet, IReadOnlyList<ParquetTableColumn> columns, int rows)
        {
            await output.WriteAsync(csv, stream => TableWriter.WriteCsvAsync(stream, columns, rows, cancellation), cancellation).ConfigureAwait(false);
            await output.WriteAsync(parquet, stream => TableWriter.WriteParquetAsync(stream, columns, cancellation), cancellation).ConfigureAwait(false);
        }

        Task WriteTextAsync(string file, string text) => output.WriteAsync(
            file, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"), cancellation).AsTask(), cancellation);
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>The folder of a search, which is filled while it runs, so that it can go on after a kill.</summary>
internal sealed class TuneFolder : IDisposable
{
    private readonly IWorkFolder _folder;

    private TuneFolder(IWorkFolder folder) => _folder = folder;

    /// <param name="location">The folder; made where it is not there.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: it holds other things than a search, or cannot be written.
    /// </exception>
    public static async Task<TuneFolder> OpenAsync(string location, CancellationToken cancellation) =>
        new(await OutputLocation.Of(location).OpenWorkFolderAsync(
            TuneWriter.Journal, $"holds no {TuneWriter.Journal} of gpuals tune, but other files", cancellation)
            .ConfigureAwait(false));

    /// <summary>How messages name it.</summary>
    public string Name => _folder.Name;

    /// <summary>
    /// Opens the journal, as <see cref="TuneJournal.Open"/> does; what another search came to goes with its journal.
    /// </summary>
    public async Task<TuneJournal> OpenJournalAsync(
        string data, IReadOnlyDictionary<string, string> settings, bool overwrite, CancellationToken cancellation)
    {
        var log = await _folder.OpenLogAsync(cancellation).ConfigureAwait(false);
        var journal = TuneJournal.Open(log, data, settings, overwrite);
        if (overwrite) await _folder.RemoveAsync(TuneWriter.Results, cancellation).ConfigureAwait(false);
        return journal;
    }

    /// <summary>Writes what the search came to, in place of what an earlier run wrote.</summary>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public async Task WriteAsync(TuneReport report, CancellationToken cancellation)
    {
        var output = await _folder.OpenResultsAsync(TuneWriter.Results, cancellation).ConfigureAwait(false);
        await using (output.ConfigureAwait(false))
        {
            await TuneWriter.WriteAsync(output, report, cancellation).ConfigureAwait(false);
            await output.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the folder if it was made and holds nothing.</summary>
    public void Dispose() => _folder.Dispose();
}

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
    public static IReadOnlyList<string> Results { get; } =
        [TrialsCsv, TrialsParquet, IterationsCsv, IterationsParquet, Command, Report];

    /// <param name="output">Where the files go; the caller commits.</param>
    /// <param name="report">What the search came to.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task WriteAsync(IOutput output, TuneReport report, CancellationToken cancellation)
    {
        var (trials, iterations) = (TuneTables.Trials(report), TuneTables.Iterations(report));
        await WriteTableAsync(TrialsCsv, TrialsParquet, trials, report.Trials.Count).ConfigureAwait(false);
        var rows = TuneTables.IterationRows(report).Count();
        await WriteTableAsync(IterationsCsv, IterationsParquet, iterations, rows).ConfigureAwait(false);
        await WriteTextAsync(Command, report.TrainCommand).ConfigureAwait(false);
        var json = JsonSerializer.Serialize(report, TuneJson.Default.TuneReport);
        await WriteTextAsync(Report, json).ConfigureAwait(false);

        async Task WriteTableAsync(string csv, string parquet, IReadOnlyList<ParquetTableColumn> columns, int count)
        {
            Task WriteCsvAsync(Stream stream) => TableWriter.WriteCsvAsync(stream, columns, count, cancellation);
            Task WriteParquetAsync(Stream stream) => TableWriter.WriteParquetAsync(stream, columns, cancellation);
            await output.WriteAsync(csv, WriteCsvAsync, cancellation).ConfigureAwait(false);
            await output.WriteAsync(parquet, WriteParquetAsync, cancellation).ConfigureAwait(false);
        }

        Task WriteTextAsync(string file, string text)
        {
            var line = Encoding.UTF8.GetBytes(text + "\n");
            return output.WriteAsync(file, stream => stream.WriteAsync(line, cancellation).AsTask(), cancellation);
        }
    }
}

/// <summary>JSON of a search, with the words of the command line for choices.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    Converters = [typeof(MetricValueJson), typeof(JsonStringEnumConverter<FailureKind>)])]
[JsonSerializable(typeof(TuneReport))]
internal sealed partial class TuneJson : JsonSerializerContext;

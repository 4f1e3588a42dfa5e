using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace GpuAls.App;

/// <summary>Writes made-up plays with the columns user, item and plays.</summary>
internal static class SampleWriter
{
    /// <summary>The column of the play counts.</summary>
    public const string WeightColumn = "plays";

    private const int GroupRows = 1 << 20;
    private const int BufferChars = 1 << 14;

    /// <summary>What writes a file: its extension says the format, .parquet, .csv or .tsv.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    internal static Func<SamplePlays, Stream, CancellationToken, Task> For(string path)
    {
        var extension = Path.GetExtension(path);
        return extension.ToUpperInvariant() switch
        {
            ".PARQUET" => WriteParquetAsync,
            ".CSV" => (plays, stream, cancellation) => WriteTextAsync(plays, stream, ',', cancellation),
            ".TSV" => (plays, stream, cancellation) => WriteTextAsync(plays, stream, '\t', cancellation),
            _ => throw new GpuAlsException(
                FailureKind.Usage,
                $"cannot write plays to '{path}': the extension is '{extension}'; expected .parquet, .csv or .tsv."),
        };
    }

    private static async Task WriteTextAsync(
        SamplePlays plays, Stream stream, char delimiter, CancellationToken cancellation)
    {
        var items = plays.ItemNames();
        using var writer = new StreamWriter(stream, bufferSize: BufferChars, leaveOpen: true) { NewLine = "\n" };
        await writer.WriteLineAsync($"user{delimiter}item{delimiter}{WeightColumn}").ConfigureAwait(false);
        foreach (var history in plays.Histories())
        {
            cancellation.ThrowIfCancellationRequested();
            var user = SamplePlays.UserName(history.User);
            for (var i = 0; i < history.Items.Length; i++)
            {
                var (item, count) = (items[history.Items[i]], history.Counts[i]);
                var line = string.Create(CultureInfo.InvariantCulture, $"{user}{delimiter}{item}{delimiter}{count}");
                await writer.WriteLineAsync(line).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes Parquet to a stream, which stays open.</summary>
    internal static async Task WriteParquetAsync(SamplePlays plays, Stream stream, CancellationToken cancellation)
    {
        var user = new DataField("user", typeof(string), isNullable: false);
        var item = new DataField("item", typeof(string), isNullable: false);
        var count = new DataField<int>(WeightColumn);
        var schema = new ParquetSchema(user, item, count);
        var writer = await ParquetWriter
            .CreateAsync(schema, stream, cancellationToken: cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var items = plays.ItemNames();
            foreach (var part in Groups(plays.Histories()))
            {
                cancellation.ThrowIfCancellationRequested();
                using var group = writer.CreateRowGroup();
                var names = Column(
                    part, history => Enumerable.Repeat(SamplePlays.UserName(history.User), history.Items.Length));
                var artists = Column(part, history => history.Items.Select(index => items[index]));
                var counts = Column(part, history => history.Counts);
                await group.WriteAsync(user, names).ConfigureAwait(false);
                await group.WriteAsync(item, artists).ConfigureAwait(false);
                await group.WriteAsync<int>(count, counts, cancellationToken: cancellation).ConfigureAwait(false);
                group.CompleteValidate();
            }
        }
    }

    /// <summary>Histories gathered into row groups of about a million rows.</summary>
    private static IEnumerable<List<SampleHistory>> Groups(IEnumerable<SampleHistory> histories)
    {
        var group = new List<SampleHistory>();
        var rows = 0;
        foreach (var history in histories)
        {
            group.Add(history);
            rows += history.Items.Length;
            if (rows < GroupRows) continue;
            yield return group;
            (group, rows) = ([], 0);
        }

        if (rows > 0) yield return group;
    }

    private static T[] Column<T>(List<SampleHistory> group, Func<SampleHistory, IEnumerable<T>> valuesOf) =>
        [.. group.SelectMany(valuesOf)];
}

/// <summary>From nothing to a file of made-up plays.</summary>
internal sealed record SampleJobOptions
{
    /// <summary>What is made up.</summary>
    public SampleOptions Sample { get; init; } = SampleOptions.Default;

    /// <summary>The file; its extension says the format: .parquet, .csv or .tsv.</summary>
    public required string Output { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>Made-up plays into a file.</summary>
internal static class SampleJob
{
    /// <summary>Runs the job.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="cancellation">Looked at while writing.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: sizes that do not fit each other, another extension, or a file in the folder of a model. Kind
    /// Output: the file exists or cannot be written.
    /// </exception>
    public static async Task RunAsync(SampleJobOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plays = new SamplePlays(options.Sample);
        await Collisions.CheckOutsideModelsAsync(options.Output, "--output", cancellation).ConfigureAwait(false);
        var writeAsync = SampleWriter.For(options.Output);
        var outputs = new JobOutputs(options.Overwrite);
        await using (outputs.ConfigureAwait(false))
        {
            var file = await outputs.OpenFileAsync(options.Output, cancellation).ConfigureAwait(false);
            await file.WriteAsync(stream => writeAsync(plays, stream, cancellation), cancellation)
                .ConfigureAwait(false);
            await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }
}

using System.Text;

namespace GpuAls;

/// <summary>Writes top-k lists to a file, ids as they came in.</summary>
public static class RecommendationWriter
{
    /// <summary>The form that the extension of a file asks for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    public static RecommendationFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PARQUET" => RecommendationFormat.Parquet,
        ".CSV" => RecommendationFormat.Csv,
        ".JSONL" => RecommendationFormat.JsonLines,
        var extension => throw new GpuAlsException(FailureKind.Usage, $"cannot write lists to '{path}': the extension is '{extension}'; expected .parquet, .csv or .jsonl."),
    };

    /// <summary>Writes all lists.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its form.</param>
    /// <param name="model">The ids of users and items.</param>
    /// <param name="batches">The lists.</param>
    /// <exception cref="GpuAlsException">Kind Output: the file cannot be written.</exception>
    public static Task WriteAsync(StagedPath path, RecommendationFormat format, FactorModel model, IEnumerable<RecommendationBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        return OutputErrors.GuardAsync(path, async () =>
        {
            // Blocks are large: a buffer would only copy them.
            var stream = new FileStream(path.Staging, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
                await WriteAsync(EncoderOf(format, model), batches, bytes => stream.WriteAsync(bytes)).ConfigureAwait(false);
        });
    }

    /// <summary>Writes all lists as CSV to a writer, which stays open.</summary>
    public static async Task WriteCsvAsync(TextWriter writer, FactorModel model, IEnumerable<RecommendationBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(batches);
        await WriteAsync(new CsvListEncoder(model), batches, bytes => new ValueTask(writer.WriteAsync(Encoding.UTF8.GetString(bytes.Span)))).ConfigureAwait(false);
        await writer.FlushAsync().ConfigureAwait(false);
    }

    private static Task WriteAsync(IListEncoder encoder, IEnumerable<RecommendationBatch> batches, Func<ReadOnlyMemory<byte>, ValueTask> write) =>
        new OrderedOutput(encoder, write).WriteAsync(ListBlock.Of(batches, encoder.BlockRows));

    private static IListEncoder EncoderOf(RecommendationFormat format, FactorModel model) => format switch
    {
        RecommendationFormat.Parquet => new ParquetListEncoder(model),
        RecommendationFormat.Csv => new CsvListEncoder(model),
        _ => new JsonLinesListEncoder(model),
    };
}

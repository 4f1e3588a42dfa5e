using GpuAls.Modeling;
using GpuAls.Recommendation;
using GpuAls.Storage;

namespace GpuAls.Export;

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
            var sink = await OpenAsync(path.Staging, format, model).ConfigureAwait(false);
            await using (sink.ConfigureAwait(false))
            {
                foreach (var batch in batches) await sink.WriteAsync(batch).ConfigureAwait(false);
            }
        });
    }

    /// <summary>Writes all lists as CSV to a writer, which stays open.</summary>
    public static async Task WriteCsvAsync(TextWriter writer, FactorModel model, IEnumerable<RecommendationBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(batches);
        var sink = new CsvRecommendationSink(writer, model);
        foreach (var batch in batches) await sink.WriteAsync(batch).ConfigureAwait(false);
        await writer.FlushAsync().ConfigureAwait(false);
    }

    private static async Task<IRecommendationSink> OpenAsync(string path, RecommendationFormat format, FactorModel model) => format switch
    {
        RecommendationFormat.Parquet => await ParquetRecommendationSink.OpenAsync(path, model).ConfigureAwait(false),
        RecommendationFormat.Csv => new CsvRecommendationSink(new StreamWriter(path), model),
        _ => new JsonLinesRecommendationSink(path, model),
    };
}

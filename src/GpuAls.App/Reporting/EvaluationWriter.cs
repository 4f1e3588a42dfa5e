using System.Text.Json;

namespace GpuAls.App;

/// <summary>Writes what was measured to a file.</summary>
public static class EvaluationWriter
{
    /// <summary>The format that the extension of a file asks for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    public static EvaluationFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => EvaluationFormat.Json,
        ".CSV" => EvaluationFormat.Csv,
        ".PARQUET" => EvaluationFormat.Parquet,
        var extension => throw new GpuAlsException(
            FailureKind.Usage, $"cannot write metrics to '{path}': the extension is '{extension}'; expected .json, .csv or .parquet."),
    };

    /// <summary>Writes a report.</summary>
    /// <param name="stream">The file; stays open.</param>
    /// <param name="format">Its format.</param>
    /// <param name="report">The report.</param>
    /// <param name="cancellation">Stops it between columns.</param>
    public static Task WriteAsync(Stream stream, EvaluationFormat format, EvaluationReport report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(report);
        var rows = report.Methods.SelectMany(method => method.Metrics.Select(value => (Method: method.Name, Value: value))).ToArray();
        return format switch
        {
            EvaluationFormat.Csv => TableWriter.WriteCsvAsync(stream, Columns(rows), rows.Length, cancellation),
            EvaluationFormat.Parquet => TableWriter.WriteParquetAsync(stream, Columns(rows), cancellation),
            _ => stream.WriteAsync(Json(report), cancellation).AsTask(),
        };
    }

    private static byte[] Json(EvaluationReport report) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(report, EvaluationJson.Default.EvaluationReport), (byte)'\n'];

    private static IReadOnlyList<ParquetTableColumn> Columns((string Method, MetricValue Value)[] rows) =>
    [
        ParquetTableColumn.Of(rows, "method", row => row.Method),
        ParquetTableColumn.Of(rows, "metric", row => row.Value.Metric.Name),
        ParquetTableColumn.Of(rows, "k", row => row.Value.Metric.K),
        ParquetTableColumn.Required(rows, "value", row => row.Value.Value),
        ParquetTableColumn.Of(rows, "low", row => row.Value.Low),
        ParquetTableColumn.Of(rows, "high", row => row.Value.High),
    ];
}

/// <summary>The formats in which reports are written, chosen by the extension of the file.</summary>
public enum EvaluationFormat
{
    /// <summary><c>.json</c>: the whole report.</summary>
    Json,

    /// <summary><c>.csv</c>: method, metric, k, value, low, high.</summary>
    Csv,

    /// <summary><c>.parquet</c>: the same columns.</summary>
    Parquet,
}

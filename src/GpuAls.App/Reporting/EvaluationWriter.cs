using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>Writes what was measured to a file.</summary>
internal static class EvaluationWriter
{
    /// <summary>The format that the extension of a file asks for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    public static EvaluationFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => EvaluationFormat.Json,
        ".CSV" => EvaluationFormat.Csv,
        ".PARQUET" => EvaluationFormat.Parquet,
        _ => throw new GpuAlsException(
            FailureKind.Usage,
            $"cannot write metrics to '{path}': the extension is '{Path.GetExtension(path)}'; "
                + "expected .json, .csv or .parquet."),
    };

    /// <summary>Writes a report.</summary>
    /// <param name="stream">The file; stays open.</param>
    /// <param name="format">Its format.</param>
    /// <param name="report">The report.</param>
    /// <param name="cancellation">Stops it between columns.</param>
    public static Task WriteAsync(
        Stream stream, EvaluationFormat format, EvaluationReport report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(report);
        var rows = report.Methods.SelectMany(method => method.Metrics.Select(value => new Row(
            method.Name, value, method.Differences?.FirstOrDefault(one => one.Metric == value.Metric)))).ToArray();
        var columns = Columns(rows, report.HasDifferences);
        return format switch
        {
            EvaluationFormat.Csv => TableWriter.WriteCsvAsync(stream, columns, rows.Length, cancellation),
            EvaluationFormat.Parquet => TableWriter.WriteParquetAsync(stream, columns, cancellation),
            _ => stream.WriteAsync(Json(report), cancellation).AsTask(),
        };
    }

    private static byte[] Json(EvaluationReport report) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(report, EvaluationJson.Default.EvaluationReport), (byte)'\n'];

    private static IReadOnlyList<ParquetTableColumn> Columns(Row[] rows, bool hasDifferences) =>
    [
        ParquetTableColumn.Of(rows, "method", row => row.Method),
        ParquetTableColumn.Of(rows, "metric", row => row.Value.Metric.Name),
        ParquetTableColumn.Of(rows, "k", row => row.Value.Metric.K),
        ParquetTableColumn.Required(rows, "value", row => row.Value.Value),
        ParquetTableColumn.Of(rows, "low", row => row.Value.Low),
        ParquetTableColumn.Of(rows, "high", row => row.Value.High),
        .. hasDifferences
            ? (ParquetTableColumn[])
            [
                ParquetTableColumn.Of(rows, "difference", row => row.Difference?.Value),
                ParquetTableColumn.Of(rows, "difference_low", row => row.Difference?.Low),
                ParquetTableColumn.Of(rows, "difference_high", row => row.Difference?.High),
            ]
            : [],
    ];

    private sealed record Row(string Method, MetricValue Value, MetricValue? Difference);
}

/// <summary>The formats in which reports are written, chosen by the extension of the file.</summary>
internal enum EvaluationFormat
{
    /// <summary><c>.json</c>: the whole report.</summary>
    Json,

    /// <summary>
    /// <c>.csv</c>: method, metric, k, value, low, high, and of several models difference, difference_low,
    /// difference_high.
    /// </summary>
    Csv,

    /// <summary><c>.parquet</c>: the same columns.</summary>
    Parquet,
}

/// <summary>JSON of a report, with the words of the command line for choices.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    Converters = [typeof(MetricValueJson)])]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;

/// <summary>A metric on one level; what is not defined is null, since JSON has no NaN.</summary>
internal sealed class MetricValueJson : JsonConverter<MetricValue>
{
    public override MetricValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var value = document.RootElement;
        try
        {
            var k = value.TryGetProperty("k", out var cutoff) ? cutoff.GetInt32() : (int?)null;
            return new MetricValue(
                new Metric(value.GetProperty("metric").GetString()!, k), Number(value, "value") ?? double.NaN,
                Number(value, "low"), Number(value, "high"));
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new JsonException("expected a metric", exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, MetricValue value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("metric", value.Metric.Name);
        if (value.Metric.K is { } k) writer.WriteNumber("k", k);
        Write(writer, "value", double.IsFinite(value.Value) ? value.Value : null);
        Write(writer, "low", value.Low);
        Write(writer, "high", value.High);
        writer.WriteEndObject();
    }

    private static double? Number(JsonElement value, string name) =>
        value.GetProperty(name) is { ValueKind: not JsonValueKind.Null } number ? number.GetDouble() : null;

    private static void Write(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } finite) writer.WriteNumber(name, finite);
        else writer.WriteNull(name);
    }
}

using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace GpuAls.App;

/// <summary>Writes what was measured to a file.</summary>
public static class EvaluationWriter
{
    /// <summary>The form that the extension of a file asks for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    public static EvaluationFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => EvaluationFormat.Json,
        ".CSV" => EvaluationFormat.Csv,
        ".PARQUET" => EvaluationFormat.Parquet,
        var extension => throw new GpuAlsException(FailureKind.Usage, $"cannot write metrics to '{path}': the extension is '{extension}'; expected .json, .csv or .parquet."),
    };

    /// <summary>Writes a report.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its form.</param>
    /// <param name="report">The report.</param>
    /// <param name="cancellation">Stops it between columns.</param>
    /// <exception cref="GpuAlsException">Kind Output: the file cannot be written.</exception>
    public static Task WriteAsync(StagedPath path, EvaluationFormat format, EvaluationReport report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return OutputErrors.GuardAsync(path, () => format switch
        {
            EvaluationFormat.Json => File.WriteAllTextAsync(path.Staging, JsonSerializer.Serialize(report, EvaluationJson.Default.EvaluationReport) + "\n", cancellation),
            EvaluationFormat.Csv => File.WriteAllTextAsync(path.Staging, Csv(report), cancellation),
            _ => WriteParquetAsync(path.Staging, [.. Rows(report)], cancellation),
        });
    }

    private static IEnumerable<(string Method, MetricValue Value)> Rows(EvaluationReport report) =>
        report.Methods.SelectMany(method => method.Metrics.Select(value => (method.Name, value)));

    private static string Csv(EvaluationReport report) => string.Concat(Rows(report).Select(row =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Method},{row.Value.Metric.Name},{row.Value.Metric.K},{row.Value.Value},{row.Value.Low},{row.Value.High}\n"))
        .Prepend("method,metric,k,value,low,high\n"));

    private static async Task WriteParquetAsync(string path, (string Method, MetricValue Value)[] rows, CancellationToken cancellation)
    {
        var (method, metric) = (new DataField("method", typeof(string), isNullable: false), new DataField("metric", typeof(string), isNullable: false));
        var (k, value, low, high) = (new DataField<int?>("k"), new DataField<double>("value"), new DataField<double?>("low"), new DataField<double?>("high"));
        var stream = File.Create(path);
        await using (stream.ConfigureAwait(false))
        {
            var writer = await ParquetWriter.CreateAsync(new ParquetSchema(method, metric, k, value, low, high), stream, cancellationToken: cancellation).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(method, Array.ConvertAll(rows, row => row.Method)).ConfigureAwait(false);
                await group.WriteAsync(metric, Array.ConvertAll(rows, row => row.Value.Metric.Name)).ConfigureAwait(false);
                await group.WriteAsync<int>(k, (ReadOnlyMemory<int?>)Array.ConvertAll(rows, row => row.Value.Metric.K), cancellationToken: cancellation).ConfigureAwait(false);
                await group.WriteAsync<double>(value, Array.ConvertAll(rows, row => row.Value.Value), cancellationToken: cancellation).ConfigureAwait(false);
                await group.WriteAsync<double>(low, (ReadOnlyMemory<double?>)Array.ConvertAll(rows, row => row.Value.Low), cancellationToken: cancellation).ConfigureAwait(false);
                await group.WriteAsync<double>(high, (ReadOnlyMemory<double?>)Array.ConvertAll(rows, row => row.Value.High), cancellationToken: cancellation).ConfigureAwait(false);
                group.CompleteValidate();
            }
        }
    }
}

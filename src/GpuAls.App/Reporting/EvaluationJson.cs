using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.App;

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
            return new MetricValue(new Metric(value.GetProperty("metric").GetString()!, k), Number(value, "value") ?? double.NaN, Number(value, "low"), Number(value, "high"));
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
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

    private static double? Number(JsonElement value, string name) => value.GetProperty(name) is { ValueKind: not JsonValueKind.Null } number ? number.GetDouble() : null;

    private static void Write(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } finite) writer.WriteNumber(name, finite);
        else writer.WriteNull(name);
    }
}

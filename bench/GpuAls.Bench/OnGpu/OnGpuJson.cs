using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.Bench.OnGpu;

/// <summary>The report as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n")]
[JsonSerializable(typeof(OnGpuReport))]
internal sealed partial class OnGpuJson : JsonSerializerContext
{
    /// <summary>Writes a report; text stays readable.</summary>
    public static void Write(OnGpuReport report, string path)
    {
        var options = new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        File.WriteAllText(path, JsonSerializer.Serialize(report, new OnGpuJson(options).OnGpuReport) + "\n");
    }
}

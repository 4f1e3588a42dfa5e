using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>What <c>gpuals evaluate</c> measured, from the JSON it writes.</summary>
/// <param name="Run">What the run printed.</param>
/// <param name="Report">The file.</param>
internal sealed record EvaluationFile(ToolRun Run, JsonNode Report)
{
    /// <summary>Pairs trained on, and held out, of the first split.</summary>
    public (int Train, int HeldOut) Pairs =>
        ((int)Report["splits"]![0]!["train_pairs"]!, (int)Report["splits"]![0]!["held_out"]!["pairs"]!);

    /// <summary>Runs <c>gpuals evaluate</c>, and expects success.</summary>
    public static async Task<EvaluationFile> MeasureAsync(TempFolder folder, params string[] options)
    {
        var file = folder.At($"{Path.GetRandomFileName()}.json");
        var run = await Tool.SucceedAsync(["evaluate", .. options, "--output", file]);
        return new EvaluationFile(run, JsonNode.Parse(File.ReadAllText(file))!);
    }

    /// <summary>A metric of the model; null where it is not defined.</summary>
    public double? Value(string metric, int? k = null) => (double?)Find(metric, k)["value"];

    /// <summary>Whether a metric of the model has an interval.</summary>
    public bool HasInterval(string metric, int? k = null) => Find(metric, k)["low"] is not null;

    private JsonNode Find(string metric, int? k) => Report["methods"]![0]!["metrics"]!.AsArray()
        .Single(value => (string)value!["metric"]! == metric && (int?)value["k"] == k)!;
}

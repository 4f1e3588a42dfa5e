using System.Text.Json.Nodes;

namespace GpuAls.Tests.Golden;

/// <summary>What <c>golden.py</c> found for one system, and the options of gpuals that ask for the same.</summary>
internal sealed class GoldenFile
{
    private readonly JsonNode _json;

    private GoldenFile(JsonNode json) => _json = json;

    /// <summary>The folder of the script and of what it wrote.</summary>
    public static string Folder { get; } = Path.Combine(SharedData.ProjectRoot, "tests", "GpuAls.Tests", "Golden");

    /// <summary>The file with the plays.</summary>
    public string Source => Path.Combine(Folder, (string)_json["source"]!);

    /// <summary>Its parameters as the command line has them; the first factors are those of the default seed.</summary>
    public string[] Arguments =>
    [
        "--rank", $"{_json["rank"]}", "--iterations", $"{_json["iterations"]}",
        .. _json["parameters"]!.AsObject()
        .SelectMany(parameter => new[] { $"--{parameter.Key.Replace('_', '-')}", parameter.Value!.ToJsonString() }),
    ];

    /// <summary>How many starts of its own the system was trained from.</summary>
    public int Seeds => (int)_json["own_start"]!["seeds"]!;

    /// <summary>[iterations], the means of the loss over those starts.</summary>
    public double[] LossMeans => Numbers(_json["own_start"]!["loss_means"]!);

    /// <summary>[iterations], the standard deviations of the loss over those starts.</summary>
    public double[] LossDeviations => Numbers(_json["own_start"]!["loss_deviations"]!);

    /// <summary>Its parameters over others.</summary>
    public AlsOptions Options(AlsOptions options) => Arguments.Chunk(2)
        .Aggregate(options, (changed, pair) => AlsParameters.Table[pair[0][2..]].Set(changed, pair[1]));

    public static GoldenFile Read(string name) =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")))!);

    /// <summary>Factors of a user or an item.</summary>
    /// <param name="side"><c>users</c> or <c>items</c>.</param>
    /// <param name="id">Its id.</param>
    public double[] Factors(string side, string id) => Numbers(_json[side]![id]!);

    /// <summary>The score of an item for a user.</summary>
    public double Prediction(string user, string item) => (double)_json["predictions"]![user]![item]!;

    /// <summary>The ids of a side.</summary>
    public string[] Ids(string side) => [.. _json[side]!.AsObject().Select(entry => entry.Key)];

    private static double[] Numbers(JsonNode array) => [.. array.AsArray().Select(value => (double)value!)];
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Cli;
using Json.Schema;

namespace GpuAls.Tests.Cli;

/// <summary>docs/config.schema.json is what the options declare, and accepts what --config does.</summary>
public sealed class ConfigSchemaTests
{
    /// <summary>Set to 1, the tests write the file instead of comparing it.</summary>
    private const string Writes = "TESTS_WRITE_DOCS";

    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string SchemaFile => Path.Combine(SharedData.ProjectRoot, "docs", "config.schema.json");

    /// <summary>The properties of each command, in the order of help.</summary>
    private static (string Command, JsonObject Properties)[] Commands =>
    [
        ("train", Watched(JobParameters.Train)),
        ("recommend", Watched(JobParameters.Recommend)),
        ("similar", Watched(JobParameters.Similar)),
        ("explain", OnDevice(JobParameters.Explain)),
        ("serve", Properties(ServeParameters.Serve, LogOptions.Table)),
        ("explore", Properties(ServeParameters.Explore, LogOptions.Table)),
        ("evaluate", Watched(JobParameters.Evaluate)),
        ("tune", Watched(JobParameters.Tune)),
        ("update", OnDevice(UpdateParameters.Update)),
        ("model info", Properties(JobParameters.Model, LogOptions.Table)),
        ("model verify", Properties(JobParameters.Model, LogOptions.Table)),
        ("model diff", Properties(JobParameters.ModelDiff, LogOptions.Table)),
        ("export", Properties(ExchangeParameters.Export, LogOptions.Table)),
        ("import", Properties(ExchangeParameters.Import, LogOptions.Table)),
        ("demo", OnDevice(NoOptions.Table)),
        ("sample", Properties(JobParameters.Sample, LogOptions.Table)),
        ("devices", Properties(LogOptions.Table)),
    ];

    [Test]
    public void File_IsWhatTheOptionsDeclare()
    {
        var text = File.Exists(SchemaFile) ? File.ReadAllText(SchemaFile) : "";
        var expected = Schema().ToJsonString(Format) + "\n";
        if (Environment.GetEnvironmentVariable(Writes) == "1") File.WriteAllText(SchemaFile, text = expected);

        Assert.That(
            text, Is.EqualTo(expected), $"{Writes}=1 dotnet test --filter {nameof(ConfigSchemaTests)} writes it anew");
    }

    [Test]
    public void Properties_AreTheOptionsOfEachCommand()
    {
        Assert.That(
            Commands.Select(pair => pair.Command), Is.EqualTo(CommandLine.Commands.Select(command => command.Name)));
        foreach (var ((_, properties), command) in Commands.Zip(CommandLine.Commands))
            Assert.That(properties.Select(property => property.Key), Is.EqualTo(InFiles(command)));

        static IEnumerable<string> InFiles(ToolCommand command) => command.Entries.Zip(command.OptionNames)
            .Where(pair => pair.First.Group != ParameterGroup.Configuration).Select(pair => pair.Second);
    }

    [TestCase("train", """{ "plays": "a.csv", "output": "m", "rank": 8, "loss": true, "alpha": 0.5 }""")]
    [TestCase("train", """{ "$schema": "config.schema.json#train", "plays": ["a", "b"], "weight-column": 3 }""")]
    [TestCase("tune", """{ "plays": ["a"], "rank": [8, 16], "regularization": "0.1..1:3", "alpha": 2 }""")]
    [TestCase("evaluate", """{ "k": [5, 10], "test": "b.csv", "device-memory": "2GB" }""")]
    public void Files_ThatAreRead_AreValid(string command, string text)
    {
        Assert.That(IsValid(command, text), Is.True);
        Assert.That(IsValid(null, text), Is.True);
    }

    [TestCase("train", """{ "rnak": 8 }""")]
    [TestCase("train", """{ "rank": 0 }""")]
    [TestCase("train", """{ "rank": "8" }""")]
    [TestCase("train", """{ "rank": [8] }""")]
    [TestCase("train", """{ "alpha": 0 }""")]
    [TestCase("train", """{ "validation-fraction": 1 }""")]
    [TestCase("train", """{ "solver": "qr" }""")]
    [TestCase("train", """{ "loss": 1 }""")]
    [TestCase("train", """{ "trials": 8 }""")]
    [TestCase("train", """{ "config": "other.json" }""")]
    [TestCase("recommend", """{ "model": "" }""")]
    public void Files_ThatAreRefused_AreNotValid(string command, string text) =>
        Assert.That(IsValid(command, text), Is.False);

    [TestCase("train")]
    [TestCase("recommend")]
    [TestCase("evaluate")]
    [TestCase("tune")]
    [TestCase("demo")]
    [TestCase("sample")]
    [TestCase("devices")]
    public async Task PrintedConfig_IsValid(string command)
    {
        string[] input = command == "evaluate" ? ["plays.csv"] : [];

        var run = await Tool.SucceedAsync([command, .. input, "--print-config"]);

        Assert.That(IsValid(command, run.Out), Is.True, run.Out);
    }

    /// <summary>Whether a file is valid for a command; null for any.</summary>
    private static bool IsValid(string? command, string text)
    {
        var schema = JsonSchema.FromText(
            command is null
                ? File.ReadAllText(SchemaFile)
                : JsonNode.Parse(File.ReadAllText(SchemaFile))!["$defs"]![command]!.ToJsonString());
        return schema.Evaluate(JsonNode.Parse(text)).IsValid;
    }

    private static JsonObject Schema()
    {
        var any = new JsonArray();
        var definitions = new JsonObject();
        foreach (var (command, properties) in Commands)
        {
            var name = command.Replace(' ', '-');
            any.Add(new JsonObject { ["$ref"] = $"#/$defs/{name}" });
            properties.Insert(0, "$schema", new JsonObject { ["type"] = "string" });
            definitions[name] = new JsonObject
            {
                ["$anchor"] = name,
                ["description"] = $"Options of gpuals {command}",
                ["type"] = "object",
                ["properties"] = properties,
                ["additionalProperties"] = false,
            };
        }

        return new JsonObject
        {
            ["$schema"] = Dialect,
            ["title"] = "Config file of gpuals",
            ["description"] = "Options of one command, for --config. The schema of gpuals train alone is #train.",
            ["anyOf"] = any,
            ["$defs"] = definitions,
        };
    }

    private static JsonObject OnDevice<T>(ParameterTable<T> table) =>
        Merged(Properties(table), Properties(SharedParameters.Device), Properties(LogOptions.Table));

    private static JsonObject Watched<T>(ParameterTable<T> table) => Merged(
        OnDevice(table),
        Properties(new ParameterTable<LogOptions>(LogOptions.Table.Usual, [LogOptions.MetricsFileOption])));

    private static JsonObject Properties<T, TMore>(ParameterTable<T> table, ParameterTable<TMore> more) =>
        Merged(Properties(table), Properties(more));

    private static JsonObject Merged(params JsonObject[] parts) =>
        new(parts.SelectMany(part => part).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    private static JsonObject Properties<T>(ParameterTable<T> table)
    {
        var properties = new JsonObject();
        foreach (var parameter in table.Where(parameter => parameter.Group != ParameterGroup.Configuration))
            properties[parameter.Name] = Property(parameter, table.Usual);
        return properties;
    }

    private static JsonObject Property<T>(Parameter<T> parameter, T usual)
    {
        var details = parameter.Details.Length > 0 ? $". {parameter.Details}" : "";
        var property = new JsonObject { ["description"] = $"{parameter.Summary}{details}" };
        switch (parameter.Kind)
        {
            case ParameterKind.Whole or ParameterKind.Real:
                var number = new JsonObject
                {
                    ["type"] = parameter.Kind == ParameterKind.Whole ? "integer" : "number",
                };
                if (parameter.Range is { } range) AddBounds(number, range);
                if (parameter.Keyword is { } keyword)
                    property["anyOf"] = new JsonArray(number, new JsonObject { ["const"] = keyword });
                else
                    foreach (var (key, value) in number) property[key] = value?.DeepClone();
                break;
            case ParameterKind.Flag: property["type"] = "boolean"; break;
            case ParameterKind.Word: property["enum"] = Array(parameter.Words); break;
            default:
                var isList = parameter.Kind == ParameterKind.List || parameter.IsCommaSeparated;
                property["type"] = Array(isList ? ["string", "number", "array"] : ["string", "number"]);
                property["minLength"] = 1;
                if (isList)
                    property["items"] = new JsonObject { ["type"] = Array(["string", "number"]), ["minLength"] = 1 };
                break;
        }

        if (parameter is { DefaultNote: null, IsRequired: false } && parameter.GetAll(usual) is [var text])
            property["default"] = Default(parameter.Kind, text);
        else if (parameter.DefaultNote is { } note)
            property["description"] = $"{parameter.Summary}{details} (default: {note})";
        return property;
    }

    private static void AddBounds(JsonObject property, ParameterRange range)
    {
        if (range.Minimum is { } minimum) property[range.HasMinimum ? "minimum" : "exclusiveMinimum"] = minimum;
        if (range.Maximum is { } maximum) property[range.HasMaximum ? "maximum" : "exclusiveMaximum"] = maximum;
    }

    private static JsonNode Default(ParameterKind kind, string text) => kind switch
    {
        ParameterKind.Whole => long.Parse(text, CultureInfo.InvariantCulture),
        ParameterKind.Real => double.Parse(text, CultureInfo.InvariantCulture),
        ParameterKind.Flag => text == "true",
        _ => text,
    };

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}

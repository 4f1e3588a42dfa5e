using System.Net;
using System.Text.Json.Nodes;

namespace GpuAls.Tests.Serve;

/// <summary>The description of the API is what the endpoints do.</summary>
public sealed class ApiDocumentTests : ServeFixture
{
    private JsonNode _document = null!;

    [OneTimeSetUp]
    public async Task ReadDocument()
    {
        var answer = await Service.GetAsync("/openapi/v1.json");
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Body);
        _document = answer.Json;
    }

    [Test]
    public void Paths_AreAllEndpoints()
    {
        Assert.That((string?)_document["openapi"], Does.StartWith("3.1."));
        Assert.That(
            _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(
                operation => $"{operation.Key} {path.Key}")),
            Is.EquivalentTo(new[]
            {
                "get /recommend", "post /recommend", "get /similar", "get /explain", "get /health", "get /health/ready",
                "get /health/live", "get /metrics",
            }));
        foreach (var (_, path) in _document["paths"]!.AsObject())
            foreach (var (_, operation) in path!.AsObject())
                Assert.That((string?)operation!["summary"], Is.Not.Empty);
    }

    /// <summary>A parameter that is described is known, and any other is refused.</summary>
    [TestCase("/recommend")]
    [TestCase("/similar")]
    [TestCase("/explain")]
    public async Task Parameters_AreThoseThatAreKnown(string path)
    {
        var names = _document["paths"]![path]!["get"]!["parameters"]!.AsArray().Select(parameter =>
            (string)parameter!["name"]!).ToArray();

        Assert.That(names, Is.Not.Empty);
        foreach (var name in names)
            Assert.That(
                (await Service.GetAsync($"{path}?{name}=1")).Body, Does.Not.Contain("the query has the parameter"));
        Assert.That((await Service.GetAsync($"{path}?other=1")).Body, Does.Contain("the query has the parameter"));
    }

    /// <summary>What an answer has is described, with its type, and what must be there is there.</summary>
    [TestCase("/recommend", "/recommend?user={0}&k=2")]
    [TestCase("/similar", "/similar?user={0}&k=2")]
    [TestCase("/similar", "/similar?item={1}&k=2")]
    [TestCase("/explain", "/explain?user={0}&item={1}")]
    [TestCase("/health", "/health")]
    [TestCase("/recommend", "/recommend?user=nobody")]
    public async Task Answers_AreAsDescribed(string path, string url)
    {
        var answer = await Service.GetAsync(string.Format(
            url, Uri.EscapeDataString(Model.Users.Format(0)), Uri.EscapeDataString(Model.Items.Format(0))));

        var described = _document["paths"]![path]!["get"]!["responses"]![$"{(int)answer.Status}"]!["content"]!;
        AssertFits(answer.Json, described[answer.Type]!["schema"]!);
    }

    [Test]
    public void Request_HasTheFieldsOfTheBody()
    {
        var schema = Resolved(
            _document["paths"]!["/recommend"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!);
        var play = Resolved(Resolved(schema["properties"]!["plays"]!)["items"]!);

        Assert.That(
            schema["properties"]!.AsObject().Select(property => property.Key),
            Is.EqualTo(new[] { "user", "plays", "k", "exclude", "include_played" }));
        Assert.That(
            play["properties"]!.AsObject().Select(property => property.Key),
            Is.EqualTo(new[] { "item", "weight", "time", "event" }));
        Assert.That(
            schema["properties"]!["user"]!["type"]!.AsArray().Select(type => (string)type!),
            Is.EquivalentTo(new[] { "integer", "string" }));
    }

    private void AssertFits(JsonNode value, JsonNode reference)
    {
        var schema = Resolved(reference);
        var types = schema["type"] is JsonArray several
            ? several.Select(type => (string)type!).ToArray()
            : [(string)schema["type"]!];
        switch (value)
        {
            case JsonObject fields:
                Assert.That(types, Does.Contain("object"));
                foreach (var required in schema["required"]?.AsArray() ?? [])
                    Assert.That(fields.ContainsKey((string)required!), $"{required}");
                foreach (var (name, field) in fields)
                {
                    Assert.That(schema["properties"]!.AsObject().ContainsKey(name), name);
                    AssertFits(field!, schema["properties"]![name]!);
                }

                break;
            case JsonArray elements:
                Assert.That(types, Does.Contain("array"));
                Assert.That(elements, Is.Not.Empty);
                foreach (var element in elements) AssertFits(element!, schema["items"]!);
                break;
            default:
                var type = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? "string" : "number";
                Assert.That(types, Has.Some.EqualTo(type).Or.Some.EqualTo(type == "number" ? "integer" : type));
                break;
        }
    }

    private JsonNode Resolved(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? reference.Split('/').Skip(1).Aggregate(_document, (node, part) => node[part]!)
            : schema;
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>The body of a request for a list: whose it is, and what it may hold.</summary>
internal sealed record RecommendRequest
{
    /// <summary>Id of a user of the model.</summary>
    [JsonConverter(typeof(IdConverter))]
    public string? User { get; init; }

    /// <summary>Plays of a listener, instead of the user: the list is made from these alone.</summary>
    public IReadOnlyList<RequestPlay>? Plays { get; init; }

    /// <summary>Length of the list.</summary>
    public int? K { get; init; }

    /// <summary>Ids of items that it leaves out; null for none.</summary>
    [JsonConverter(typeof(IdListConverter))]
    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Whether it may hold what the user has played.</summary>
    public bool IncludePlayed { get; init; }
}

/// <summary>A list.</summary>
/// <param name="User">Whose it is; null where the request had plays.</param>
/// <param name="Model">The version of the model that made it.</param>
/// <param name="Items">The items, best first.</param>
internal sealed record RecommendResponse(string? User, string Model, IReadOnlyList<ItemOfList> Items)
{
    /// <summary>
    /// <c>popular</c> where the list is of the most played items, because the model does not have the user; its scores
    /// are the numbers of users who have played them. Null otherwise.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>Different items in the plays of the request that the model does not have; null without plays.</summary>
    public int? UnknownItems { get; init; }
}

/// <summary>An item of a list.</summary>
/// <param name="Item">Its id.</param>
/// <param name="Name">Its name; null where none is known.</param>
/// <param name="Score">Its score.</param>
internal readonly record struct ItemOfList(string Item, string? Name, float Score);

/// <summary>The neighbours of an item, or of a user.</summary>
/// <param name="Model">The version of the model.</param>
internal sealed record SimilarResponse(string Model)
{
    /// <summary>Whose neighbours are the items; null where they are those of a user.</summary>
    public string? Item { get; init; }

    /// <summary>The name of the item; null where none is known.</summary>
    public string? Name { get; init; }

    /// <summary>Whose neighbours are the users; null where they are those of an item.</summary>
    public string? User { get; init; }

    /// <summary>The items most similar to the item, best first.</summary>
    public IReadOnlyList<ItemOfList>? Items { get; init; }

    /// <summary>The users most similar to the user, best first.</summary>
    public IReadOnlyList<UserOfList>? Users { get; init; }
}

/// <summary>A user of a list.</summary>
/// <param name="User">The id.</param>
/// <param name="Score">The similarity.</param>
internal readonly record struct UserOfList(string User, float Score);

/// <summary>Whether requests are answered, and with which model.</summary>
/// <param name="Status">"ready" or "stopping".</param>
/// <param name="Model">The version of the model.</param>
internal sealed record HealthResponse(string Status, string Model);

/// <summary>Bodies in JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RecommendRequest))]
[JsonSerializable(typeof(RecommendResponse))]
[JsonSerializable(typeof(SimilarResponse))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(ExploredItem))]
[JsonSerializable(typeof(MapResponse))]
[JsonSerializable(typeof(string))]
internal sealed partial class ServeJson : JsonSerializerContext
{
    /// <summary>Ids are in any script and are written as they are, but for what a page could take for markup.</summary>
    public static ServeJson Web => field ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}

/// <summary>An id: text, or an integer as the command line would have it.</summary>
internal sealed class IdConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadId(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);

    public static string ReadId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString()!;
        if (reader.TokenType != JsonTokenType.Number) throw new JsonException("expected an id: a string or an integer");
        return Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
    }
}

/// <summary>A list of ids.</summary>
internal sealed class IdListConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("expected a list of ids");
        var ids = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) ids.Add(IdConverter.ReadId(ref reader));
        return ids;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var id in value) writer.WriteStringValue(id);
        writer.WriteEndArray();
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace GpuAls.Serve;

/// <summary>A parameter in the query of a URL.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Summary">What it means, for the description of the API.</param>
internal sealed record QueryParameter(string Name, QueryKind Kind, string Summary)
{
    /// <summary>Whether it has to be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The words it takes; empty where it takes others.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>What the values of a parameter are.</summary>
internal enum QueryKind
{
    /// <summary>An id, or a word.</summary>
    Text,

    /// <summary>Ids: the parameter may be repeated.</summary>
    Texts,

    /// <summary>An integer.</summary>
    Whole,

    /// <summary>true or false.</summary>
    Flag,
}

/// <summary>Reads what a request asks for; what it does not understand it refuses, and says why.</summary>
internal static class RequestReader
{
    /// <summary>Refuses parameters that the endpoint does not have, and those that are given twice.</summary>
    public static void CheckQuery(HttpRequest request, IReadOnlyList<QueryParameter> parameters)
    {
        foreach (var (name, values) in request.Query)
        {
            var parameter = parameters.FirstOrDefault(parameter => parameter.Name == name)
                ?? throw ServeFailure.BadRequest(
                    $"the query has the parameter {Quoted.Of(name)}",
                    parameters.Count == 0 ? "none" : Words.OneOf([.. parameters.Select(parameter => parameter.Name)]),
                    $"Leave it out, or correct its name.{Spelling.Suggestion(name, parameters.Select(p => p.Name))}");
            if (values.Count > 1 && parameter.Kind != QueryKind.Texts)
                throw ServeFailure.BadRequest(
                    $"{name} is given {values.Count} times", "it once", "Leave out all but one.");
            if (values.Any(string.IsNullOrEmpty))
                throw ServeFailure.BadRequest($"{name} is empty", "a value", "Give it one, or leave it out.");
        }

        foreach (var parameter in parameters.Where(parameter => parameter.IsRequired))
            if (!request.Query.ContainsKey(parameter.Name))
                throw ServeFailure.BadRequest(
                    $"{parameter.Name} is missing", $"{request.Path}?{parameter.Name}=…", "Give it in the query.");
    }

    /// <summary>A text; null where it is not given.</summary>
    public static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>An integer; null where it is not given.</summary>
    public static int? Whole(HttpRequest request, string name)
    {
        if (Text(request, name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw ServeFailure.BadRequest(
                $"{name} is {Quoted.Of(text)}", "an integer", "Write digits only, such as 10.");
    }

    /// <summary>true or false; false where it is not given.</summary>
    public static bool Flag(HttpRequest request, string name)
    {
        if (Text(request, name) is not { } text) return false;
        return bool.TryParse(text, out var value)
            ? value
            : throw ServeFailure.BadRequest($"{name} is {Quoted.Of(text)}", "true or false", "Correct it.");
    }

    /// <summary>The index of an id that has to be in the model.</summary>
    /// <param name="ids">The ids of its side.</param>
    /// <param name="side">What it is one of, and its parameter.</param>
    /// <param name="id">The id.</param>
    public static int Find(IdIndex ids, string side, string id) => ids.TryFind(id, out var index)
        ? index
        : throw ServeFailure.Unknown(side, id, "Ids are case-sensitive.");

    /// <summary>The length of a list.</summary>
    public static int Length(int? k, int most) => (k ?? Math.Min(10, most)) is >= 1 and var length && length <= most
        ? length
        : throw ServeFailure.BadRequest(
            string.Create(CultureInfo.InvariantCulture, $"k is {k}"),
            string.Create(CultureInfo.InvariantCulture, $"1 to {most}"),
            "Ask for a list of that length. The operator of the service can allow longer ones (--max-k).");

    /// <summary>The body, which must be JSON.</summary>
    public static async Task<T> BodyAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType()) throw NotJson(request);
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellation).ConfigureAwait(false)
                ?? throw ServeFailure.BadRequest("the body is null", "a JSON object", "Send one.");
        }
        catch (OperationCanceledException)
        {
            throw new ServeFailure(
                StatusCodes.Status408RequestTimeout, "the body did not come in time", "all of it",
                "Send it at once. The operator of the service can allow more (--timeout).");
        }
        catch (JsonException exception)
        {
            var reason = exception.Message.Split(" Path:")[0].TrimEnd('.');
            throw ServeFailure.BadRequest(
                $"the body is not what is expected{Where(exception)}: {reason}",
                "JSON as /openapi/v1.json describes it", "Correct the body.");
        }
    }

    /// <summary>A body of another type.</summary>
    public static ServeFailure NotJson(HttpRequest request) => new(
        StatusCodes.Status415UnsupportedMediaType,
        request.ContentType is { } given ? $"the body is {Quoted.Of(given)}" : "the body has no Content-Type",
        "application/json", "Send the header Content-Type: application/json.");

    private static string Where(JsonException exception) =>
        exception is { LineNumber: { } line, BytePositionInLine: { } at }
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" at {(exception.Path is null or "$" ? "" : $"{exception.Path}, ")}line {line + 1}, byte {at + 1}")
        : "";
}

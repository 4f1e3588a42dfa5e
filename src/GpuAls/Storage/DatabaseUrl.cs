namespace GpuAls;

/// <summary>
/// A location of a database as a URL: <c>scheme:rest?name=value&amp;…</c>. The parameters <c>table</c> and
/// <c>query</c> say what of the database is meant.
/// </summary>
/// <param name="Base">All before the question mark.</param>
/// <param name="Parameters">Names and values, decoded.</param>
internal sealed record DatabaseUrl(string Base, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    public const string Table = "table";
    public const string Query = "query";

    /// <summary>Takes a URL apart.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a parameter without a value, or one given twice.</exception>
    public static DatabaseUrl Parse(string location)
    {
        var mark = location.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0) return new DatabaseUrl(location, []);
        var (head, parameters) = (location[..mark], new List<KeyValuePair<string, string>>());
        foreach (var part in location[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            Require.Usage(
                equals > 0 && equals < part.Length - 1,
                $"'{head}': a parameter in the URL is not name=value. Percent-encode & as %26 and % as %25.");
            var name = Uri.UnescapeDataString(part[..equals]);
            Require.Usage(
                parameters.TrueForAll(other => other.Key != name), $"'{head}': '{name}' is in the URL twice.");
            parameters.Add(new(name, Uri.UnescapeDataString(part[(equals + 1)..])));
        }

        return new DatabaseUrl(head, parameters);
    }

    /// <summary>The value of a parameter; null without it.</summary>
    public string? this[string name] => Parameters.FirstOrDefault(parameter => parameter.Key == name).Value;

    /// <summary>A location with one more parameter.</summary>
    public static string With(string location, string name, string value) =>
        $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}="
        + Uri.EscapeDataString(value);
}

namespace GpuAls.App;

/// <summary>Which plays of a database are read.</summary>
/// <param name="Table">A table or view; null for none.</param>
/// <param name="Query">A query; null for none.</param>
internal sealed record PlaysSelection(string? Table, string? Query)
{
    /// <summary>Everything of files, and what the URL of a database names.</summary>
    public static PlaysSelection None { get; } = new(null, null);

    /// <summary>The locations, a database with what is selected of it.</summary>
    public IReadOnlyList<string> Of(IReadOnlyList<string> locations) => (Table, Query) switch
    {
        (null, null) => locations,
        (var table, null) => [.. locations.Select(location => Named(location, DatabaseUrl.Table, table))],
        (_, var query) => [.. locations.Select(location => Named(location, DatabaseUrl.Query, query))],
    };

    private static string Named(string location, string name, string value) =>
        Databases.Has(location) ? DatabaseUrl.With(location, name, value) : location;
}

using System.Collections.Concurrent;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>A kind of database that plays are read from and lists are written to.</summary>
internal interface IDatabase
{
    /// <summary>Checks the form of a location, without connecting.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it has another form, or a password.</exception>
    void Check(string location);

    /// <summary>The plays of a location that names a table or a query.</summary>
    IInteractionSource Plays(string location, InteractionSchema schema);

    /// <summary>Finds out whether tables can be written, so that what is refused is known before the work.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: no table is named. Kind Output: no connection, no permission, or a table of another form.
    /// </exception>
    ValueTask<ITables> OpenTablesAsync(string location, TableOptions options, CancellationToken cancellation);
}

/// <summary>
/// Tables that a job writes, all in one transaction, which the commit ends: the lists, and factors if they were asked
/// for.
/// </summary>
internal interface ITables : IListOutput, ICommittable
{
    /// <summary>Makes sure that the connection still stands, before anything is published.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it does not.</exception>
    Task CheckAsync(CancellationToken cancellation);
}

/// <summary>Which tables are written, and what becomes of the rows they have.</summary>
internal sealed record TableOptions
{
    /// <summary>Table of the lists; null where the location names it.</summary>
    public string? Lists { get; init; }

    /// <summary>Table of the user factors; null for none.</summary>
    public string? UserFactors { get; init; }

    /// <summary>Table of the item factors; null for none.</summary>
    public string? ItemFactors { get; init; }

    /// <summary>What becomes of the lists that the table has.</summary>
    public WriteMode Mode { get; init; }

    /// <summary>A location, with the table of the lists if it is a database.</summary>
    public string? Of(string? location) =>
        Lists is not null && Databases.Has(location) ? DatabaseUrl.With(location!, DatabaseUrl.Table, Lists) : location;
}

/// <summary>What becomes of the lists that a table has.</summary>
[JsonConverter(typeof(WordConverter<WriteMode>))]
internal enum WriteMode
{
    /// <summary>All are replaced.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace,

    /// <summary>Those of users who get a new list are replaced.</summary>
    [JsonStringEnumMemberName("upsert")]
    Upsert,

    /// <summary>All stay.</summary>
    [JsonStringEnumMemberName("append")]
    Append,
}

/// <summary>
/// The kinds of databases of this process. A program adds those it wants when it starts; none is created before a
/// location asks for it, so that a run on files does not load what they need.
/// </summary>
internal static class Databases
{
    /// <summary>The locations of databases, for messages.</summary>
    public const string Expected = "postgres://… or sqlite:…";

    private static readonly ConcurrentDictionary<string, Lazy<IDatabase>> Known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a kind of database.</summary>
    /// <param name="create">Called before the first use.</param>
    /// <param name="schemes">What its locations begin with, such as <c>postgres</c>.</param>
    public static void Add(Func<IDatabase> create, params ReadOnlySpan<string> schemes)
    {
        var database = new Lazy<IDatabase>(create);
        foreach (var scheme in schemes) Known[scheme] = database;
    }

    /// <summary>The kind of a location; null for files.</summary>
    public static IDatabase? Of(string location) =>
        location.IndexOf(':', StringComparison.Ordinal) is var end and > 0
        && Known.TryGetValue(location[..end], out var database)
            ? database.Value
            : null;

    /// <summary>Whether a location is in a database.</summary>
    public static bool Has(string? location) => location is not null && Of(location) is not null;

    /// <summary>The plays of a database.</summary>
    /// <returns>Null where the plays are in files.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there are other locations beside one in a database, or it names neither a table nor a query.
    /// </exception>
    public static IInteractionSource? Plays(IReadOnlyList<string> locations, InteractionSchema schema)
    {
        if (locations.FirstOrDefault(Has) is not { } location) return null;
        Require.Usage(
            locations.Count == 1,
            $"plays are read from one table or query, or from files; {locations.Count} locations were given. "
            + "Combine tables in --query with UNION ALL.");
        return Of(location)!.Plays(location, schema);
    }

    /// <summary>A location, its form checked if it is one of a database.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it has another form, or a password.</exception>
    public static string Checked(string location)
    {
        Of(location)?.Check(location);
        return location;
    }
}

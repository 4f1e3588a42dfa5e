using System.Text;

namespace GpuAls.Connectors.Postgres;

/// <summary>
/// A table as a user names it: <c>table</c> or <c>schema.table</c>; double quotes keep dots in a name.
/// </summary>
internal sealed record PostgresTable
{
    private PostgresTable(string name, string? schema, string table) => (Name, Schema, Table) = (name, schema, table);

    /// <summary>As it was given.</summary>
    public string Name { get; }

    /// <summary>The schema; null for the search path.</summary>
    public string? Schema { get; }

    /// <summary>The name in its schema.</summary>
    public string Table { get; }

    /// <summary>The name as SQL has it.</summary>
    public string Sql => Schema is null ? Quote(Table) : $"{Quote(Schema)}.{Quote(Table)}";

    /// <exception cref="GpuAlsException">Kind Usage: it is not the name of a table.</exception>
    public static PostgresTable Parse(string name)
    {
        var parts = Split(name);
        Require.Usage(
            parts is { Count: 1 or 2 } && parts.TrueForAll(part => part.Length > 0),
            $"'{name}' does not name a table; expected TABLE or SCHEMA.TABLE, with double quotes around a name that "
            + "has a dot.");
        return new PostgresTable(name, parts!.Count == 1 ? null : parts[0], parts[^1]);
    }

    /// <summary>A name in quotes, which may have any characters.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A table of a schema, which messages name like this one.</summary>
    public PostgresTable In(string schema, string table) => new(Name, schema, table);

    /// <returns>Null where quotes are not in pairs.</returns>
    private static List<string>? Split(string name)
    {
        var (parts, part, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '"' && isQuoted && i + 1 < name.Length && name[i + 1] == '"') part.Append(name[i++]);
            else if (name[i] == '"') isQuoted = !isQuoted;
            else if (name[i] == '.' && !isQuoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(name[i]);
            }
        }

        parts.Add(part.ToString());
        return isQuoted ? null : parts;
    }
}

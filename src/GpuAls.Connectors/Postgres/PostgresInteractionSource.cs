using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;

namespace GpuAls.Connectors.Postgres;

/// <summary>PostgreSQL, and what speaks its protocol.</summary>
internal sealed class PostgresDatabase : IDatabase
{
    public void Check(string location) => PostgresLocation.Parse(location);

    public IInteractionSource Plays(string location, InteractionSchema schema) =>
        new PostgresInteractionSource(PostgresLocation.Parse(location), schema);

    public ValueTask<ITables> OpenTablesAsync(
        string location, TableOptions options, CancellationToken cancellation) =>
        PostgresTables.OpenAsync(location, options, cancellation);
}

/// <summary>
/// Plays from a table or a query: the columns asked for, streamed by binary COPY in a read-only transaction and decoded
/// by several threads.
/// </summary>
internal sealed partial class PostgresInteractionSource : DatabasePlays
{
    private readonly PostgresLocation _location;
    private readonly PostgresTable? _table;
    private readonly string _read;

    /// <exception cref="GpuAlsException">Kind Usage: the location names neither a table nor a query.</exception>
    public PostgresInteractionSource(PostgresLocation location, InteractionSchema schema)
        : base(schema)
    {
        Require.Usage(
            location.Table is not null || location.Query is not null,
            $"'{location.Name}' is a database: which plays? Name them with --table or --query, or in the URL: "
            + $"{location.Name}?table=NAME.");
        _location = location;
        _table = location.Table is { } table ? PostgresTable.Parse(table) : null;
        Name = _table is null ? $"{location.Name}, the query" : $"{location.Name}, table {_table.Name}";
        _read = $"read {(_table is null ? "the query" : $"table {_table.Name}")}";
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The query whose rows are plays, as the user wrote it.</summary>
    private string Query => _table is null ? _location.Query! : $"SELECT * FROM {_table.Sql}";

    /// <inheritdoc/>
    public override async IAsyncEnumerable<BatchWork> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var session = await PostgresSession.OpenAsync(_location, FailureKind.BadInput, cancellation)
            .ConfigureAwait(false);
        await using var owned = session.ConfigureAwait(false);
        await session.RunAsync(_read, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation)
            .ConfigureAwait(false);
        if (_table is not null) await CheckTableAsync(session, cancellation).ConfigureAwait(false);
        var columns = await DescribeAsync(session, cancellation).ConfigureAwait(false);
        var expected = await EstimateAsync(session, cancellation).ConfigureAwait(false);
        var stream = await session.Errors.GuardAsync(
            _read, () => session.Connection.BeginRawBinaryCopyAsync(columns.Copy, cancellation)).ConfigureAwait(false);
        using var rows = new CopyRows(stream);
        try
        {
            while (true)
            {
                var piece = await session.Errors.GuardAsync(_read, () => rows.NextAsync(cancellation).AsTask())
                    .ConfigureAwait(false);
                if (piece is null) break;
                var fraction = Math.Min(1, (piece.FirstRow + piece.Rows) / expected);
                yield return _ => Task.FromResult(columns.Batch(Name, Schema, piece, fraction));
            }

            await session.Errors.GuardAsync(_read, async () =>
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync(session, stream).ConfigureAwait(false);
        }
    }

    /// <summary>Rows that nobody wants are not waited for: the connection is closed.</summary>
    private static async ValueTask StopAsync(PostgresSession session, NpgsqlRawCopyStream stream)
    {
        try
        {
            if (session.Connection.FullState.HasFlag(ConnectionState.Fetching))
                await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException || PostgresErrors.IsOfServer(exception))
        {
            // It is gone already.
        }
    }

    private async Task CheckTableAsync(PostgresSession session, CancellationToken cancellation)
    {
        var found = await session.RowsAsync(
            _read, "SELECT to_regclass($1)::text", cancellation, _table!.Sql).ConfigureAwait(false);
        if (found[0][0] is not null) return;
        var alike = await session.RowsAsync(
            _read,
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c "
            + "JOIN pg_namespace n ON n.oid = c.relnamespace "
            + "WHERE lower(c.relname) = lower($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1 LIMIT 5",
            cancellation, _table.Table).ConfigureAwait(false);
        var hint = alike.Count > 0
            ? $"There is {Words.OneOf([.. alike.Select(row => row[0]!)])}; names are case-sensitive."
            : "Check the name with psql's \\d.";
        throw new GpuAlsException(
            FailureKind.BadInput, $"{_location.Name}: there is no table '{_table.Name}'. {hint}");
    }

    /// <summary>Finds the columns and their types, without running the query.</summary>
    private async Task<PostgresPlays> DescribeAsync(PostgresSession session, CancellationToken cancellation)
    {
        var all = await session.Errors.GuardAsync(
            _read,
            async () =>
            {
                var command = new NpgsqlCommand(Query, session.Connection);
                await using var owned = command.ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellation)
                    .ConfigureAwait(false);
                await using var ownedReader = reader.ConfigureAwait(false);
                return Enumerable.Range(0, reader.FieldCount)
                    .Select(field => (Name: reader.GetName(field), Type: reader.GetDataTypeOID(field))).ToArray();
            },
            Query).ConfigureAwait(false);
        if (all.Length == 0)
            throw new GpuAlsException(
                FailureKind.BadInput, $"{Name} gives no columns; expected a SELECT whose rows are plays.");
        ColumnErrors.CheckNames(Name, Schema, [.. all.Select(column => column.Name)]);
        var types = all.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        var texts = await TextTypesAsync(session, types, cancellation).ConfigureAwait(false);
        return new PostgresPlays(Name, Schema, Query, [.. all.Select(column => column.Name)], name =>
        {
            var type = types[name];
            return texts.TryGetValue(type, out var described) ? described : ((PostgresType)type, $"type {type}");
        });
    }

    /// <summary>What types are that are not built in: enums, and types like text, are read as text.</summary>
    private async Task<Dictionary<uint, (PostgresType Type, string Name)>> TextTypesAsync(
        PostgresSession session, Dictionary<string, uint> types, CancellationToken cancellation)
    {
        var found = new Dictionary<uint, (PostgresType, string)>();
        foreach (var type in Schema.Columns.Select(column => types[column.Name]).Distinct())
        {
            if (Enum.IsDefined((PostgresType)type)) continue;
            var rows = await session.RowsAsync(
                _read,
                "SELECT format_type(oid, NULL), CASE WHEN typtype = 'e' OR typsend::text IN ('textsend', 'citextsend', "
                + "'varcharsend', 'namesend') THEN 'text' ELSE '' END FROM pg_type WHERE oid = $1::oid",
                cancellation, type.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            found[type] = (rows[0][1] == "text" ? PostgresType.Text : (PostgresType)type, rows[0][0]!);
        }

        return found;
    }

    /// <summary>How many rows the server expects, to show how far the reading is.</summary>
    private async Task<double> EstimateAsync(PostgresSession session, CancellationToken cancellation)
    {
        var plan = await session.RowsAsync(
            _read, $"EXPLAIN SELECT * FROM ({PostgresPlays.Trimmed(Query)}\n) AS plays", cancellation)
            .ConfigureAwait(false);
        var match = PlannedRows().Match(plan[0][0] ?? "");
        return match.Success
            ? Math.Max(1, double.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : 1;
    }

    [GeneratedRegex(@"rows=(\d+)")]
    private static partial Regex PlannedRows();
}

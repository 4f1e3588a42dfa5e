using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using SQLitePCL;

namespace GpuAls.Connectors.Sqlite;

/// <summary>Files of SQLite, as <c>sqlite:PATH[?table=NAME]</c>.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    public void Check(string location) => SqliteLocation.Parse(location);

    public IInteractionSource Plays(string location, InteractionSchema schema) =>
        new SqliteInteractionSource(SqliteLocation.Parse(location), schema);

    public ValueTask<ITables> OpenTablesAsync(
        string location, TableOptions options, CancellationToken cancellation) =>
        new(SqliteTables.Open(SqliteLocation.Parse(location), options));
}

/// <summary>A database file.</summary>
/// <param name="Name">How messages name it: the location up to the question mark.</param>
/// <param name="Path">The file.</param>
/// <param name="Table">The table that the location names; null for none.</param>
/// <param name="Query">The query that the location has; null for none.</param>
internal sealed record SqliteLocation(string Name, string Path, string? Table, string? Query)
{
    private const string Scheme = "sqlite:";

    /// <exception cref="GpuAlsException">Kind Usage: the location has another form.</exception>
    public static SqliteLocation Parse(string location)
    {
        var url = DatabaseUrl.Parse(location);
        var path = url.Base[Scheme.Length..];
        if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
        Require.Usage(path.Length > 0, $"'{url.Base}' names no file; expected sqlite:FILE.");
        foreach (var (name, _) in url.Parameters)
            Require.Usage(
                name is DatabaseUrl.Table or DatabaseUrl.Query,
                $"'{url.Base}' has an unknown parameter '{name}'; expected table or query.");
        var (table, query) = (url[DatabaseUrl.Table], url[DatabaseUrl.Query]);
        Require.Usage(table is null || query is null, $"'{url.Base}' names a table and has a query. Leave one out.");
        return new SqliteLocation(url.Base, path, table, query);
    }

    /// <summary>A name in quotes.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>
/// Plays from a table or a query of SQLite, whose values have types and whose columns have none: ids are integers if
/// all of a column are.
/// </summary>
internal sealed class SqliteInteractionSource : DatabasePlays
{
    private const int MostRows = 1 << 15;
    private const int MostDigits = 20;
    private const string Read = "read the plays";

    private readonly SqliteLocation _location;

    /// <exception cref="GpuAlsException">Kind Usage: the location names neither a table nor a query.</exception>
    public SqliteInteractionSource(SqliteLocation location, InteractionSchema schema)
        : base(schema)
    {
        Require.Usage(
            location.Table is not null || location.Query is not null,
            $"'{location.Name}' is a database: which plays? Name them with --table or --query, or in the location: "
            + $"{location.Name}?table=NAME.");
        _location = location;
        Name = location.Table is { } table ? $"{location.Name}, table {table}" : $"{location.Name}, the query";
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<BatchWork> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = new SqliteFile(_location.Path, _location.Name, FailureKind.BadInput);
        var query = _location.Query ?? $"SELECT * FROM {SqliteLocation.Quote(_location.Table!)}";
        using var statement = file.Prepare(Read, query);
        string[] columns =
        [
            .. Enumerable.Range(0, raw.sqlite3_column_count(statement.Handle))
                .Select(column => raw.sqlite3_column_name(statement.Handle, column).utf8_to_string()),
        ];
        ColumnErrors.CheckNames(Name, Schema, columns);
        var reader = new SqliteRows(Name, Schema, columns, statement);
        for (var rows = 0L; await Task.Run(() => reader.Read(rows), cancellation).ConfigureAwait(false) is { } batch;)
        {
            rows += batch.RowsRead;
            yield return _ => Task.FromResult(batch);
        }
    }

    /// <summary>Reads the values of a statement's rows.</summary>
    private sealed class SqliteRows(
        string name, InteractionSchema schema, string[] columns, SqliteStatement statement)
    {
        private readonly int _user = Array.IndexOf(columns, schema.UserColumn);
        private readonly int _item = Array.IndexOf(columns, schema.ItemColumn);
        private readonly int _weight = Array.IndexOf(columns, schema.WeightColumn);
        private readonly int _time = Array.IndexOf(columns, schema.TimeColumn);
        private readonly int _event = Array.IndexOf(columns, schema.EventColumn);
        private bool _isDone;

        /// <summary>The next rows; null behind the last.</summary>
        public InteractionBatch? Read(long before)
        {
            var builder = new RowBatchBuilder(name, schema, IdType.Text, IdType.Text, before, MostRows)
            {
                UsersMayBeIntegers = true,
                ItemsMayBeIntegers = true,
            };
            try
            {
                while (builder.Rows < MostRows && !_isDone && !(_isDone = !statement.Step())) Add(builder);
                if (builder.Rows > 0) return builder.Build(0);
            }
            catch
            {
                builder.Dispose();
                throw;
            }

            builder.Dispose();
            return null;
        }

        private void Add(RowBatchBuilder builder)
        {
            var (column, weight, time) = (schema.UserColumn, 1.0, 0L);
            var problem = AddId(_user, builder.Users, out var isInteger);
            builder.UsersMayBeIntegers &= isInteger;
            if (problem is null)
            {
                (column, problem) = (schema.ItemColumn, AddId(_item, builder.Items, out isInteger));
                builder.ItemsMayBeIntegers &= isInteger;
            }

            if (problem is null && _weight >= 0) (column, problem) = (schema.WeightColumn!, Weight(out weight));
            if (problem is null && _time >= 0)
                (column, problem) = (schema.TimeColumn!, Time(builder, out time));
            if (problem is null && _event >= 0)
            {
                (column, problem) = (schema.EventColumn!, Event(out var factor));
                weight *= factor;
            }

            if (problem is null) builder.Keep(weight, time);
            else builder.Reject(column, problem);
        }

        private string? AddId(int column, IdValues ids, out bool isInteger)
        {
            var type = raw.sqlite3_column_type(statement.Handle, column);
            isInteger = type is raw.SQLITE_INTEGER or raw.SQLITE_NULL;
            Span<byte> digits = stackalloc byte[MostDigits];
            ReadOnlySpan<byte> text = digits;
            switch (type)
            {
                case raw.SQLITE_INTEGER:
                    Utf8Formatter.TryFormat(
                        raw.sqlite3_column_int64(statement.Handle, column), digits, out var length);
                    text = digits[..length];
                    break;
                case raw.SQLITE_TEXT:
                    text = raw.sqlite3_column_blob(statement.Handle, column);
                    if (text.IsEmpty) return "is empty";
                    if (!Utf8.IsValid(text)) return "is not valid UTF-8";
                    break;
                default:
                    return Unfit(type, "ids are TEXT or INTEGER");
            }

            text.CopyTo(ids.AddText(text.Length));
            return null;
        }

        private string? Weight(out double weight)
        {
            weight = raw.sqlite3_column_double(statement.Handle, _weight);
            var type = raw.sqlite3_column_type(statement.Handle, _weight);
            if (type is raw.SQLITE_INTEGER or raw.SQLITE_FLOAT) return null;
            if (type != raw.SQLITE_TEXT) return Unfit(type, "weights are INTEGER or REAL, or numbers as TEXT");
            var text = raw.sqlite3_column_blob(statement.Handle, _weight);
            return WeightText.TryParse(text, hasDecimalComma: false, out weight)
                ? null
                : WeightText.Problem(text, hasDecimalComma: false);
        }

        private string? Event(out double weight)
        {
            var (events, type) = (schema.EventWeights!, raw.sqlite3_column_type(statement.Handle, _event));
            weight = 1;
            if (type is not (raw.SQLITE_INTEGER or raw.SQLITE_TEXT)) return Unfit(type, "events are TEXT or INTEGER");
            var number = raw.sqlite3_column_int64(statement.Handle, _event);
            if (type == raw.SQLITE_INTEGER)
                return events.TryGet(number, out weight)
                    ? null
                    : events.Problem(number.ToString(CultureInfo.InvariantCulture));
            var text = raw.sqlite3_column_blob(statement.Handle, _event);
            return events.TryGet(text, out weight) ? null : events.Problem(Encoding.UTF8.GetString(text));
        }

        private string? Time(RowBatchBuilder builder, out long time)
        {
            var type = raw.sqlite3_column_type(statement.Handle, _time);
            time = raw.sqlite3_column_int64(statement.Handle, _time);
            var kind = TimeKind.Integer;
            if (type is not (raw.SQLITE_INTEGER or raw.SQLITE_TEXT)) return Unfit(type, "times are INTEGER or TEXT");
            var text = type == raw.SQLITE_TEXT ? raw.sqlite3_column_blob(statement.Handle, _time) : default;
            var isTime = type == raw.SQLITE_INTEGER || TimeText.TryParse(text, out time, out kind);
            if (isTime && !builder.HasTimes) (builder.TimeKind, builder.HasTimes) = (kind, true);
            return isTime && kind == builder.TimeKind
                ? null
                : $"is {Quoted.Of(Encoding.UTF8.GetString(text))}; expected {TimeText.Expected}, one kind in all rows";
        }

        private static string Unfit(int type, string expected) => type switch
        {
            raw.SQLITE_NULL => "is null",
            raw.SQLITE_FLOAT => $"is a REAL; {expected}",
            _ => $"is a BLOB; {expected}",
        };
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace GpuAls.Connectors.Sqlite;

/// <summary>Lists and factors on their way into tables of SQLite, in one transaction.</summary>
internal sealed class SqliteTables : ITables
{
    private const string CreatedAt = "created_at";

    private readonly SqliteLocation _location;
    private readonly IReadOnlyList<TableRequest> _tables;
    private readonly string _now = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
    private SqliteFile? _file;
    private bool _isNewFile;

    private SqliteTables(SqliteLocation location, IReadOnlyList<TableRequest> tables) =>
        (_location, _tables) = (location, tables);

    /// <inheritdoc/>
    public string Name => $"{_location.Name}, table {_tables[0].Table}";

    /// <summary>Finds out whether the tables can be written.</summary>
    public static ITables Open(SqliteLocation location, TableOptions options)
    {
        var tables = new SqliteTables(
            location, TableSpec.Asked(location.Name, location.Table, location.Query, options));
        if (File.Exists(location.Path))
        {
            using var file = new SqliteFile(location.Path, location.Name, FailureKind.Output);
            foreach (var (spec, _, table) in tables._tables) tables.Check(file, spec, table);
        }
        else if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(location.Path))))
        {
            throw new GpuAlsException(
                FailureKind.Output, $"{location.Name}: its folder does not exist. Create it, or name another file.");
        }

        return tables;
    }

    /// <inheritdoc/>
    public Task WriteAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation = default) =>
        Task.Run(() => Write(model, lists, cancellation), cancellation);

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        _file!.Run("commit", "COMMIT");
        _isNewFile = false;
        return default;
    }

    /// <summary>What is not committed is rolled back when the file is closed; a new file is removed.</summary>
    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        _file = null;
        if (_isNewFile) Cleanup.TryDelete(_location.Path);
        return default;
    }

    private void Write(FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation)
    {
        _isNewFile = !File.Exists(_location.Path);
        _file = new SqliteFile(_location.Path, _location.Name, FailureKind.Output);
        _file.Run("begin a transaction", "BEGIN IMMEDIATE");
        foreach (var (spec, mode, table) in _tables)
        {
            var what = $"write to table {table}";
            var existing = Check(_file, spec, table);
            if (existing.Count == 0) _file.Run(what, Create(spec, mode, table));
            else if (mode == WriteMode.Replace) _file.Run(what, $"DELETE FROM {SqliteLocation.Quote(table)}");
            var isTimed = mode == WriteMode.Append && (existing.Count == 0 || existing.Contains(CreatedAt));
            var names = spec.Columns.Select(TableSpec.NameOf);
            string[] columns = [.. isTimed ? names.Append(CreatedAt) : names];
            using var insert = _file.Prepare(
                what,
                $"INSERT INTO {SqliteLocation.Quote(table)} "
                + $"({string.Join(", ", columns.Select(SqliteLocation.Quote))}) "
                + $"VALUES ({string.Join(", ", columns.Select((_, position) => $"?{position + 1}"))})");
            if (isTimed) raw.sqlite3_bind_text(insert.Handle, columns.Length, _now);
            if (spec != TableSpec.Lists)
            {
                WriteFactors(insert, model, spec == TableSpec.UserFactors, cancellation);
                continue;
            }

            using var delete = mode == WriteMode.Upsert
                ? _file.Prepare(what, $"DELETE FROM {SqliteLocation.Quote(table)} WHERE \"user\" = ?1")
                : null;
            WriteLists(insert, delete, model, lists, cancellation);
        }
    }

    private static void WriteLists(
        SqliteStatement insert,
        SqliteStatement? delete,
        FactorModel model,
        IEnumerable<RecommendationBatch> lists,
        CancellationToken cancellation)
    {
        foreach (var list in ListBlock.Of(lists, rows: 1 << 15).SelectMany(block => block.Lists()))
        {
            cancellation.ThrowIfCancellationRequested();
            if (list.Items.Length == 0) continue;
            if (delete is not null)
            {
                Bind(delete, 1, model.Users, list.User);
                delete.Run();
            }

            Bind(insert, 1, model.Users, list.User);
            for (var position = 0; position < list.Items.Length; position++)
            {
                Bind(insert, 2, model.Items, list.Items.Span[position]);
                raw.sqlite3_bind_int(insert.Handle, 3, position + 1);
                raw.sqlite3_bind_double(insert.Handle, 4, list.Scores.Span[position]);
                insert.Run();
            }
        }
    }

    private static void WriteFactors(
        SqliteStatement insert, FactorModel model, bool isOfUsers, CancellationToken cancellation)
    {
        var (ids, factors) = isOfUsers ? (model.Users, model.UserFactors) : (model.Items, model.ItemFactors);
        for (var index = 0; index < ids.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            Bind(insert, 1, ids, index);
            raw.sqlite3_bind_blob(
                insert.Handle, 2, MemoryMarshal.AsBytes(factors[index]));
            insert.Run();
        }
    }

    /// <summary>Binds an id: an integer where SQLite has it, else text.</summary>
    private static void Bind(SqliteStatement statement, int position, IdIndex ids, int index)
    {
        switch (ids)
        {
            case IdIndex<int> integers:
                raw.sqlite3_bind_int64(statement.Handle, position, integers.Ids.Span[index]);
                break;
            case IdIndex<long> integers:
                raw.sqlite3_bind_int64(statement.Handle, position, integers.Ids.Span[index]);
                break;
            default:
                raw.sqlite3_bind_text(statement.Handle, position, ids.Format(index));
                break;
        }
    }

    private static string Create(TableSpec spec, WriteMode mode, string table)
    {
        var columns = spec.Columns.Select(
            role => $"{SqliteLocation.Quote(TableSpec.NameOf(role))} {TypeOf(role)}NOT NULL");
        var key = spec.Key.Select(role => SqliteLocation.Quote(TableSpec.NameOf(role)));
        if (mode == WriteMode.Append)
        {
            columns = columns.Append($"{CreatedAt} TEXT NOT NULL");
            key = key.Append(CreatedAt);
        }

        return $"CREATE TABLE {SqliteLocation.Quote(table)} "
            + $"({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", key)}))";
    }

    private static string TypeOf(ColumnRole role) => role switch
    {
        ColumnRole.Rank => "INTEGER ",
        ColumnRole.Score => "REAL ",
        ColumnRole.Factors => "BLOB ",
        _ => "", // as the ids are
    };

    /// <summary>The columns of a table; none where there is no such table.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it has not the columns that are written.</exception>
    private List<string> Check(SqliteFile file, TableSpec spec, string table)
    {
        using var statement = file.Prepare("look the table up", "SELECT name FROM pragma_table_info(?1)");
        raw.sqlite3_bind_text(statement.Handle, 1, table);
        var columns = new List<string>();
        while (statement.Step()) columns.Add(raw.sqlite3_column_text(statement.Handle, 0).utf8_to_string());
        if (columns.Count == 0) return columns;
        var missing = spec.Columns.Select(TableSpec.NameOf).Where(name => !columns.Contains(name)).ToArray();
        return missing.Length == 0
            ? columns
            : throw new GpuAlsException(
                FailureKind.Output,
                $"{_location.Name}: cannot write to table {table}: it has no column '{missing[0]}', so it is no table "
                + $"of {spec.Content}: it has {string.Join(", ", columns)}. Name another table; one that is not there "
                + "is created.");
    }
}

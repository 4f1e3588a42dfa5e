using SQLitePCL;

namespace GpuAls.Connectors.Sqlite;

/// <summary>An open database file, whose failures are messages.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const int BusyMilliseconds = 60_000;

    private readonly FailureKind _kind;
    private readonly sqlite3 _database;

    /// <param name="path">The file.</param>
    /// <param name="name">How messages name it.</param>
    /// <param name="kind">BadInput opens it for reading, Output for writing, and creates it.</param>
    /// <exception cref="GpuAlsException">It cannot be opened.</exception>
    public SqliteFile(string path, string name, FailureKind kind)
    {
        (Name, _kind) = (name, kind);
        LoadLibrary(name, kind);
        if (kind == FailureKind.BadInput && !File.Exists(path))
            throw new GpuAlsException(kind, $"{name} does not exist; expected a database file of SQLite.");
        var flags = kind == FailureKind.BadInput
            ? raw.SQLITE_OPEN_READONLY
            : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var code = raw.sqlite3_open_v2(path, out _database, flags, null);
        try
        {
            if (code != raw.SQLITE_OK) throw Failed("open it", code);
            raw.sqlite3_busy_timeout(_database, BusyMilliseconds);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How messages name it.</summary>
    public string Name { get; }

    /// <summary>Prepares a statement.</summary>
    /// <param name="what">What is done, as in "cannot …".</param>
    /// <param name="sql">One statement.</param>
    public SqliteStatement Prepare(string what, string sql)
    {
        var code = raw.sqlite3_prepare_v2(_database, sql, out var statement, out var rest);
        if (code != raw.SQLITE_OK) throw Failed(what, code);
        if (rest.Trim().TrimEnd(';').Length > 0)
            throw new GpuAlsException(_kind, $"{Name}: cannot {what}: there is more than one statement; expected one.");
        return new SqliteStatement(this, what, statement);
    }

    /// <summary>Runs statements.</summary>
    public void Run(string what, string sql)
    {
        var code = raw.sqlite3_exec(_database, sql);
        if (code != raw.SQLITE_OK) throw Failed(what, code);
    }

    /// <summary>The failure to tell.</summary>
    public GpuAlsException Failed(string what, int code)
    {
        var remedy = (code & 0xff) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "Another process is using it. Run it again later.",
            raw.SQLITE_NOTADB => "Check the path: expected a database file of SQLite.",
            raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM =>
                "Check the permissions of the file and its folder.",
            raw.SQLITE_FULL => "Free some space. The table is as it was.",
            raw.SQLITE_CORRUPT => "The file is damaged.",
            raw.SQLITE_CONSTRAINT => "The table is as it was. Rows with a key that is there already: see --write-mode.",
            _ => "Check the names and the SQL, for example with the sqlite3 shell.",
        };
        var message = raw.sqlite3_errmsg(_database).utf8_to_string();
        return new GpuAlsException(_kind, $"{Name}: cannot {what}: {message.TrimEnd('.')}. {remedy}");
    }

    public void Dispose() => _database?.Dispose();

    /// <summary>Loads SQLite itself, which is a native library beside the program.</summary>
    private static void LoadLibrary(string name, FailureKind kind)
    {
        try
        {
            Batteries_V2.Init();
        }
        catch (Exception exception) when (exception
            is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            var library = OperatingSystem.IsWindows() ? "e_sqlite3.dll"
                : OperatingSystem.IsMacOS() ? "libe_sqlite3.dylib" : "libe_sqlite3.so";
            throw new GpuAlsException(
                kind,
                $"{name}: the native library of SQLite, {library}, is missing or not for this system. It comes with "
                    + $"gpuals: copy it from the same release into {AppContext.BaseDirectory}.",
                exception);
        }
    }
}

/// <summary>A prepared statement.</summary>
internal sealed class SqliteStatement(SqliteFile file, string what, sqlite3_stmt statement) : IDisposable
{
    /// <summary>The statement for the calls that read and bind values.</summary>
    public sqlite3_stmt Handle => statement;

    /// <summary>Goes to the next row.</summary>
    /// <returns>False behind the last.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE)) throw file.Failed(what, code);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs it to its end, with the values that are bound, to be run again.</summary>
    public void Run()
    {
        while (Step())
        {
            // It has no rows that matter.
        }

        raw.sqlite3_reset(statement);
    }

    public void Dispose() => statement.Dispose();
}

using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace GpuAls.Connectors.Postgres;

/// <summary>Turns failures of a server into messages with a remedy.</summary>
/// <param name="location">The database.</param>
/// <param name="kind">BadInput where plays are read, Output where tables are written.</param>
internal sealed class PostgresErrors(PostgresLocation location, FailureKind kind)
{
    /// <summary>Whether it is the server, or the connection to it, that failed.</summary>
    public static bool IsOfServer(Exception exception) =>
        exception is NpgsqlException or IOException or SocketException or TimeoutException;

    /// <summary>Runs something; what the server refuses becomes a message.</summary>
    /// <param name="what">What is done, as in "cannot read …".</param>
    /// <param name="run">Does it.</param>
    /// <param name="sql">The text of the user that is run, in which an error has a position; null without one.</param>
    public async Task<T> GuardAsync<T>(string what, Func<Task<T>> run, string? sql = null)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfServer(exception))
        {
            throw Of(exception, what, sql);
        }
    }

    /// <summary>The failure to tell; a connection that is lost because the run was stopped is none.</summary>
    public Exception Of(Exception exception, string what, string? sql = null)
    {
        if (exception.InnerException is OperationCanceledException stopped)
            return new OperationCanceledException(stopped.Message, exception, stopped.CancellationToken);
        var (found, remedy) = exception switch
        {
            PostgresException server => OfServer(server, sql),
            _ => OfConnection(exception),
        };
        return new GpuAlsException(kind, $"{location.Name}: cannot {what}: {found.TrimEnd('.')}. {remedy}", exception);
    }

    private (string Found, string Remedy) OfConnection(Exception exception)
    {
        var server = $"{location.Host}, port {location.Port}";
        var cause = exception.InnerException ?? exception;
        if (exception.Message.Contains("No password", StringComparison.Ordinal))
            return (
                $"the server asks '{location.User}' for a password and there is none",
                "Set PGPASSWORD, or put the password into ~/.pgpass (mode 600).");
        if (exception.Message.Contains("SSL", StringComparison.Ordinal)
            && cause is not SocketException)
            return (
                $"TLS with {server} failed: {cause.Message}",
                $"sslmode is {location.SslMode}: see sslmode and sslrootcert in docs/databases.md.");
        return cause switch
        {
            SocketException
            {
                SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
            } => ($"there is no host '{location.Host}'", "Check the URL."),
            SocketException socket => (
                $"no connection to {server}: {socket.Message}",
                "Check host and port of the URL, and whether the server is running and listens there."),
            TimeoutException => (
                $"{server} did not answer in time",
                "Check host, port and firewall, or raise connect_timeout in the URL."),
            _ => (
                $"the connection to {server} was lost: {cause.Message}",
                kind == FailureKind.Output ? "The tables are as they were. Run it again." : "Run it again."),
        };
    }

    private (string Found, string Remedy) OfServer(PostgresException server, string? sql)
    {
        var found = $"{server.MessageText}{Detail(server)}{At(server, sql)}";
        return (found, server.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword =>
                $"Check the password of '{location.User}' in PGPASSWORD or ~/.pgpass.",
            PostgresErrorCodes.InvalidAuthorizationSpecification
                when server.MessageText.Contains("no encryption", StringComparison.Ordinal) =>
                "The server may want TLS: add ?sslmode=require to the URL.",
            PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"Check the user, '{location.User}', and pg_hba.conf of the server.",
            PostgresErrorCodes.InvalidCatalogName => $"Check the URL: expected {location.Name} to be a database.",
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName =>
                "Check the name; a table outside the search path needs its schema: schema.table.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"Grant the permission to '{location.User}', or connect as another user.",
            PostgresErrorCodes.SyntaxError or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
                or PostgresErrorCodes.AmbiguousColumn or PostgresErrorCodes.GroupingError =>
                "Try the query in psql.",
            PostgresErrorCodes.ReadOnlySqlTransaction => kind == FailureKind.BadInput
                ? "Plays are read in a read-only transaction: --query must not write."
                : "Connect to the primary server.",
            PostgresErrorCodes.QueryCanceled =>
                "If a statement_timeout ended it, add ?options=-c%20statement_timeout%3D0 to the URL.",
            PostgresErrorCodes.LockNotAvailable => "Another session is writing to the table. Run it again later.",
            PostgresErrorCodes.UniqueViolation => "Rows with this key are there already: see --write-mode.",
            PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.NotNullViolation
                or PostgresErrorCodes.CheckViolation =>
                "The table has a constraint that the new rows break. The table is as it was.",
            PostgresErrorCodes.DiskFull => "Free some space on the server. The table is as it was.",
            PostgresErrorCodes.TooManyConnections => "Close some connections, or run it again later.",
            PostgresErrorCodes.CannotConnectNow => "Run it again when the server has started.",
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
                kind == FailureKind.Output ? "The tables are as they were. Run it again." : "Run it again.",
            var state when state.StartsWith("22", StringComparison.Ordinal) =>
                "A value cannot be computed or stored: check the query or the types of the table.",
            var state => $"The server's code is {state}.",
        });
    }

    /// <summary>What the server adds; Npgsql puts a note in its stead where it may hold values of rows.</summary>
    private static string Detail(PostgresException server) =>
        server.Detail is { Length: > 0 } detail && !detail.StartsWith("Detail redacted", StringComparison.Ordinal)
            ? $" ({detail.TrimEnd('.')})"
            : "";

    /// <summary>Where in a text of the user an error is, with what stands there.</summary>
    private static string At(PostgresException server, string? sql)
    {
        if (sql is null || server.Position <= 0 || server.Position > sql.Length) return "";
        var before = sql[..(server.Position - 1)];
        var line = before.Count(letter => letter == '\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        var rest = sql[(server.Position - 1)..].Split('\n')[0];
        return string.Create(
            CultureInfo.InvariantCulture, $" (line {line}, column {column} of the query: {Quoted.Of(rest)})");
    }
}

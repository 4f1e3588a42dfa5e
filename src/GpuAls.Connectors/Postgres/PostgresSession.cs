using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace GpuAls.Connectors.Postgres;

/// <summary>A connection of its own to a server, whose failures are messages.</summary>
internal sealed class PostgresSession : IAsyncDisposable
{
    private const int ReadBufferBytes = 1 << 17;

    /// <summary>Before each try to connect after the first, as a server that restarts needs.</summary>
    private static readonly TimeSpan[] Waits = [.. new[] { 0.25, 0.5, 1, 2 }.Select(TimeSpan.FromSeconds)];

    private readonly NpgsqlDataSource _source;

    private PostgresSession(NpgsqlDataSource source, NpgsqlConnection connection, PostgresErrors errors) =>
        (_source, Connection, Errors) = (source, connection, errors);

    /// <summary>The open connection.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Makes messages of failures.</summary>
    public PostgresErrors Errors { get; }

    /// <summary>Connects.</summary>
    /// <param name="location">The database.</param>
    /// <param name="kind">BadInput where plays are read, Output where tables are written.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<PostgresSession> OpenAsync(
        PostgresLocation location, FailureKind kind, CancellationToken cancellation)
    {
        location.AddService();
        var errors = new PostgresErrors(location, kind);
        var builder = new NpgsqlSlimDataSourceBuilder(Settings(location));
        builder.EnableTransportSecurity();
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false)); // all types are built in
        var source = builder.Build();
        try
        {
            var connection = await errors.GuardAsync(
                "connect", () => ConnectAsync(source, cancellation)).ConfigureAwait(false);
            return new PostgresSession(source, connection, errors);
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<NpgsqlConnection> ConnectAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            }
            catch (NpgsqlException exception) when (tries < Waits.Length && MayPass(exception))
            {
                await Task.Delay(Waits[tries] * (0.75 + (0.5 * Random.Shared.NextDouble())), cancellation)
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether it is worth another try: the server starts, stops or has too many connections.</summary>
    private static bool MayPass(NpgsqlException exception) => exception is PostgresException server
        ? server.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections
        : exception.InnerException is SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.ConnectionReset
        };

    /// <summary>Runs a statement of gpuals.</summary>
    public Task<int> RunAsync(string what, string sql, CancellationToken cancellation) =>
        Errors.GuardAsync(what, async () =>
        {
            var command = new NpgsqlCommand(sql, Connection);
            await using var owned = command.ConfigureAwait(false);
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        });

    /// <summary>Runs a query of gpuals; its parameters are texts.</summary>
    /// <returns>The values of each row, as text; null for NULL.</returns>
    public Task<List<string?[]>> RowsAsync(
        string what, string sql, CancellationToken cancellation, params string[] parameters) =>
        Errors.GuardAsync(what, async () =>
        {
            var command = new NpgsqlCommand(sql, Connection);
            await using var owned = command.ConfigureAwait(false);
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parameter });
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using var ownedReader = reader.ConfigureAwait(false);
            var rows = new List<string?[]>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var row = new string?[reader.FieldCount];
                for (var field = 0; field < row.Length; field++)
                    row[field] = reader.IsDBNull(field) ? null : reader.GetString(field);
                rows.Add(row);
            }

            return rows;
        });

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private static string Settings(PostgresLocation location)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = location.Host,
            Port = location.Port,
            Database = location.Database,
            Username = location.User,
            Password = location.ServicePassword,
            SslMode = location.SslMode switch
            {
                "disable" => SslMode.Disable,
                "allow" => SslMode.Allow,
                "require" => SslMode.Require,
                "verify-ca" => SslMode.VerifyCA,
                "verify-full" => SslMode.VerifyFull,
                _ => SslMode.Prefer,
            },
            RootCertificate = location.Setting("sslrootcert"),
            SslCertificate = location.Setting("sslcert"),
            SslKey = location.Setting("sslkey"),
            Passfile = location.Setting("passfile"),
            Options = location.Setting("options"),
            TargetSessionAttributes = location.Setting("target_session_attrs"),
            ApplicationName = location.Setting("application_name") ?? "gpuals",
            Pooling = false,
            Enlist = false,
            CommandTimeout = 0, // loading a table takes as long as it takes
            TcpKeepAlive = true,
            ReadBufferSize = ReadBufferBytes,
        };
        if (location.Setting("connect_timeout") is { } seconds)
            settings.Timeout = int.Parse(seconds, CultureInfo.InvariantCulture);
        return settings.ConnectionString;
    }
}

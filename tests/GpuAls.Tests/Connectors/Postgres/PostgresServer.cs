using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>
/// A PostgreSQL server for this run of the tests, of the programs that are installed. It listens on a Unix socket and
/// on 127.0.0.1. The user "secret" needs a password, "tls" needs TLS, all others neither.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    /// <summary>Set to 1, a missing server fails tests that would be skipped.</summary>
    private const string Required = "TESTS_REQUIRE_SERVERS";

    private const string Hba =
        "host all nobody 127.0.0.1/32 reject\nhostssl all tls 127.0.0.1/32 trust\nhost all tls 127.0.0.1/32 reject\n"
        + "host all secret 127.0.0.1/32 scram-sha-256\nlocal all all trust\nhost all all 127.0.0.1/32 trust\n";

    private static readonly Lazy<PostgresServer> Running = new(() => new PostgresServer());
    private static int _databases;

    private readonly TempFolder _folder = new();
    private readonly Process _process;

    private PostgresServer()
    {
        Port = FreePort();
        var data = _folder.At("data");
        if (IsRoot) Run("chown", "postgres", _folder.Root);
        Run([.. AsUser, Program("initdb"), "-D", data, "-U", "admin", "-A", "trust", "--no-sync", "-E", "UTF8",
            "--locale=C"]);
        File.WriteAllText(Path.Combine(data, "pg_hba.conf"), Hba);
        WriteCertificate(data);
        string[] settings =
        [
            $"unix_socket_directories={_folder.Root}", "listen_addresses=127.0.0.1", "fsync=off", "ssl=on",
            "full_page_writes=off", "synchronous_commit=off", "max_connections=40", "autovacuum=off",
            "shared_buffers=64MB", "log_min_messages=fatal",
        ];
        _process = Start([.. AsUser, Program("postgres"), "-D", data, "-p", $"{Port}",
            .. settings.SelectMany(setting => new[] { "-c", setting })]);
        WaitUntilReady();
        Sql("postgres", "CREATE ROLE secret LOGIN PASSWORD 'hush, hush'; CREATE ROLE tls LOGIN;"
            + "CREATE ROLE reader LOGIN;CREATE ROLE writer LOGIN; CREATE ROLE nobody LOGIN");
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The folder of the Unix socket.</summary>
    public string Socket => _folder.Root;

    private static bool IsRoot => Environment.UserName == "root";

    private static string[] AsUser => IsRoot
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        : [];

    /// <summary>The server, started when it is first asked for; the test is skipped where none is installed.</summary>
    public static PostgresServer Get()
    {
        if (Folder is not null) return Running.Value;
        const string reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)";
        if (Environment.GetEnvironmentVariable(Required) == "1") Assert.Fail(reason);
        Assert.Ignore(reason);
        return null!;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its name.</returns>
    public static string NewDatabase()
    {
        var name = $"shop{Interlocked.Increment(ref _databases)}";
        Get().Sql("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    /// <summary>Runs statements as the owner of everything.</summary>
    public void Sql(string database, string sql)
    {
        using var connection = Open(database);
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Rows of a query, the fields of a row with bars between them.</summary>
    public string[] Rows(string database, string sql)
    {
        using var connection = Open(database);
        using var command = new NpgsqlCommand(sql, connection);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(field => reader[field])));
        return [.. rows];
    }

    /// <summary>A connection as the owner of everything.</summary>
    public NpgsqlConnection Open(string database)
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Port};Username=admin;Database={database};Pooling=false;SSL Mode=Disable");
        connection.Open();
        return connection;
    }

    /// <summary>Stops the server if it was started.</summary>
    public static void Stop()
    {
        if (Running.IsValueCreated) Running.Value.Dispose();
    }

    public void Dispose()
    {
        using (var kill = Process.Start("kill", ["-QUIT", $"{_process.Id}"])) kill.WaitForExit();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    private static string? Folder { get; } = new[] { "/usr/lib/postgresql", "/usr/local/pgsql" }
        .Where(Directory.Exists)
        .SelectMany(root => Directory.GetDirectories(root).Append(root))
        .Select(version => Path.Combine(version, "bin"))
        .LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")));

    private static string Program(string name) => Path.Combine(Folder!, name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void WriteCertificate(string data)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (certFile, keyFile) = (Path.Combine(data, "server.crt"), Path.Combine(data, "server.key"));
        File.WriteAllText(certFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        Run("chmod", "600", keyFile);
        if (IsRoot) Run("chown", "postgres", certFile, keyFile);
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Run(params string[] command)
    {
        using var process = Start(command);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, string.Join(' ', command));
    }

    private void WaitUntilReady()
    {
        for (var left = 100; ; left--)
        {
            try
            {
                using var connection = Open("postgres");
                return;
            }
            catch (NpgsqlException) when (left > 0 && !_process.HasExited)
            {
                Thread.Sleep(100);
            }
        }
    }
}

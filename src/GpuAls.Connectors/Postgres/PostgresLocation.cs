using System.Globalization;

namespace GpuAls.Connectors.Postgres;

/// <summary>
/// A database as <c>postgres://[user@][host[:port]][/database][?name=value&amp;…]</c>. What the URL leaves out comes
/// from a service file and the environment, as with psql. Passwords are never in it.
/// </summary>
internal sealed class PostgresLocation
{
    private const string UnixSocketFolder = "/var/run/postgresql";
    private const string DefaultPort = "5432";
    private const string SchemeEnd = "://";

    /// <summary>Parameters of a URL or a service file, beside those that say what is read.</summary>
    private static readonly string[] Known =
    [
        "host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service",
        "connect_timeout", "application_name", "options", "target_session_attrs",
    ];

    private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    private readonly Dictionary<string, string> _settings = [];

    private PostgresLocation(string name) => Name = name;

    /// <summary>How messages name the database: the URL up to the question mark.</summary>
    public string Name { get; }

    /// <summary>The table that the URL names; null for none.</summary>
    public string? Table { get; private init; }

    /// <summary>The query that the URL has; null for none.</summary>
    public string? Query { get; private init; }

    /// <summary>Who connects.</summary>
    public string User => Setting("user", "PGUSER") ?? Environment.UserName;

    /// <summary>The database on the server.</summary>
    public string Database => Setting("dbname", "PGDATABASE") ?? User;

    /// <summary>The server: a name, an address, a folder with a Unix socket, or several with commas.</summary>
    public string Host => Setting("host", "PGHOST") ?? (Directory.Exists(UnixSocketFolder) ? UnixSocketFolder
        : "localhost");

    /// <summary>The port.</summary>
    public int Port => int.Parse(Setting("port", "PGPORT") ?? DefaultPort, CultureInfo.InvariantCulture);

    /// <summary>How TLS is used, as libpq names it.</summary>
    public string SslMode => Setting("sslmode", "PGSSLMODE") ?? "prefer";

    /// <summary>The password of the service file; null where it has none.</summary>
    public string? ServicePassword { get; private set; }

    /// <exception cref="GpuAlsException">Kind Usage: the location has another form, or a password.</exception>
    public static PostgresLocation Parse(string location)
    {
        var start = location.IndexOf(SchemeEnd, StringComparison.Ordinal) + SchemeEnd.Length;
        // Not the rest of it, which may be a password.
        Require.Usage(
            start > SchemeEnd.Length, $"'{location.Split(':')[0]}:…' is not a URL; expected {Form}.");
        var end = location.IndexOfAny(['/', '?'], start) is var found and >= 0 ? found : location.Length;
        var at = location.LastIndexOf('@', end - 1, end - start);
        var user = at < 0 ? "" : location[start..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0) throw HasPassword($"{location[..start]}{user[..colon]}{location[at..]}".Split('?')[0]);
        var url = DatabaseUrl.Parse(location);
        Require.Usage(
            !url.Base.AsSpan(start).Contains('@') || at >= 0,
            $"a URL of PostgreSQL has @ in its wrong part; expected {Form}. Percent-encode @ as %40.");
        var result = new PostgresLocation(url.Base)
        {
            Table = url[DatabaseUrl.Table],
            Query = url[DatabaseUrl.Query],
        };
        result.Set("user", user);
        result.SetHosts(url.Base[(at < 0 ? start : at + 1)..Math.Min(end, url.Base.Length)]);
        if (end < url.Base.Length) result.Set("dbname", url.Base[(end + 1)..]);
        result.SetParameters(url);
        return result;
    }

    /// <summary>A setting of the URL or the service; null where neither has it.</summary>
    public string? Setting(string name) => _settings.GetValueOrDefault(name);

    /// <summary>Adds what a service file says and the URL does not.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: there is no such service, or it sets what is unknown.</exception>
    public void AddService()
    {
        if (Setting("service", "PGSERVICE") is not { } service) return;
        foreach (var (name, value) in PostgresService.Read(service))
        {
            if (name == "password") ServicePassword = value;
            else if (!_settings.ContainsKey(name)) SetChecked(name, value, $"service '{service}'");
        }
    }

    private const string Form = "postgres://[user@]host[:port]/database";

    private static GpuAlsException HasPassword(string shown) => new(
        FailureKind.Usage,
        $"'{shown}' was given with a password. Everybody on this machine can see the command line. Leave the password "
        + "out of the URL and set PGPASSWORD, or put it into ~/.pgpass.");

    private string? Setting(string name, string variable) =>
        _settings.TryGetValue(name, out var value) ? value
        : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given
        : null;

    private void Set(string name, string encoded)
    {
        if (encoded.Length > 0) _settings[name] = Uri.UnescapeDataString(encoded);
    }

    private void SetHosts(string hosts)
    {
        if (hosts.Length == 0) return;
        var (name, port) = hosts.Contains(',', StringComparison.Ordinal) ? (hosts, "") : Split(hosts);
        Set("host", name);
        if (port.Length > 0) SetChecked("port", port, Name);
    }

    /// <summary>Host and port; IPv6 addresses stand in brackets.</summary>
    private static (string Host, string Port) Split(string host)
    {
        var colon = host.LastIndexOf(':');
        if (colon < 0 || colon < host.LastIndexOf(']')) return (host.Trim('[', ']'), "");
        return (host[..colon].Trim('[', ']'), host[(colon + 1)..]);
    }

    private void SetParameters(DatabaseUrl url)
    {
        Require.Usage(
            Table is null || Query is null, $"'{Name}' names a table and has a query. Leave one out.");
        foreach (var (name, value) in url.Parameters)
        {
            if (name is "password" or "sslpassword") throw HasPassword(Name);
            if (name is not (DatabaseUrl.Table or DatabaseUrl.Query)) SetChecked(name, value, Name);
        }
    }

    private void SetChecked(string name, string value, string where)
    {
        Require.Usage(
            Known.Contains(name),
            $"'{where}' has an unknown parameter '{name}'; expected {Words.OneOf([.. Known, "table", "query"])}.");
        if (name == "sslmode")
            Require.Usage(
                SslModes.Contains(value), $"'{where}': sslmode is '{value}'; expected {Words.OneOf(SslModes)}.");
        if (name is "port" or "connect_timeout")
            Require.Usage(
                int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number is > 0 and <= ushort.MaxValue,
                $"'{where}': {name} is '{value}'; expected a number from 1 to {ushort.MaxValue}.");
        _settings[name] = value;
    }
}

/// <summary>The file of services, in which names stand for the settings of a connection, as libpq reads it.</summary>
internal static class PostgresService
{
    /// <summary>The settings of a service.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: there is no such service.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Read(string service)
    {
        var files = Files().Where(File.Exists).ToArray();
        foreach (var file in files)
        {
            var lines = File.ReadLines(file).Select(line => line.Trim())
                .SkipWhile(line => line != $"[{service}]").Skip(1)
                .TakeWhile(line => !line.StartsWith('['))
                .Where(line => line.Length > 0 && line[0] != '#')
                .ToArray();
            if (lines.Length > 0 || File.ReadLines(file).Any(line => line.Trim() == $"[{service}]"))
                return lines.Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
                    .Select(parts => KeyValuePair.Create(parts[0].Trim(), parts[1].Trim()));
        }

        var looked = files.Length == 0 ? "there is no service file" : $"it is not in {string.Join(" or ", files)}";
        throw new GpuAlsException(
            FailureKind.Usage,
            $"the service '{service}' of PostgreSQL is unknown: {looked}. Name the file with PGSERVICEFILE.");
    }

    private static IEnumerable<string> Files()
    {
        if (Environment.GetEnvironmentVariable("PGSERVICEFILE") is { Length: > 0 } file) yield return file;
        else
            yield return Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pg_service.conf");
        yield return Path.Combine(
            Environment.GetEnvironmentVariable("PGSYSCONFDIR") ?? "/etc/postgresql-common", "pg_service.conf");
    }
}

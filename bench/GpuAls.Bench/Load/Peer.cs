using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace GpuAls.Bench.Load;

/// <summary>DuckDB, in memory, with as many threads as gpuals.</summary>
internal sealed class Peer : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Peer()
    {
        _connection.Open();
        Execute($"SET threads = {Environment.ProcessorCount}");
        Execute("SET preserve_insertion_order = false"); // an order it need not keep
    }

    public string Version => Scalar("SELECT version()");

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Groups a file; the groups are counted and added up where they are, which is cheaper for DuckDB than to hand them out.</summary>
    public void Group(string path) => Scalar($"SELECT count(*), sum(s)::DOUBLE, count(user), count(item) FROM ({GroupBy(path)})");

    /// <summary>Groups a file into a table, ids and all, as a program that works on has to.</summary>
    public void GroupIntoTable(string path)
    {
        Execute($"CREATE OR REPLACE TEMP TABLE grouped AS {GroupBy(path)}");
        Execute("DROP TABLE grouped");
    }

    /// <summary>Each pair with its sum.</summary>
    public IEnumerable<(string User, string Item, double Sum)> Pairs(string path)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = GroupBy(path);
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read()) yield return (reader.GetString(0), reader.GetString(1), reader.GetDouble(2));
    }

    /// <summary>The rows of lists that a query gives: user, item, rank, score.</summary>
    public IEnumerable<(string User, string Item, int Rank, float Score)> Lists(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read()) yield return (reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetFloat(3));
    }

    public void Dispose() => _connection.Dispose();

    private static string GroupBy(string path) => $"SELECT user, item, sum(plays)::DOUBLE AS s FROM '{path}' GROUP BY ALL";

    private string Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}

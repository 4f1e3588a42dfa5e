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
        Execute("SET preserve_insertion_order = false"); // it need not keep an order either
    }

    public string Version => Scalar("SELECT version()");

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Groups a file. The groups are only counted and summed, which is cheaper for DuckDB than returning them.
    /// </summary>
    public void Group(string path) =>
        Scalar($"SELECT count(*), sum(s)::DOUBLE, count(user), count(item) FROM ({GroupBy(path)})");

    /// <summary>Groups a file into a table with ids, as a program that goes on to use them must.</summary>
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

    /// <summary>The rows of a query for lists: user, item, rank, score.</summary>
    public IEnumerable<(string User, string Item, int Rank, float Score)> Lists(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
            yield return (reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetFloat(3));
    }

    public void Dispose() => _connection.Dispose();

    private static string GroupBy(string path) =>
        $"SELECT user, item, sum(plays)::DOUBLE AS s FROM '{path}' GROUP BY ALL";

    private string Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}

using DuckDB.NET.Data;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Export;

/// <summary>Random lists of models without factors, and DuckDB to read the files that they were written to.</summary>
internal static class ListSamples
{
    /// <summary>A model with some ids.</summary>
    public static FactorModel Model(IdIndex users, IdIndex items) =>
        FactorArrays.Model(
            users, items, new CsrMatrix(items.Count, new long[users.Count + 1], [], []), new AlsOptions { Rank = 1 },
            new float[users.Count], new float[items.Count]);

    /// <summary>A model with users 0, 1, ….</summary>
    public static FactorModel Model(int users, IdIndex items) =>
        Model(new IdIndex<int>([.. Enumerable.Range(0, users)]), items);

    /// <summary>Lists of any length up to k.</summary>
    /// <param name="model">Whose users and items.</param>
    /// <param name="lists">How many.</param>
    /// <param name="k">Length of the longest.</param>
    /// <param name="seed">Of the items and scores.</param>
    /// <param name="score">Draws a score.</param>
    /// <param name="firstUser">The user of the first list.</param>
    public static RecommendationBatch Lists(
        FactorModel model, int lists, int k, int seed, Func<Random, float> score, int firstUser = 0)
    {
        var random = new Random(seed);
        var indices = new int[lists * k];
        for (var list = 0; list < lists; list++)
        {
            var length = random.Next(4) == 0 ? random.Next(k + 1) : k;
            for (var position = 0; position < k; position++)
                indices[(list * k) + position] = position < length ? random.Next(model.Items.Count) : -1;
        }

        int[] users = [.. Enumerable.Range(0, lists).Select(list => (firstUser + list) % model.Users.Count)];
        return new RecommendationBatch(users, k, indices, [.. indices.Select(_ => score(random))]);
    }

    /// <summary>The single value of a query of DuckDB, as text.</summary>
    public static string Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!.ToString()!;
    }
}

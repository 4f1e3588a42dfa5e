using CsCheck;
using DuckDB.NET.Data;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Modeling;
using Parquet;
using static GpuAls.Tests.Export.ListSamples;

namespace GpuAls.Tests.Export;

/// <summary>Lists in the shape of Spark's recommendForAllUsers, read by DuckDB and Parquet.Net.</summary>
public sealed class NestedListTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Write_ListsOfAllLengthsAndNumbersOfItems_DuckDbReadsThem() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70_000], Gen.Int[0, 60], Gen.Int[0, 1_000_000])
            .Sample(
                (k, itemCount, lists, seed) =>
                {
                    var model = Model(50, new IdIndex<int>([.. Enumerable.Range(1_000, itemCount)]));
                    var batch = Lists(model, lists, k, seed);
                    Write(model, [batch]);
                    return Read().SequenceEqual(Expected(model, [batch]));
                },
                iter: 40,
                threads: 1);

    [Test]
    public void Write_MoreThanARowGroup_KeepsAllListsInOrder()
    {
        var model = Model(
            1_100, new IdIndex<string>([.. Enumerable.Range(0, 3_000).Select(item => $"item {item}")]));
        RecommendationBatch[] batches =
            [.. Enumerable.Range(0, 11).Select(part => Lists(model, 100, 1_000, part, firstUser: part * 100))];

        Write(model, batches);

        Assert.That(Query($"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{Path}')"), Is.EqualTo("2"));
        Assert.That(Read(), Is.EqualTo(Expected(model, batches)));
    }

    [Test]
    public void Write_OnlyEmptyLists_AreRowsWithoutItems()
    {
        var model = Model(3, new IdIndex<long>([1, 2]));

        Write(model, [new RecommendationBatch([2, 0], 1, [-1, -1], [0, 0])]);

        Assert.That(Read(), Is.EqualTo(new[] { ("2", ""), ("0", "") }));
    }

    [Test]
    public void Write_NoLists_HasTheTypesOfSpark()
    {
        Write(Model(3, new IdIndex<int>([1, 2])), []);

        Assert.That(
            Query($"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT * FROM '{Path}')"),
            Is.EqualTo("user INTEGER, recommendations STRUCT(item INTEGER, rating FLOAT)[]"));
        Assert.That(
            Query(
                "SELECT string_agg(coalesce(repetition_type, '') || ' ' || name, ', ') "
                + $"FROM (FROM parquet_schema('{Path}') OFFSET 1)"),
            Is.EqualTo(
                "REQUIRED user, OPTIONAL recommendations, REPEATED list, OPTIONAL element, OPTIONAL item, "
                + "OPTIONAL rating"));
    }

    [Test]
    public async Task Write_Lists_ParquetNetReadsValuesAndLevels()
    {
        var model = Model(5, new IdIndex<int>([10, 20, 30]));

        Write(model, [new RecommendationBatch([4, 0, 2], 2, [2, 0, -1, -1, 1, -1], [3, 2, 0, 0, 1, 0])]);

        await using var reader = await ParquetReader.CreateAsync(Path);
        using var group = reader.OpenRowGroupReader(0);
        var fields = reader.Schema.DataFields;
        Assert.That(fields.Select(field => field.Path.ToString()), Is.EqualTo(new[]
        {
            "user", "recommendations/list/element/item", "recommendations/list/element/rating",
        }));
        var (users, items, ratings) = (new int[3], new int[4], new float[4]); // of four levels, three have a value
        var (definitions, repetitions) = (new int[4], new int[4]);
        await group.ReadAsync<int>(fields[0], users);
        await group.ReadRawAsync<int>(fields[1], items, definitions.AsMemory(), repetitions.AsMemory());
        await group.ReadRawAsync<float>(fields[2], ratings, new int[4].AsMemory(), new int[4].AsMemory());
        Assert.That(users, Is.EqualTo(new[] { 4, 0, 2 }));
        Assert.That(items[..3], Is.EqualTo(new[] { 30, 10, 20 }));
        Assert.That(ratings[..3], Is.EqualTo(new[] { 3f, 2, 1 }));
        Assert.That(definitions, Is.EqualTo(new[] { 4, 4, 1, 4 }));
        Assert.That(repetitions, Is.EqualTo(new[] { 0, 1, 0, 0 }));
    }

    [Test]
    public async Task Commands_ListShapeNested_WriteTheListsOfTheFlatShape()
    {
        var (plays, model) = (_folder.At("plays.csv"), _folder.At("model"));
        await Tool.SucceedAsync("sample", "--output", plays, "--users", "30", "--items", "40", "--plays", "200");
        await Tool.SucceedAsync(
            "train", plays, "--weight-column", "plays", "--output", model, "--rank", "8", "--device", "cpu",
            "--list-shape", "nested");
        var trained = Rows($"{model}/recommendations.parquet", "item");
        foreach (var shape in (string[])["flat", "nested"])
        {
            await WriteAsync("recommend", shape);
            await WriteAsync("similar", shape, "--all");
        }

        var flat = Query(
            "SELECT string_agg(line, ' ') FROM (SELECT user || string_agg(item || '=' || score, ',' ORDER BY rank) "
            + $"AS line FROM '{_folder.At("recommend-flat.parquet")}' GROUP BY user ORDER BY user)");
        Assert.That(Rows(_folder.At("recommend-nested.parquet"), "item"), Is.EqualTo(flat));
        Assert.That(trained, Is.EqualTo(flat));
        Assert.That(
            Query(
                "SELECT string_agg(line, ' ') FROM (SELECT item || string_agg(similar_item || '=' || score, ',' "
                + $"ORDER BY rank) AS line FROM '{_folder.At("similar-flat.parquet")}' GROUP BY item ORDER BY item)"),
            Is.EqualTo(Rows(_folder.At("similar-nested.parquet"), "similar_item", "item")));

        Task WriteAsync(string command, string shape, params string[] options) => Tool.SucceedAsync(
        [
            command, model, "--output", _folder.At($"{command}-{shape}.parquet"), "--list-shape", shape,
            "--device", "cpu", .. options,
        ]);

        static string Rows(string path, string listed, string list = "user") => Query(
            $"SELECT string_agg({list} || array_to_string(list_transform(recommendations, "
            + $"one -> one.{listed} || '=' || one.rating), ','), ' ' ORDER BY {list}) FROM '{path}'");
    }

    [TestCase("lists.csv")]
    [TestCase("lists.jsonl")]
    [TestCase("sqlite:lists.db")]
    [TestCase(null)]
    public async Task Recommend_ListShapeNestedElsewhere_IsRefusedWithTheReason(string? output)
    {
        string[] options = output is null ? [] : ["--output", output];

        var run = await Tool.RunAsync(["recommend", "model", "--list-shape", "nested", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--list-shape nested requires a .parquet file: CSV"));
    }

    private string Path => _folder.At("lists.parquet");

    private void Write(FactorModel model, RecommendationBatch[] batches)
    {
        using var stream = File.Create(Path);
        RecommendationWriter.WriteAsync(
            ListFormat.Of(Path, ListShape.Nested).SinkTo(stream, new ListColumns(model)), batches)
            .GetAwaiter().GetResult();
    }

    private List<(string User, string Items)> Read()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT user::VARCHAR, array_to_string(list_transform(recommendations, "
            + $"one -> one.item || '=' || one.rating), ',') FROM '{Path}'";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string)>();
        while (reader.Read()) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }

    private static List<(string User, string Items)> Expected(FactorModel model, RecommendationBatch[] batches) =>
    [
        .. batches.SelectMany(batch => batch.UserIndices.Select((user, list) => (
            model.Users.Format(user),
            string.Join(',', Enumerable.Range(list * batch.K, batch.K)
                .Where(entry => batch.ItemIndices[entry] >= 0)
                .Select(entry => $"{model.Items.Format(batch.ItemIndices[entry])}={batch.Scores[entry]:0.0##}"))))),
    ];

    /// <summary>Scores are eighths, which are the same text everywhere.</summary>
    private static RecommendationBatch Lists(FactorModel model, int lists, int k, int seed, int firstUser = 0) =>
        ListSamples.Lists(model, lists, k, seed, random => random.Next(80) / 8f, firstUser);
}

using CsCheck;
using DuckDB.NET.Data;
using GpuAls.App;
using static GpuAls.Tests.Export.ListSamples;

namespace GpuAls.Tests.Export;

/// <summary>Another program reads from the files what was written.</summary>
public sealed class ParquetListTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public Task Write_TextIds_DuckDbReadsTheLists() =>
        Holds(
            new IdIndex<string>(["ada", "", "émile \"x\"\n", "😀", new string('z', 5_000)]),
            new IdIndex<string>(["a", "b", "ü"]));

    [Test]
    public Task Write_IntegerIds_DuckDbReadsTheLists() =>
        Holds(
            new IdIndex<int>([7, -1, int.MinValue, 0, int.MaxValue]),
            new IdIndex<long>([long.MinValue, 5, long.MaxValue]));

    [Test]
    public Task Write_UnsignedIntegerIds_DuckDbReadsTheLists() =>
        Holds(new IdIndex<ulong>([7, ulong.MaxValue, 1ul << 63, 0, 3]), new IdIndex<ulong>([5, (1ul << 63) + 5, 6]));

    [Test]
    public Task Write_UuidIds_DuckDbReadsTheLists() =>
        Holds(
            new IdIndex<Guid>(
                [.. Enumerable.Range(0, 5).Select(user => new Guid(user, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))]),
            new IdIndex<Guid>(
            [
                Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
                Guid.Empty,
                Guid.Parse("ffffffff-ffff-ffff-ffff-ffffffffffff"),
            ]));

    [Test]
    public void Write_ListsOfAllLengthsAndNumbersOfItems_DuckDbReadsThem() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70_000], Gen.Int[0, 60], Gen.Int[0, 1_000_000])
            .Sample(
                (k, itemCount, lists, seed) =>
                {
                    var model = Model(
                        new IdIndex<int>([.. Enumerable.Range(0, 50)]),
                        new IdIndex<int>([.. Enumerable.Range(1_000, itemCount)]));
                    var batch = Lists(model, lists, k, seed);
                    Write(model, [batch]);
                    return Read().SequenceEqual(Expected(model, [batch]));
                },
                iter: 40,
                threads: 1);

    [Test]
    public void Write_MoreThanARowGroup_KeepsAllRowsInOrder()
    {
        var model = Model(
            new IdIndex<int>([.. Enumerable.Range(0, 1_100)]),
            new IdIndex<string>([.. Enumerable.Range(0, 3_000).Select(item => $"item {item}")]));
        RecommendationBatch[] batches =
            [.. Enumerable.Range(0, 11).Select(part => Lists(model, 100, 1_000, part, firstUser: part * 100))];

        Write(model, batches);

        Assert.That(Query($"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{Path}')"), Is.EqualTo("2"));
        Assert.That(Read(), Is.EqualTo(Expected(model, batches)));
    }

    [Test]
    public void Write_NoLists_IsAFileWithoutRows()
    {
        Write(SampleModelOf5(), []);

        Assert.That(Query($"SELECT count(*) FROM '{Path}'"), Is.EqualTo("0"));
        Assert.That(
            Query($"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT * FROM '{Path}')"),
            Is.EqualTo("user VARCHAR, item INTEGER, rank INTEGER, score FLOAT"));
    }

    [TestCase("lists.parquet")]
    [TestCase("lists.csv")]
    [TestCase("lists.jsonl")]
    public async Task Write_OtherBatches_GiveTheSameBytes(string name)
    {
        var model =
            Model(new IdIndex<int>([.. Enumerable.Range(0, 5_000)]), new IdIndex<int>([.. Enumerable.Range(0, 77)]));
        var whole = Lists(model, 5_000, 30, seed: 4);
        RecommendationBatch[] parts = [.. Enumerable.Range(0, 5_000).Chunk(617).Select(users => new RecommendationBatch(
            users,
            30,
            whole.ItemIndices[(users[0] * 30)..((users[^1] + 1) * 30)],
            whole.Scores[(users[0] * 30)..((users[^1] + 1) * 30)]))];

        await WriteAsync("whole", ListFormat.Of(name), model, [whole]);
        await WriteAsync("parts", ListFormat.Of(name), model, parts);

        Assert.That(File.ReadAllBytes(_folder.At("parts")), Is.EqualTo(File.ReadAllBytes(_folder.At("whole"))));
    }

    private string Path => _folder.At("lists.parquet");

    private async Task Holds(IdIndex users, IdIndex items)
    {
        var model = Model(users, items);

        // A user twice, and one with no list.
        var batch = new RecommendationBatch(
            [4, 0, 2, 1, 2],
            3,
            [2, 0, 1, 1, -1, -1, -1, -1, -1, 0, 2, -1, 1, 0, 2],
            [.. Enumerable.Range(0, 15).Select(entry => 1f / (entry + 1))]);
        await WriteAsync("lists.parquet", ListFormat.Parquet, model, [batch]);

        Assert.That(Read(), Is.EqualTo(Expected(model, [batch])));
    }

    private void Write(FactorModel model, RecommendationBatch[] batches) =>
        WriteAsync("lists.parquet", ListFormat.Parquet, model, batches).GetAwaiter().GetResult();

    private async Task WriteAsync(string name, ListFormat format, FactorModel model, RecommendationBatch[] batches)
    {
        await using var stream = File.Create(_folder.At(name));
        await RecommendationWriter.WriteAsync(format.SinkTo(stream, new ListColumns(model)), batches);
    }

    private List<(string User, string Item, int Rank, float Score)> Read()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT user::VARCHAR, item::VARCHAR, rank, score FROM '{Path}'";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, int, float)>();
        while (reader.Read())
            rows.Add((reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetFloat(3)));
        return rows;
    }

    private static List<(string User, string Item, int Rank, float Score)> Expected(
        FactorModel model, RecommendationBatch[] batches)
    {
        var rows = new List<(string, string, int, float)>();
        foreach (var batch in batches)
            for (var entry = 0; entry < batch.ItemIndices.Length; entry++)
                if (batch.ItemIndices[entry] >= 0)
                    rows.Add((
                        model.Users.Format(batch.UserIndices[entry / batch.K]),
                        model.Items.Format(batch.ItemIndices[entry]),
                        1 + (entry % batch.K),
                        batch.Scores[entry]));
        return rows;
    }

    private static RecommendationBatch Lists(FactorModel model, int lists, int k, int seed, int firstUser = 0) =>
        ListSamples.Lists(model, lists, k, seed, random => random.NextSingle(), firstUser);

    private static FactorModel SampleModelOf5() =>
        Model(new IdIndex<string>(["a", "b", "c", "d", "e"]), new IdIndex<int>([1, 2, 3]));
}

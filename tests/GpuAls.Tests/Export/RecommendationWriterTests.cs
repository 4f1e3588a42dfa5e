using GpuAls.App;
using GpuAls.Tests.Modeling;
using Parquet;

namespace GpuAls.Tests.Export;

public sealed class RecommendationWriterTests
{
    private static readonly RecommendationBatch First = new([0, 1], 2, [3, 0, 6, -1], [0.5f, 0.25f, 1.5f, float.NegativeInfinity]);
    private static readonly RecommendationBatch Second = new([4], 2, [-1, -1], [float.NegativeInfinity, float.NegativeInfinity]);

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Write_Csv_QuotesIdsAndLeavesOutEmptyPlaces()
    {
        await WriteAsync("lists.csv");

        Assert.That(File.ReadAllLines(_folder.At("lists.csv")), Is.EqualTo(new[]
        {
            "user,item,rank,score",
            "ada,40,1,0.5",
            "ada,10,2,0.25",
            "\"bob \"\"b\"\", jr\",70,1,1.5",
        }));
    }

    [Test]
    public async Task Write_JsonLines_OneListALine()
    {
        await WriteAsync("lists.jsonl");

        Assert.That(File.ReadAllLines(_folder.At("lists.jsonl")), Is.EqualTo(new[]
        {
            """{"user":"ada","items":[{"item":40,"score":0.5},{"item":10,"score":0.25}]}""",
            """{"user":"bob \"b\", jr","items":[{"item":70,"score":1.5}]}""",
            """{"user":"émile","items":[]}""",
        }));
    }

    [Test]
    public async Task Write_Parquet_KeepsTheTypesOfTheIds()
    {
        await WriteAsync("lists.parquet");

        await using var reader = await ParquetReader.CreateAsync(_folder.At("lists.parquet"));
        using var group = reader.OpenRowGroupReader(0);
        var fields = reader.Schema.DataFields;
        Assert.That(fields.Select(field => (field.Name, field.ClrType)), Is.EqualTo(new[]
        {
            ("user", typeof(ReadOnlyMemory<char>)), ("item", typeof(long)), ("rank", typeof(int)), ("score", typeof(float)),
        }));
        var users = new string?[3];
        var ranks = new int[3];
        await group.ReadAsync(fields[0], users);
        await group.ReadAsync<int>(fields[2], ranks);
        Assert.That(users, Is.EqualTo(new[] { "ada", "ada", "bob \"b\", jr" }));
        Assert.That(ranks, Is.EqualTo(new[] { 1, 2, 1 }));
    }

    [Test]
    public void FormatOf_AnotherExtension_ListsThoseThereAre() =>
        Assert.That(
            () => ListFormat.Of("lists.xlsx"),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("expected .parquet, .csv or .jsonl"));

    private async Task WriteAsync(string name)
    {
        await using var stream = File.Create(_folder.At(name));
        await RecommendationWriter.WriteAsync(ListFormat.Of(name).SinkTo(stream, SampleModel.Create()), [First, Second]);
    }
}

using GpuAls.App;
using GpuAls.Tests.Modeling;
using Parquet;

namespace GpuAls.Tests.Export;

public sealed class RecommendationWriterTests
{
    private static readonly RecommendationBatch First =
        new([0, 1], 2, [3, 0, 6, -1], [0.5f, 0.25f, 1.5f, float.NegativeInfinity]);
    private static readonly RecommendationBatch Second =
        new([4], 2, [-1, -1], [float.NegativeInfinity, float.NegativeInfinity]);

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Write_Csv_QuotesIdsAndLeavesOutEmptySlots()
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
            (
                "user",
                typeof(ReadOnlyMemory<char>)), ("item", typeof(long)), ("rank", typeof(int)), ("score", typeof(float)),
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
        await RecommendationWriter.WriteAsync(
            ListFormat.Of(name).SinkTo(stream, new ListColumns(SampleModel.Create())), [First, Second]);
    }

    /// <summary>As for a table in a database: one block at a time, in their order, then the end.</summary>
    [TestCase(2)]
    [TestCase(1_000)]
    public async Task Write_AnySink_GetsWholeListsInOrderOneBlockAtATime(int blockRows)
    {
        var sink = new RowSink(blockRows);

        await RecommendationWriter.WriteAsync(sink, [First, Second, First]);

        Assert.That(sink.Rows, Is.EqualTo(new[] { (0, 3), (0, 0), (1, 6), (0, 3), (0, 0), (1, 6) }));
        Assert.That((sink.IsComplete, sink.IsDisposed), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task Write_SinkRefusesABlock_IsNeverCompleteAndDisposedOf()
    {
        var sink = new RowSink(2) { MaximumRows = 3 };
        var made = 0;

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => RecommendationWriter.WriteAsync(sink, Enumerable.Range(0, 100).Select(_ =>
        {
            made++;
            return First;
        })));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(made, Is.LessThan(4), "no more lists are made than are asked for");
        Assert.That((sink.IsComplete, sink.IsDisposed), Is.EqualTo((false, true)));
    }

    /// <summary>Keeps user and item of each row.</summary>
    private sealed class RowSink(int blockRows) : IRecommendationSink
    {
        private bool _isBusy;

        public List<(int User, int Item)> Rows { get; } = [];

        public int MaximumRows { get; init; } = int.MaxValue;

        public bool IsComplete { get; private set; }

        public bool IsDisposed { get; private set; }

        public int BlockRows => blockRows;

        public async ValueTask WriteAsync(ListBlock block, CancellationToken cancellation)
        {
            Assert.That((_isBusy, IsComplete), Is.EqualTo((false, false)));
            Assert.That(block.MaximumRows, Is.LessThanOrEqualTo(Math.Max(2, blockRows)));
            _isBusy = true;
            await Task.Yield();
            foreach (var list in block.Lists())
                foreach (var item in list.Items.ToArray()) Rows.Add((list.User, item));
            _isBusy = false;
            if (Rows.Count > MaximumRows) throw new GpuAlsException(FailureKind.Output, "the connection is lost.");
        }

        public ValueTask CompleteAsync(CancellationToken cancellation)
        {
            Assert.That(_isBusy, Is.False);
            IsComplete = true;
            return default;
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }
}

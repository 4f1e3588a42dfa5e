using Parquet.Serialization;

namespace GpuAls.Tests.Reading.Features;

/// <summary>Files of features become the same table in every format, and bad ones a clear error.</summary>
public sealed class FeatureReaderTests
{
    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Read_CsvJsonAndParquet_GiveTheSameTable()
    {
        File.WriteAllText(
            _folder.At("f.csv"),
            "item,year,label,tags\ni1,1990,\"Blue, Red\",rock|pop\ni2,2000,Blue,rock\ni3,,\"Blue, Red\",\n"
            + "i4,2010,Blue,jazz|rock|pop\n");
        File.WriteAllText(
            _folder.At("f.jsonl"),
            """
            {"item":"i1","year":1990,"label":"Blue, Red","tags":["rock","pop"]}
            {"item":"i2","year":2000,"label":"Blue","tags":["rock"]}
            {"label":"Blue, Red","item":"i3","tags":null}

            {"item":"i4","year":2010.0,"label":"Blue","tags":["jazz","rock","pop"]}
            """);
        await ParquetSerializer.SerializeAsync(
            new Row[]
            {
                new("i1", 1990, "Blue, Red", ["rock", "pop"]), new("i2", 2000, "Blue", ["rock"]),
                new("i3", null, "Blue, Red", null), new("i4", 2010, "Blue", ["jazz", "rock", "pop"]),
            },
            _folder.At("f.parquet"));

        foreach (var file in new[] { "f.csv", "f.jsonl", "f.parquet" })
        {
            var (table, columns) = await ReadAsync(file, separator: "|");
            Assert.That(
                table.Names,
                Is.EqualTo((string[])
                    ["(bias)", "year", "label=Blue", "label=Blue, Red", "tags=pop", "tags=rock"]), file);
            Assert.That(Text(table, "i1"), Is.EqualTo("0:1 1:-1.2247 3:1 4:0.7071 5:0.7071"), file);
            Assert.That(Text(table, "i2"), Is.EqualTo("0:1 2:1 5:1"), file);
            Assert.That(Text(table, "i3"), Is.EqualTo("0:1 3:1"), file);
            Assert.That(Text(table, "i4"), Is.EqualTo("0:1 1:1.2247 2:1 4:0.7071 5:0.7071"), file);
            Assert.That(
                columns.Select(column => (column.Name, column.Features, column.Dropped)),
                Is.EqualTo(new[] { ("year", 1, 0), ("label", 2, 0), ("tags", 2, 1) }), file);
        }
    }

    [Test]
    public async Task Read_NumbersOfParquet_AreNumbersAndIdsKeepAllDigits()
    {
        await ParquetPlays.WriteAsync(
            _folder.At("numbers.parquet"), 2,
            ("item", new[] { 9_007_199_254_740_993, 2, 3 }), ("a", new double?[] { 1, null, 3 }),
            ("b", new[] { 1, 2, 4 }), ("c", new[] { 1.5, double.NaN, 2.5 }), ("d", new[] { true, false, true }));

        var (table, _) = await ReadAsync("numbers.parquet", minCount: 1);

        Assert.That(table.Names, Is.EqualTo((string[])["(bias)", "a", "b", "c", "d=false", "d=true"]));
        Assert.That(table.Ids.Format(0), Is.EqualTo("9007199254740993"));
        Assert.That(Text(table, "2"), Is.EqualTo("0:1 2:-0.2673 4:1"));
    }

    [Test]
    public async Task Read_ChosenColumns_AreTheOnlyOnesAndAreWhatTheySay()
    {
        File.WriteAllText(_folder.At("chosen.csv"), "item,zip,note,year\na,10,x,1\nb,10,y,2\nc,20,z,3\nd,20,w,4\n");

        var (table, _) = await ReadAsync(
            "chosen.csv", columns: [FeatureColumn.Parse("zip:category"), FeatureColumn.Parse("year")]);

        Assert.That(table.Names, Is.EqualTo((string[])["(bias)", "zip=10", "zip=20", "year"]));
    }

    [Test]
    public async Task Read_PartitionsAndSeveralFiles_AreOneTable()
    {
        Directory.CreateDirectory(_folder.At("many", "genre=rock"));
        Directory.CreateDirectory(_folder.At("many", "genre=jazz"));
        File.WriteAllText(_folder.At("many", "genre=rock", "1.csv"), "item,year\na,1\nb,2\n");
        File.WriteAllText(_folder.At("many", "genre=jazz", "2.csv"), "item,year\nc,3\nd,4\n");

        var (table, _) = await ReadAsync("many");

        Assert.That(table.Names, Is.EquivalentTo((string[])["(bias)", "year", "genre=rock", "genre=jazz"]));
        Assert.That(table.Ids.Count, Is.EqualTo(4));
    }

    [TestCase("item,year\na,1\na,2\n", "already in", "line 2")]
    [TestCase("item,year\na,1\n,2\n", "line 3: the id is empty", "--on-bad-row skip")]
    [TestCase("item,year\na,1\nb\n", "line 3: it has 1 field, and the first line 2", "--on-bad-row skip")]
    [TestCase("id,year\na,1\n", "no column 'item'", "--item-column")]
    [TestCase("item,year\n", "has no rows", "one row per id")]
    [TestCase("", "has no rows", "one row per id")]
    [TestCase("item\na\nb\n", "has no features: it has no column but 'item'", "--item-features")]
    [TestCase("item,year\na,7\nb,7\n", "the same value in all rows", "--min-feature-count")]
    [TestCase("item,year,year\na,7,8\nb,7,9\n", "the column 'year' twice", "bad.csv")]
    public async Task Read_BadFile_SaysWhatAndWhere(string text, string problem, string more)
    {
        File.WriteAllText(_folder.At("bad.csv"), text);

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ReadAsync("bad.csv"));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure!.Message, Does.Contain(problem).And.Contain(more));
    }

    [TestCase("abc", "expected a finite number")]
    [TestCase("inf", "expected a finite number")]
    public async Task Read_TextInAColumnOfNumbers_NamesTheLine(string text, string problem)
    {
        File.WriteAllText(_folder.At("text.csv"), $"item,year\na,1\nb,2\nc,{text}\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => ReadAsync("text.csv", columns: [FeatureColumn.Parse("year:number")]));

        Assert.That(failure!.Message, Does.Contain("text.csv, line 4").And.Contain(problem).And.Contain(text));
    }

    [TestCase("[1,2]", "expected one JSON object per line")]
    [TestCase("{\"item\":\"a\",\"tags\":[{\"x\":1}]}", "expected strings or numbers")]
    [TestCase("{\"item\":\"a\",", "line 1")]
    public async Task Read_BadJson_NamesTheLine(string line, string problem)
    {
        File.WriteAllText(_folder.At("bad.jsonl"), line + "\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ReadAsync("bad.jsonl"));

        Assert.That(failure!.Message, Does.Contain("bad.jsonl").And.Contain(problem));
    }

    [Test]
    public async Task Read_DamagedParquet_NamesTheFile()
    {
        File.WriteAllText(_folder.At("bad.parquet"), "PAR1 is not enough");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ReadAsync("bad.parquet"));

        Assert.That(failure!.Message, Does.Contain("bad.parquet cannot be read as Parquet"));
    }

    [Test]
    public async Task Read_ColumnThatIsNotThere_ListsThoseThatAre()
    {
        File.WriteAllText(_folder.At("columns.csv"), "item,year,tags\na,1,x\nb,2,x\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => ReadAsync("columns.csv", columns: [FeatureColumn.Parse("yeer")]));

        Assert.That(failure!.Message, Does.Contain("no column 'yeer'"));
    }

    [Test]
    public async Task Read_BadRows_AreSkippedWhereAsked()
    {
        File.WriteAllText(_folder.At("skip.csv"), "item,year\na,1\n,2\nb,5\nc\n");
        var schema = Schema() with { Text = new InteractionSchema { OnBadRow = OnBadRow.Skip } };

        var rows = await FeatureReader.ReadAsync(_folder.At("skip.csv"), schema, default);

        Assert.That(rows.Ids, Is.EqualTo((string[])["a", "b"]));
        Assert.That(rows.BadCount, Is.EqualTo(2));
    }

    [Test]
    public void Encode_TooManyFeatures_SaysTheLimitAndTheRemedy()
    {
        var rows = new FeatureRows(Schema());
        for (var row = 0; row <= FeatureEncoder.MostColumns; row++)
        {
            rows.Begin($"i{row}", $"line {row}");
            rows.Set("tag", FeatureCell.Of($"t{row}"));
        }

        var failure = Assert.Throws<GpuAlsException>(() => FeatureEncoder.Encode(rows, Schema(), 1, "f.csv"));

        Assert.That(
            failure!.Message,
            Does.Contain("more than 100,000 features").And.Contain("--min-feature-count (now 1)")
                .And.Contain("--item-feature-columns"));
    }

    private async Task<(FeatureTable Table, IReadOnlyList<FeatureColumnSummary> Columns)> ReadAsync(
        string file, string? separator = null, int minCount = 2, FeatureColumn[]? columns = null)
    {
        var schema = Schema() with { Separator = separator, Columns = columns ?? [] };
        var rows = await FeatureReader.ReadAsync(_folder.At(file), schema, default);
        return FeatureEncoder.Encode(rows, schema, minCount, file);
    }

    private static FeatureSchema Schema() => new()
    {
        Option = "--item-features",
        IdColumn = "item",
        IdOption = "--item-column",
        Text = new InteractionSchema(),
    };

    private static string Text(FeatureTable table, string id)
    {
        Assert.That(table.Ids.TryFind(id, out var row), Is.True);
        var (columns, values) = (table.Values.RowIndices(row).ToArray(), table.Values.RowValues(row).ToArray());
        return string.Join(
            ' ', columns.Zip(values, (column, value) => FormattableString.Invariant($"{column}:{value:0.####}")));
    }

    private sealed record Row
    {
        public Row()
        {
        }

        public Row(string item, double? year, string label, List<string>? tags) =>
            (this.item, this.year, this.label, this.tags) = (item, year, label, tags);

        public string item { get; set; } = "";

        public double? year { get; set; }

        public string? label { get; set; }

        public List<string>? tags { get; set; }
    }
}

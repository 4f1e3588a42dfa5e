using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace GpuAls.Tests.Reading;

/// <summary>Columns of times: every form of them, and what is said of others.</summary>
public sealed class TimeColumnTests : LoaderTests
{
    private const long Microsecond = 1;
    private const long Day = 86_400_000_000;

    private static readonly InteractionSchema Timed = new() { TimeColumn = "time" };

    private static readonly DateTime[] Instants =
    [
        new(2025, 3, 31, 20, 15, 7, DateTimeKind.Utc),
        new(1969, 12, 31, 23, 0, 0, DateTimeKind.Utc),
        new(2025, 3, 31, 20, 15, 8, DateTimeKind.Utc),
    ];

    public static IEnumerable<TestCaseData> Integers() =>
        from column in new Array[]
        {
            new int[] { 5, -3, 9 }, new long[] { 5, -3, 9L }, new short[] { 5, -3, 9 }, new string[] { "5", "-3", "9" },
        }
        select new TestCaseData(column).SetArgDisplayNames(column.GetType().Name);

    public static IEnumerable<TestCaseData> Timestamps() =>
        from field in new[]
        {
            new DateTimeDataField("time", DateTimeFormat.Impala),
            new DateTimeDataField("time", DateTimeFormat.DateAndTime),
            new DateTimeDataField("time", DateTimeFormat.DateAndTimeMicros),
            new DateTimeDataField("time", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Millis),
            new DateTimeDataField("time", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Micros),
            new DateTimeDataField("time", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Nanos),
        }
        from hint in new[] { EncodingHint.Default, EncodingHint.Dictionary, EncodingHint.DeltaBinaryPacked }
        where hint != EncodingHint.DeltaBinaryPacked || field.DateTimeFormat != DateTimeFormat.Impala
        select new TestCaseData(field, hint).SetArgDisplayNames($"{field.DateTimeFormat} {field.Unit} {hint}");

    [TestCaseSource(nameof(Integers))]
    public async Task Load_ParquetIntegers_AreTakenAsTheyAre(Array times)
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"),
            1,
            ("user", new[] { "a", "b", "c" }),
            ("item", new[] { "x", "y", "z" }),
            ("time", times));

        Assert.That((await LoadAsync("p.parquet", Timed)).Times, Is.EqualTo(new long[] { 5, -3, 9 }));
    }

    [TestCaseSource(nameof(Timestamps))]
    public async Task Load_ParquetTimestamps_AreMicroseconds(DateTimeDataField field, EncodingHint hint)
    {
        await WriteAsync(field, Instants, hint);

        Assert.That(
            (await LoadAsync("p.parquet", Timed)).Times,
            Is.EqualTo(Instants.Select(instant => (long)(instant - DateTime.UnixEpoch).TotalMicroseconds)));
    }

    [Test]
    public async Task Load_ParquetDates_AreMicroseconds()
    {
        await WriteAsync(
            new DateTimeDataField("time", DateTimeFormat.Date),
            [new(1970, 1, 2), new(1969, 12, 30), new(2025, 3, 31)],
            EncodingHint.Default);

        Assert.That((await LoadAsync("p.parquet", Timed)).Times, Is.EqualTo(new[] { Day, -2 * Day, 20_178 * Day }));
    }

    [TestCase("1970-01-02", Day)]
    [TestCase("1970-01-01T00:00Z", 0)]
    [TestCase("1970-01-01T01:00:00.5+01:00", 500_000)]
    [TestCase("1970-01-01 00:00:01", 1_000_000)]
    [TestCase("1970-01-01 00:00:00.000001", Microsecond)]
    [TestCase("1969-12-31T23:59:59Z", -1_000_000)]
    public async Task Load_DatesInText_AreMicroseconds(string text, long expected)
    {
        Write("p.csv", $"user,item,time\na,x,{text}\n");
        Write("quoted.csv", $"user,item,time\n\"a\",x,\"{text}\"\n");
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", new[] { "a" }), ("item", new[] { "x" }), ("time", new[] { text }));

        foreach (var file in new[] { "p.csv", "quoted.csv", "p.parquet" })
            Assert.That((await LoadAsync(file, Timed)).Times, Is.EqualTo(new[] { expected }), file);
    }

    [Test]
    public async Task Load_TimesBesideWeights_StayWithTheirRows()
    {
        Write("p.csv", "time,item,plays,user\n7,x,2,a\n8,y,0,a\n9,z,4,b\n");

        var plays = await LoadAsync("p.csv", Timed with { WeightColumn = "plays" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 2f), ("b", "z", 4f) }));
        Assert.That(plays.Times, Is.EqualTo(new long[] { 7, 9 }), "the row of weight 0 is left out with its time");
    }

    [TestCase("31.03.2025")]
    [TestCase("2025-13-01")]
    [TestCase("1.5")]
    [TestCase("")]
    [TestCase("99999999999999999999")]
    public async Task Load_TextThatIsNoTime_IsABadRow(string text)
    {
        Write("p.csv", $"user,item,time\na,x,{text}\nb,y,2025-01-01\n");
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"),
            1,
            ("user", new[] { "a", "b" }),
            ("item", new[] { "x", "y" }),
            ("time", new[] { text, "2025-01-01" }));

        foreach (var file in new[] { "p.csv", "p.parquet" })
        {
            await AssertBadAsync(file, Timed, "1 of 2 rows cannot be used", "column 'time' is ");
            Assert.That(
                (await LoadAsync(file, Timed with { OnBadRow = OnBadRow.Skip })).Times, Has.Length.EqualTo(1), file);
        }
    }

    [Test]
    public async Task Load_NullTimes_AreBadRows()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"),
            1,
            ("user", new[] { "a", "b" }),
            ("item", new[] { "x", "y" }),
            ("time", new int?[] { null, 4 }));

        await AssertBadAsync("p.parquet", Timed, "row 0: column 'time' is null");
    }

    [Test]
    public async Task Load_IntegersAmongDates_AreBad()
    {
        Write("mixed.csv", "user,item,time\na,x,5\nb,y,2025-01-01\n");
        Directory.CreateDirectory(Folder.At("both"));
        Write("both/1.csv", "user,item,time\na,x,5\n");
        Write("both/2.csv", "user,item,time\nb,y,2025-01-01\n");

        await AssertBadAsync("mixed.csv", Timed, "line 3: column 'time' is '2025-01-01'", "one kind in all rows");
        await AssertBadAsync("both", Timed, "has integers in", "1.csv and timestamps or dates in", "2.csv");
    }

    [Test]
    public async Task Load_ParquetColumnOfAnotherType_SaysWhatIsExpected()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", new[] { "a" }), ("item", new[] { "x" }), ("time", new[] { 1.5 }));

        await AssertBadAsync("p.parquet", Timed, "column 'time' is DOUBLE", "TIMESTAMP", "--time-column");
    }

    [Test]
    public async Task Load_NoSuchColumn_NamesTheOption() =>
        await AssertBadAsync(MadeFile(), Timed, "has no column 'time'", "--time-column");

    private string MadeFile()
    {
        Write("p.csv", "user,item\na,x\n");
        return "p.csv";
    }

    private async Task WriteAsync(DateTimeDataField field, DateTime[] times, EncodingHint hint)
    {
        var (user, item) = (
            new DataField("user", typeof(string), isNullable: false),
            new DataField("item", typeof(string), isNullable: false));
        var options = new ParquetOptions();
        options.ColumnEncodingHints["time"] = hint;
        await using var stream = File.Create(Folder.At("p.parquet"));
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, item, field), stream, options);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(user, [.. times.Select((_, row) => row.ToString(CultureInfo.InvariantCulture))]);
        await group.WriteAsync(item, [.. times.Select(_ => "x")]);
        await group.WriteAsync<DateTime>(field, times);
    }
}

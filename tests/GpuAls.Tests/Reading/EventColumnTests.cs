using System.Globalization;
using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>Kinds of events with their weights, and periods: the same in every format.</summary>
public sealed class EventColumnTests : LoaderTests
{
    private static readonly InteractionSchema Events = new()
    {
        EventColumn = "kind",
        EventWeights = EventWeights.Parse("play=1,like=5,skip=-2,seen=0", "--event-weights"),
    };

    private static readonly string[] Kinds = ["play", "like", "skip", "seen"];

    private static readonly Gen<Row[]> RowLists = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 20],
        (user, item, kind, plays, day) => new Row($"u{user}", $"i{item}", Kinds[kind], plays, day)).Array[1, 30];

    /// <summary>Every format and the naive reference: weight of the event times the weight of the row.</summary>
    [Test]
    public void Load_EventsWeightsAndPeriod_AreTheNaiveOnesInEveryFormat() => Gen.Select(RowLists, Gen.Int[0, 20])
        .Sample(
            (rows, first) =>
            {
                var schema = Events with
                {
                    WeightColumn = "plays",
                    TimeColumn = "day",
                    Since = DateTimeOffset.UnixEpoch.AddDays(first),
                    Until = DateTimeOffset.UnixEpoch.AddDays(first + 8),
                };
                var inPeriod = rows.Where(row => row.Day >= first && row.Day < first + 8).ToArray();
                var expected = inPeriod
                    .Select(row => (row.User, row.Item, (float)(row.Plays * Events.EventWeights!.Weights[row.Kind])))
                    .Where(row => row.Item3 != 0).ToArray();
                if (expected.Length == 0) return;
                WriteAll(rows);
                foreach (var file in new[] { "p.csv", "q.csv", "p.jsonl", "p.parquet" })
                {
                    var plays = LoadAsync(file, schema).GetAwaiter().GetResult();
                    Assert.That(Rows(plays), Is.EqualTo(expected), file);
                    Assert.That(
                        plays.Statistics.RowsOutsidePeriod + plays.Statistics.ZeroWeightRows + plays.RowCount,
                        Is.EqualTo(rows.Length), file);
                }
            },
            iter: 60, threads: 1);

    [Test]
    public async Task Load_EventsWithoutWeightColumn_AreTheirWeights()
    {
        WriteAll([new("a", "x", "like", 3, 1), new("a", "x", "skip", 3, 1), new("b", "x", "seen", 1, 1)]);

        foreach (var file in new[] { "p.csv", "q.csv", "p.jsonl", "p.parquet" })
            Assert.That(
                Rows(await LoadAsync(file, Events)), Is.EqualTo(new[] { ("a", "x", 5f), ("a", "x", -2f) }), file);
    }

    [TestCase("share", "is 'share'; --event-weights has play=1,like=5,skip=-2,seen=0. Add it, or *=0 to ignore")]
    [TestCase("Play", "is 'Play'; --event-weights has")]
    [TestCase("", "column 'kind' is empty")]
    public async Task Load_UnknownEvent_IsABadRow(string kind, string message)
    {
        WriteAll([new("a", "x", "play", 3, 1), new("b", "y", kind, 3, 1)]);

        foreach (var file in new[] { "p.csv", "q.csv", "p.jsonl", "p.parquet" })
        {
            await AssertBadAsync(file, Events, "1 of 2 rows cannot be used", message);
            var skipped = await LoadAsync(file, Events with { OnBadRow = OnBadRow.Skip });
            Assert.That(skipped.RowCount, Is.EqualTo(1), file);
        }
    }

    [Test]
    public async Task Load_AllOtherEvents_HaveTheWeightOfTheStar()
    {
        WriteAll([new("a", "x", "play", 3, 1), new("b", "y", "share", 3, 1), new("c", "y", "hide", 3, 1)]);
        var schema = Events with { EventWeights = EventWeights.Parse("play=1,hide=-1,*=0.5", "--event-weights") };

        foreach (var file in new[] { "p.csv", "p.jsonl", "p.parquet" })
            Assert.That(
                Rows(await LoadAsync(file, schema)),
                Is.EqualTo(new[] { ("a", "x", 1f), ("b", "y", 0.5f), ("c", "y", -1f) }), file);
    }

    [Test]
    public async Task Load_EventsThatAreIntegersOrFolders_AreKinds()
    {
        Write("p.csv", "user,item,kind\na,x,1\nb,y,2\n");
        Write("p.jsonl", "{\"user\":\"a\",\"item\":\"x\",\"kind\":1}\n{\"user\":\"b\",\"item\":\"y\",\"kind\":2}\n");
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", new[] { "a", "b" }), ("item", new[] { "x", "y" }),
            ("kind", new[] { 1, 2 }));
        Directory.CreateDirectory(Folder.At("d/kind=1"));
        Directory.CreateDirectory(Folder.At("d/kind=2"));
        Write("d/kind=1/p.csv", "user,item\na,x\n");
        await ParquetPlays.WriteAsync(
            Folder.At("d/kind=2/p.parquet"), 1, ("user", new[] { "b" }), ("item", new[] { "y" }));
        var schema = Events with { EventWeights = EventWeights.Parse("1=3,2=-1.5", "--event-weights") };

        foreach (var file in new[] { "p.csv", "p.jsonl", "p.parquet", "d" })
            Assert.That(
                Rows(await LoadAsync(file, schema)), Is.EqualTo(new[] { ("a", "x", 3f), ("b", "y", -1.5f) }), file);
    }

    [Test]
    public async Task Load_NothingInThePeriod_SaysSo()
    {
        WriteAll([new("a", "x", "play", 3, 1)]);
        var schema = new InteractionSchema { TimeColumn = "day", Since = DateTimeOffset.UnixEpoch.AddDays(5) };

        await AssertBadAsync("p.csv", schema, "1 outside --since and --until", "Check --since, --until and");
    }

    [TestCase("play", "expected kinds of events with their weights, such as play=1,like=5,skip=-2")]
    [TestCase("play=x", "expected kinds of events")]
    [TestCase("=1", "expected kinds of events")]
    [TestCase("play=1e99", "expected kinds of events")]
    [TestCase("play=1,play=2", "--event-weights names the event 'play' twice")]
    public void Parse_OtherText_IsRefused(string text, string message) => Assert.That(
        () => EventWeights.Parse(text, "--event-weights"),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains(message));

    [TestCase("kind", null, null, "--event-column requires --event-weights")]
    [TestCase(null, "play=1", null, "--event-weights requires --event-column")]
    [TestCase(null, null, "2025-01-01", "--since requires --time-column")]
    public async Task Load_OptionsWithoutTheirColumns_AreRefused(
        string? column, string? weights, string? since, string message)
    {
        WriteAll([new("a", "x", "play", 3, 1)]);
        var schema = new InteractionSchema
        {
            EventColumn = column,
            EventWeights = weights is null ? null : EventWeights.Parse(weights, "--event-weights"),
            Since = since is null ? null : EpochTime.Parse(since, "--since"),
        };

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => LoadAsync("p.csv", schema));
        Assert.That(failure!.Message, Does.Contain(message));
    }

    /// <summary>The same rows as plain and as quoted text, as JSON with strings, and as Parquet with dates.</summary>
    private void WriteAll(Row[] rows)
    {
        var lines = rows.Select(row => $"{row.User},{row.Item},{row.Kind},{row.Plays},{Date(row)}");
        File.WriteAllLines(Folder.At("p.csv"), ["user,item,kind,plays,day", .. lines]);
        var quoted = rows.Select(row => $"{Date(row)},\"{row.Kind}\",\"{row.User}\",{row.Item},{row.Plays}");
        File.WriteAllLines(Folder.At("q.csv"), ["day,kind,user,item,plays", .. quoted]);
        var json = rows.Select(row => $$"""
            {"user":"{{row.User}}","item":"{{row.Item}}","kind":"{{row.Kind}}",
            """ + $$"""
            "plays":{{row.Plays}},"day":"{{Date(row)}}"}
            """);
        File.WriteAllLines(Folder.At("p.jsonl"), json);
        ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("plays", Array.ConvertAll(rows, row => row.Plays)),
            ("user", Array.ConvertAll(rows, row => row.User)), ("item", Array.ConvertAll(rows, row => row.Item)),
            ("day", Array.ConvertAll(rows, Date)), ("kind", Array.ConvertAll(rows, row => row.Kind)))
            .GetAwaiter().GetResult();
    }

    private static string Date(Row row) =>
        DateTime.UnixEpoch.AddDays(row.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Row(string User, string Item, string Kind, int Plays, int Day);
}

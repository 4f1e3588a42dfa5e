using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace GpuAls.Tests.Reading;

public sealed class JsonLinesTests : LoaderTests
{
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };

    [Test]
    public async Task Load_Lines_ReadsNamedFields()
    {
        Write(
            "p.jsonl",
            "{\"plays\":3,\"x\":[1,{\"user\":7}],\"item\":\"jazz\",\"user\":\"a\\u0064a\"}\r\n\r\n"
                + "{\"user\": \"b\\\"ob\", \"item\": \"日本\", \"plays\": 2.5e0}");

        var plays = await LoadAsync("p.jsonl", Weighted);

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("ada", "jazz", 3f), ("b\"ob", "日本", 2.5f) }));
        Assert.That(plays.Statistics.Rows, Is.EqualTo(2));
    }

    [TestCase("p.json")]
    [TestCase("p.NDJSON")]
    public async Task Load_OtherExtensions_AreJsonLinesToo(string name)
    {
        Write(name, "{\"user\":1,\"item\":2}\n");

        Assert.That(Rows(await LoadAsync(name)), Is.EqualTo(new[] { ("1", "2", 1f) }));
    }

    [Test]
    public async Task Load_FieldsOfObjects_AreNamedByDots()
    {
        Write(
            "p.jsonl",
            "{\"who\":{\"user\":{\"id\":\"a\"},\"x\":1},\"who.item\":\"x\",\"who2\":{\"user\":{\"id\":\"b\"}}}\n");

        var plays =
            await LoadAsync("p.jsonl", new InteractionSchema { UserColumn = "who.user.id", ItemColumn = "who.item" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_Integers_AreIntegersAndStringsStrings()
    {
        Write("p.jsonl", "{\"user\":10,\"item\":\"7\"}\n{\"user\":-9,\"item\":\"8\"}\n");

        var plays = await LoadAsync("p.jsonl");

        Assert.That((plays.Users.Type, plays.Items.Type), Is.EqualTo((IdType.Integer64, IdType.Text)));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "-9", "10" }));
    }

    [TestCase("true", 1f)]
    [TestCase("false", 0f)]
    [TestCase("\"2.5\"", 2.5f)]
    [TestCase("\"yes\"", 1f)]
    public async Task Load_WeightsOfAnyKind_AreNumbers(string weight, float expected)
    {
        Write("p.jsonl", $"{{\"user\":1,\"item\":2,\"plays\":{weight}}}\n");

        Assert.That(
            Rows(await LoadAsync("p.jsonl", Weighted with { Feedback = Feedback.Explicit })),
            Is.EqualTo(new[] { ("1", "2", expected) }));
    }

    [Test]
    public async Task Load_DecimalComma_MeansStringsOnly()
    {
        Write("p.jsonl", "{\"user\":1,\"item\":2,\"plays\":\"4,5\"}\n{\"user\":1,\"item\":3,\"plays\":4.25}\n");

        Assert.That(
            Rows(await LoadAsync("p.jsonl", Weighted with { HasDecimalComma = true })),
            Is.EqualTo(new[] { ("1", "2", 4.5f), ("1", "3", 4.25f) }));
    }

    [Test]
    public async Task Load_Times_AreIntegersOrDates()
    {
        Write("p.jsonl", "{\"user\":1,\"item\":2,\"t\":\"2024-01-01T00:00:01.5Z\"}\n");
        Write("q.jsonl", "{\"user\":1,\"item\":2,\"t\":17}\n");

        var schema = new InteractionSchema { TimeColumn = "t" };
        Assert.That((await LoadAsync("p.jsonl", schema)).Times, Is.EqualTo(new[] { 1_704_067_201_500_000 }));
        Assert.That((await LoadAsync("q.jsonl", schema)).Times, Is.EqualTo(new[] { 17 }));
    }

    [Test]
    public async Task Load_BadRows_SayWhatIsWrong()
    {
        Write("p.jsonl", """
            {"user":1,"item":2,"plays":1}
            {"user":1.5,"item":2,"plays":1}
            {"item":2,"plays":1}
            {"user":1,"item":null,"plays":1}
            {"user":1,"item":2,"plays":{"n":1}}
            {"user":1,"item":2,"plays":1}}
            {"user":true,"item":2,"plays":1}
            {"user":"\ud800","item":2,"plays":1}
            {"user":"","item":2,"plays":1}
            {"user":1,"item":2,"plays":1e400}
            {"user":1,"item":2,"plays":"many"}
            [1]
            {"user":1
            """);
        var found = new List<string>();
        for (var line = 2; line <= 13; line++)
        {
            var lines = await File.ReadAllLinesAsync(Folder.At("p.jsonl"));
            Write("q.jsonl", $"{lines[0]}\n{lines[line - 1]}");
            var failure = await Assert.ThrowsAsync<GpuAlsException>(() => LoadAsync("q.jsonl", Weighted));
            Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
            Assert.That(failure.Message, Does.Contain("q.jsonl, line 2: "));
            found.Add(failure.Message.Split('\n')[1].Split("line 2: ")[1]);
        }

        Assert.That(found[^1], Does.StartWith("not valid JSON (byte 10): "));
        Assert.That(found[..^1], Is.EqualTo(new[]
        {
            "column 'user' is 1.5; expected a string or an integer",
            "column 'user' is null",
            "column 'item' is null",
            "column 'plays' is an object; expected a number, true or false",
            "not valid JSON (byte 30): '}' is invalid after a single JSON value. Expected end of data",
            "column 'user' is true; expected a string or an integer",
            "column 'user' has an invalid Unicode escape",
            "column 'user' is empty",
            "column 'plays' is '1e400'; expected a finite number",
            "column 'plays' is 'many'; expected a number",
            "found an array, expected a JSON object",
        }));
        var kept = await LoadAsync("p.jsonl", Weighted with { OnBadRow = OnBadRow.Skip });
        Assert.That((kept.RowCount, kept.Statistics.BadRows), Is.EqualTo((1, 12)));
    }

    [Test]
    public async Task Load_MissingColumns_ListsThoseThereAre()
    {
        Write("p.jsonl", "{\"who\":{\"User\":1}}\n\n{\"item\":2}\n");

        await AssertBadAsync(
            "p.jsonl",
            new InteractionSchema { UserColumn = "who.user" },
            "no column 'who.user'",
            "who, who.User, item",
            "--user-column \"who.User\"");
    }

    [Test]
    public async Task Load_FieldThatTheFirstLinesLack_IsFound()
    {
        Write("p.jsonl", "{\"user\":1,\"item\":2}\n{\"user\":1,\"item\":3,\"plays\":2}\n");

        var plays = await LoadAsync("p.jsonl", Weighted with { OnBadRow = OnBadRow.Skip });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("1", "3", 2f) }));
    }

    [TestCase("[{\"user\":1,\"item\":2}]", "line 1: found a JSON array", "jq -c '.[]'")]
    [TestCase("[\n{\"user\":1,\"item\":2}\n]", "line 1: not valid JSON", "jq -c '.[]'")]
    [TestCase("{\n\"user\":1,\"item\":2}\n", "line 1: not valid JSON", "jq -c '.'")]
    [TestCase("user,item\n", "line 1: not valid JSON", "one JSON object per line")]
    public async Task Load_OtherJson_IsRefusedWithARemedy(string text, params string[] expected)
    {
        Write("p.json", text);

        await AssertBadAsync("p.json", new InteractionSchema { OnBadRow = OnBadRow.Skip }, expected);
    }

    [Test]
    public async Task Load_DeepNesting_IsABadRow()
    {
        Write(
            "p.jsonl", "{\"user\":1,\"item\":2}\n" + "{\"user\":1,\"item\":2,\"x\":" + new string('[', 100_000) + "\n");

        await AssertBadAsync("p.jsonl", null, "1 of 2 rows", "line 2: not valid JSON");
    }

    [Test]
    public async Task Load_NotUtf8_SaysSo()
    {
        File.WriteAllBytes(Folder.At("p.jsonl"), [.. "{\"user\":1,\"item\":\""u8, 0xE9, .. "\"}\n"u8]);

        await AssertBadAsync("p.jsonl", null, "not valid UTF-8");
    }

    [TestCase("p.jsonl.gz")]
    [TestCase("p.jsonl.bz2")]
    [TestCase("p.json.zst")]
    public async Task Load_Compressed_IsRead(string name)
    {
        await File.WriteAllBytesAsync(
            Folder.At(name), CompressedText.Of(name, "{\"user\":1,\"item\":2}\n"u8.ToArray()));

        Assert.That(Rows(await LoadAsync(name)), Is.EqualTo(new[] { ("1", "2", 1f) }));
    }

    /// <summary>
    /// Any ids and weights that a serializer writes come out as they went in, in any number of blocks.
    /// </summary>
    [Test]
    public async Task Load_AnyRows_ComeOutAsTheyWentIn()
    {
        var id = Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c)), 1, 12];
        await Gen.Select(
            id, id, Gen.Float.Where(w => float.IsFinite(w) && w != 0), Gen.Int[0, 3]).Array[1, 40].SampleAsync(
            async rows =>
            {
                var lines = rows.Select(row => JsonSerializer.Serialize(
                    row.Item4 switch
                    {
                        0 => new Dictionary<string, object>
                        {
                            ["user"] = row.Item1,
                            ["item"] = row.Item2,
                            ["plays"] = row.Item3,
                        },
                        1 => new()
                        {
                            ["plays"] = row.Item3.ToString(CultureInfo.InvariantCulture),
                            ["x"] = new { user = 1 },
                            ["item"] = row.Item2,
                            ["user"] = row.Item1,
                        },
                        _ => new()
                        {
                            ["user"] = "overwritten",
                            ["item"] = row.Item2,
                            ["userx"] = row.Item1,
                            ["plays"] = row.Item3,
                        },
                    })).Select(line => line.Replace("\"userx\"", "\"user\"", StringComparison.Ordinal));
                Write("p.jsonl", string.Join('\n', lines));

                Assert.That(
                    Rows(await LoadAsync("p.jsonl", Weighted)),
                    Is.EqualTo(rows.Select(row => (row.Item1, row.Item2, row.Item3))));
            },
            iter: 200, threads: 1);
    }

    [Test]
    public async Task Load_DamagedJson_GivesRowsOrBadInputSoon()
    {
        var lines = Enumerable.Range(0, 20)
            .Select(i => $"{{\"user\":\"u{i}\",\"item\":{i % 7},\"plays\":{i + 1}}}\n");
        var whole = Encoding.UTF8.GetBytes(string.Concat(lines));
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
        var number = 0;
        await change.Array[1, 6].SampleAsync(
            async changes =>
            {
                var bytes = (byte[])whole.Clone();
                foreach (var (at, value) in changes) bytes[at] = value;
                return await IsReadOrRefusedAsync($"p{Interlocked.Increment(ref number)}.jsonl", bytes);
            },
            iter: 2000, threads: 2);
    }

    [Test]
    public async Task Load_DamagedBzip2_IsRefusedOrRightSoon()
    {
        const int Rows = 500;
        var whole = CompressedText.Of(
            "p.csv.bz2",
            Encoding.UTF8.GetBytes(
                "user,item\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"u{i * 7919 % 101},{i}\n"))));
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])whole.Clone();
            if (seed % 3 == 0) bytes = bytes[..random.Next(1, bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));

            Assert.That(await IsReadOrRefusedAsync($"p{seed}.csv.bz2", bytes, Rows), Is.True, $"seed {seed}");
        }
    }

    [Test]
    public async Task Load_SeveralBzip2Members_AreReadAsOneText()
    {
        await File.WriteAllBytesAsync(
            Folder.At("p.csv.bz2"),
            [
                .. CompressedText.Of("p.bz2", "user,item\na,"u8.ToArray()),
                .. CompressedText.Of("p.bz2", "x\nb,y\n"u8.ToArray()),
            ]);

        Assert.That(Rows(await LoadAsync("p.csv.bz2")), Is.EqualTo(new[] { ("a", "x", 1f), ("b", "y", 1f) }));
    }

    private async Task<bool> IsReadOrRefusedAsync(string name, byte[] bytes, int? rows = null)
    {
        await File.WriteAllBytesAsync(Folder.At(name), bytes);
        try
        {
            var plays = await LoadAsync(name, new InteractionSchema { OnBadRow = OnBadRow.Skip })
                .WaitAsync(TimeSpan.FromSeconds(20));
            return rows is null ? plays.RowCount > 0 : plays.RowCount == rows;
        }
        catch (GpuAlsException failure)
        {
            return failure.Kind == FailureKind.BadInput && failure.Message.Contains(name, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(Folder.At(name));
        }
    }
}

using System.IO.Compression;
using System.Text;

namespace GpuAls.Tests.Reading;

public sealed class DelimitedTests : LoaderTests
{
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };

    [Test]
    public async Task Load_Csv_ReadsNamedColumns()
    {
        Write("p.csv", "plays,item,x,user\n3,jazz,,ada\n2.5,\"rock, hard\",,\"b\"\"ob\"\n");

        var plays = await LoadAsync("p.csv", Weighted);

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("ada", "jazz", 3f), ("b\"ob", "rock, hard", 2.5f) }));
        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Text));
    }

    [Test]
    public async Task Load_NoWeightColumn_CountsEachRowAsOne()
    {
        Write("p.csv", "user,item\na,x\na,y\n");

        Assert.That((await LoadAsync("p.csv")).Weights, Is.Null);
    }

    [TestCase("p.tsv", "user\titem\tplays\na \tx,1\t1\n")]
    [TestCase("p.dat", "user\titem\tplays\na \tx,1\t1\n")]
    [TestCase("p.csv", "user;item;plays\na ;x,1;1\n")]
    [TestCase("p.txt", "user|item|plays\na |x,1|1\n")]
    public async Task Load_EachDelimiter_IsFound(string name, string text)
    {
        Write(name, text);

        Assert.That(Rows(await LoadAsync(name, Weighted)), Is.EqualTo(new[] { ("a ", "x,1", 1f) }));
    }

    [TestCase("p.tsv.gz.csv", "user,item\na,x\n")]
    [TestCase("a.tsv.csv", "user,item\na,x\n")]
    public async Task Load_TsvElsewhereInTheName_IsNotTabSeparated(string name, string text)
    {
        Write(name, text);

        Assert.That(Rows(await LoadAsync(name)), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_TsvWithCommasInTheHeader_IsTabSeparated()
    {
        Write("p.TSV", "user\titem\ta,b,c\na\tx\t\n");

        Assert.That(Rows(await LoadAsync("p.TSV")), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [TestCase('"')]
    [TestCase('a')]
    [TestCase('7')]
    [TestCase('\n')]
    [TestCase('→')]
    public void Schema_DelimiterThatIdsHold_IsAMistakeInUsage(char delimiter)
    {
        var failure = Assert.Throws<GpuAlsException>(() => _ = new InteractionSchema { Delimiter = $"{delimiter}" });

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain($"--delimiter is '{delimiter}'; expected"));
    }

    [Test]
    public async Task Load_LinesThatBeginWithHash_AreRows()
    {
        Write("p.csv", "#user,item\n#1,x\n\"#2\",y\n");

        Assert.That(
            Rows(await LoadAsync("p.csv", new InteractionSchema { UserColumn = "#user" })),
            Is.EqualTo(new[] { ("#1", "x", 1f), ("#2", "y", 1f) }));
    }

    [Test]
    public async Task Load_QuotesInTabSeparatedText_AreTextLikeAnyOther()
    {
        Write("p.tsv", "user\titem\na\t\"Weird Al\" Yankovic\nb\t\"hello\nc\t\"12\"\" remix\"\n\nd\t\\\n");

        Assert.That(
            Rows(await LoadAsync("p.tsv")),
            Is.EqualTo(new[]
            {
                ("a", "\"Weird Al\" Yankovic", 1f), ("b", "\"hello", 1f),
                ("c", "\"12\"\" remix\"", 1f), ("d", "\\", 1f),
            }));
    }

    [TestCase("a,x\nb,\"hello\nc,y\n", "line 3", "closing quote")]
    [TestCase("a,\"x\nx\"\nb,\"q\"tail\n", "line 4", "after a closing quote")]
    public async Task Load_BrokenQuotes_AreRefusedByLine(string rows, params string[] expected)
    {
        Write("p.csv", $"user,item\n{rows}");

        await AssertBadAsync("p.csv", null, expected);
    }

    [Test]
    public async Task Load_BadRowAfterNewlinesInQuotes_IsNamedByItsLineInTheFile()
    {
        Write("p.csv", "user,item\r\n\"a\r\nb\",\"x\ny\"\r\n\r\n,x\r\n");

        await AssertBadAsync("p.csv", null, "p.csv, line 6: column 'user' is empty");
    }

    [Test]
    public async Task Load_NoHeader_TakesColumnNumbers()
    {
        Write("p.csv", "9,ada,jazz\n8,bob,rock\n");

        var plays = await LoadAsync(
            "p.csv",
            new InteractionSchema { HasHeader = false, UserColumn = "2", ItemColumn = "3", WeightColumn = "1" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("ada", "jazz", 9f), ("bob", "rock", 8f) }));
    }

    [Test]
    public async Task Load_WindowsFileWithByteOrderMark_IsTheSame()
    {
        File.WriteAllText(Folder.At("p.csv"), "user,item\r\nä,x\r\n\r\nb,y\r\n", new UTF8Encoding(true));

        Assert.That(Rows(await LoadAsync("p.csv")), Is.EqualTo(new[] { ("ä", "x", 1f), ("b", "y", 1f) }));
    }

    [TestCase("p.csv.gz")]
    [TestCase("p.csv.zst")]
    public async Task Load_CompressedText_IsRead(string name)
    {
        await using (var file = File.Create(Folder.At(name)))
        await using (Stream compressed = name.EndsWith("gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : new ZstdSharp.CompressionStream(file))
            await compressed.WriteAsync("user,item\na,x\n"u8.ToArray());

        Assert.That(Rows(await LoadAsync(name)), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_AllIdsIntegers_AreIntegers64InNumericOrder()
    {
        Write("p.csv", "user,item\n10,x\n9,x\n-1,x\n");

        var plays = await LoadAsync("p.csv");

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Integer64));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "-1", "9", "10" }));
    }

    [TestCase("007")]
    [TestCase("+7")]
    [TestCase("-0")]
    [TestCase(" 7")]
    [TestCase("9223372036854775808")]
    public async Task Load_OneIdNoCanonicalInteger_KeepsTextAsItIs(string id)
    {
        Write("p.csv", $"user,item\n1,x\n\"{id}\",x\n");

        var plays = await LoadAsync("p.csv");

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Text));
        Assert.That(Ids(plays.Users), Is.EquivalentTo(new[] { "1", id }));
    }

    [Test]
    public async Task Load_MissingColumn_ListsThoseThereAre()
    {
        Write("p.csv", "listener,item\na,x\n");

        await AssertBadAsync("p.csv", null, "has no column 'user'", "listener, item", "--user-column");
    }

    [TestCase("user item\na x\n", null, "separated by spaces; try --delimiter ' '")]
    [TestCase("user\u0001item\na\u0001x\n", null, @"separated by Ctrl-A (U+0001); try --delimiter $'\x01'")]
    [TestCase("user\titem\na\tx\n", ",", "separated by tabs; try --delimiter tab")]
    [TestCase("user,item\na,x\n", "tab", "separated by commas; try --delimiter ','")]
    [TestCase("user;item,x;plays;note\na;x;1;\n", ",", "separated by semicolons; try --delimiter ';'")]
    [TestCase("user::item\na::x\n", ",", "separated by '::'; try --delimiter '::'")]
    [TestCase("name\na\n", null, "If the line has several columns, pass what separates them with --delimiter.")]
    public async Task Load_WrongDelimiter_SuggestsTheRightOne(string text, string? delimiter, string suggestion)
    {
        Write("p.dat", text);
        var schema = new InteractionSchema { Delimiter = delimiter == "tab" ? "\t" : delimiter };

        await AssertBadAsync("p.dat", schema, "no column 'user' and no column 'item'", suggestion);
    }

    [Test]
    public async Task Load_WrongDelimiterWithoutAHeader_SuggestsTheRightOne()
    {
        Write("p.dat", "a;x\nb;x\n");

        await AssertBadAsync(
            "p.dat", new InteractionSchema { UserColumn = "1", ItemColumn = "2", HasHeader = false, Delimiter = "," },
            "line 1: 1 field, expected at least 2 (the first line seems to be separated by semicolons; "
            + "try --delimiter ';')");
    }

    [Test]
    public async Task Load_ColumnThatIsThereTwice_IsRefused()
    {
        Write("p.csv", "user,item,user,x,x\na,x,b,1,1\n");

        await AssertBadAsync("p.csv", null, "2 columns 'user'", "Rename all but one");
    }

    [TestCase("user", "user", null, "--user-column and --item-column are both 'user'")]
    [TestCase("user", "item", "item", "--item-column and --weight-column are both 'item'")]
    public async Task Load_OneColumnForTwo_IsAMistakeInUsage(string user, string item, string? weight, string expected)
    {
        Write("p.csv", "user,item\na,x\n");

        var schema = new InteractionSchema { UserColumn = user, ItemColumn = item, WeightColumn = weight };
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => LoadAsync("p.csv", schema));

        Assert.That(
            (failure!.Kind, failure.Message),
            Is.EqualTo((FailureKind.Usage, $"{expected}; each needs a column of its own.")));
    }

    [Test]
    public async Task Load_EmptyFile_IsRefused()
    {
        Write("p.csv", "");

        await AssertBadAsync("p.csv", null, "no rows", "p.csv is empty");
    }

    [Test]
    public async Task Load_HeaderOnly_HasNoRows()
    {
        Write("p.csv", "user,item\n");

        await AssertBadAsync("p.csv", null, "no rows");
    }

    [Test]
    public async Task Load_NotUtf8_SaysSo()
    {
        File.WriteAllBytes(Folder.At("p.csv"), [.. "user,item\nb"u8, 0xE9, .. ",x\n"u8]);

        await AssertBadAsync("p.csv", null, "not valid UTF-8");
    }

    [Test]
    public async Task Load_BadRows_AreCountedAndTheFirstFiveShown()
    {
        var lines =
            string.Join('\n', "a,,1", ",x,1", "a,x,", "a,x,NaN", "a,x,inf", "a,x,many", "a", "a,x,1e99", "a,x,5");
        Write("p.csv", $"user,item,plays\n{lines}\n");

        await AssertBadAsync(
            "p.csv", Weighted,
            "8 of 9 rows", "line 2: column 'item' is empty", "line 3: column 'user' is empty",
            "line 4: column 'plays' is empty",
            "line 5: column 'plays' is NaN", "line 6: column 'plays' is 'inf'", "and 3 more", "--on-bad-row skip");
    }

    [Test]
    public async Task Load_SkipBadRows_LeavesThemAndTheirIdsOut()
    {
        Write("p.csv", "user,item,plays\nghost,x,NaN\na,x,1\nb,y,0\na,y,-2\n");

        var plays = await LoadAsync("p.csv", Weighted with { OnBadRow = OnBadRow.Skip });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 1f), ("a", "y", -2f) }));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "a" }));
        Assert.That(
            (plays.Statistics.Rows, plays.Statistics.BadRows, plays.Statistics.ZeroWeightRows), Is.EqualTo((4, 1, 1)));
    }

    [Test]
    public async Task Load_OnlyZeroWeights_SaysWhatWasLeftOut()
    {
        Write("p.csv", "user,item,plays\na,x,0\nb,y,0\n");

        await AssertBadAsync("p.csv", Weighted, "no row is left of 2 rows", "2 with weight 0");
    }
}

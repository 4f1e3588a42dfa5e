using System.Text;
using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>How text is written is found in its first lines, or said by options.</summary>
public sealed class TextDialectTests : LoaderTests
{
    private static readonly InteractionSchema Numbered =
        new() { HasHeader = false, UserColumn = "1", ItemColumn = "2", WeightColumn = "3" };
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };

    [TestCase("1::7::5::978300760\n", "1", "7", 5f)]
    [TestCase("std::list,a::b,5\n", "std::list", "a::b", 5f)]
    [TestCase("1||7||5\n", "1", "7", 5f)]
    [TestCase("1~|~7~|~5\n", "1", "7", 5f)]
    [TestCase("a|b\tx;y;z\t5\n", "a|b", "x;y;z", 5f)]
    [TestCase("2024-01-01T10:00:00,x,5\n", "2024-01-01T10:00:00", "x", 5f)]
    [TestCase("http://a.b/c,x,5\n", "http://a.b/c", "x", 5f)]
    public async Task Load_NoHeader_FindsTheDelimiter(string text, string user, string item, float weight)
    {
        Write("p.dat", text);

        Assert.That(Rows(await LoadAsync("p.dat", Numbered)), Is.EqualTo(new[] { (user, item, weight) }));
    }

    [TestCase("user::item::plays\na::x::1\n")]
    [TestCase("user||item||plays\na||x||1\n")]
    [TestCase("user;item;;plays\na;x;;1\n")]
    [TestCase("user, item, plays\na, x, 1\n")]
    [TestCase("user , item , plays\na , \"x\" ,1\n")]
    [TestCase("user; \"item\"; plays\r\na; x; 1\r\n")]
    [TestCase("\nuser,item,plays\n\na,x,1\n")]
    [TestCase("user,item,plays\ra,x,1\r")]
    public async Task Load_Header_ShowsHowTextIsWritten(string text)
    {
        Write("p.csv", text);

        Assert.That(Rows(await LoadAsync("p.csv", Weighted)), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_BlanksAfterSomeDelimiters_BelongToTheFields()
    {
        Write("p.csv", "user,item, plays\n a , x,1\n");

        var plays = await LoadAsync("p.csv", new InteractionSchema { WeightColumn = " plays" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { (" a ", " x", 1f) }));
    }

    [TestCase("<=>", "user<=>item<=>plays\na<b<=>x<=>1\n")]
    [TestCase(" ", "user item plays\na<b x 1\n")]
    [TestCase("\u0001", "user\u0001item\u0001plays\na<b\u0001x\u00011\n")]
    [TestCase(",", "user,item;plays,plays\na<b,x,1\n")]
    public async Task Load_GivenDelimiter_IsUsed(string delimiter, string text)
    {
        Write("p.txt", text);
        var item = text.Contains(';', StringComparison.Ordinal) ? "item;plays" : "item";
        var schema = Weighted with { Delimiter = delimiter, ItemColumn = item };

        Assert.That(Rows(await LoadAsync("p.txt", schema)), Is.EqualTo(new[] { ("a<b", "x", 1f) }));
    }

    [Test]
    public async Task Load_TabsWithEveryFieldQuoted_TakesQuotesOff()
    {
        Write("p.tsv", "\"user\"\t\"item\"\t\"plays\"\n\"a \\\"b\\\"\"\t\"x\ty\"\t\"1\"\n\"c\\\\\"\t\"\\\"\"\t\"2\"\n");

        Assert.That(
            Rows(await LoadAsync("p.tsv", Weighted)), Is.EqualTo(new[] { ("a \"b\"", "x\ty", 1f), ("c\\", "\"", 2f) }));
    }

    [Test]
    public async Task Load_BackslashesBeforeClosingQuotes_AreTextWhereNothingElseShows()
    {
        Write("p.csv", "user,item\n\"C:\\dir\\\",\"x\"\"\\\"\n");

        Assert.That(Rows(await LoadAsync("p.csv")), Is.EqualTo(new[] { ("C:\\dir\\", "x\"\\", 1f) }));
    }

    [Test]
    public async Task Load_EscapeGiven_DecidesWhatBackslashesAre()
    {
        Write("p.csv", "user,item\n\"a\\\\b\",\"x\\y\"\n");

        Assert.That(
            Rows(await LoadAsync("p.csv", new InteractionSchema { Escape = '\\' })),
            Is.EqualTo(new[] { ("a\\b", "x\\y", 1f) }));
        Assert.That(
            Rows(await LoadAsync("p.csv", new InteractionSchema { Escape = '"' })),
            Is.EqualTo(new[] { ("a\\\\b", "x\\y", 1f) }));
    }

    [Test]
    public async Task Load_EscapesThatContradictTheFirstBlock_AreRefused()
    {
        var text = new StringBuilder("user,item\n\"a\\\\b\",x\n");
        while (text.Length < 1 << 21) text.Append("user,item\n");
        Write("p.csv", text.Append("\"a\\\"b\",x\n").ToString());

        await AssertBadAsync("p.csv", null, "quotes seem to be escaped by backslashes", "line 2", "--escape backslash");
    }

    [Test]
    public async Task Load_Comments_AreNoRows()
    {
        Write("p.csv", "// \"made\n//\nuser,item\na,x\n//b,y\n\"//c\",z\n");

        var plays = await LoadAsync("p.csv", new InteractionSchema { CommentPrefix = "//" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 1f), ("//c", "z", 1f) }));
        Assert.That(plays.Statistics.Rows, Is.EqualTo(2));
    }

    [Test]
    public async Task Load_BadRowAfterComments_IsNamedByItsLine()
    {
        Write("p.csv", "#\n#\nuser,item,plays\n#\na,x,many\n\"b\",,1\n");

        await AssertBadAsync(
            "p.csv", Weighted with { CommentPrefix = "#" },
            "line 5: column 'plays' is 'many'; expected a number", "line 6: column 'item' is empty");
    }

    [TestCase("true", 1f)]
    [TestCase("YES", 1f)]
    [TestCase("t", 1f)]
    [TestCase("False", 0f)]
    [TestCase("no", 0f)]
    [TestCase("F", 0f)]
    public async Task Load_WordsForTrueAndFalse_Are1And0(string word, float expected)
    {
        Write("p.csv", $"user,item,plays\na,x,{word}\n");

        Assert.That(
            Rows(await LoadAsync("p.csv", Weighted with { Feedback = Feedback.Explicit })),
            Is.EqualTo(new[] { ("a", "x", expected) }));
    }

    [TestCase("4,5", 4.5f)]
    [TestCase("-1,25e1", -12.5f)]
    [TestCase("7", 7f)]
    public async Task Load_DecimalComma_IsRead(string weight, float expected)
    {
        Write("p.csv", $"user;item;plays\na;x;{weight}\n");

        Assert.That(
            Rows(await LoadAsync("p.csv", Weighted with { HasDecimalComma = true })),
            Is.EqualTo(new[] { ("a", "x", expected) }));
    }

    [Test]
    public async Task Load_PointWithDecimalComma_IsABadRow()
    {
        Write("p.csv", "user;item;plays\na;x;4.5\n");

        await AssertBadAsync(
            "p.csv", Weighted with { HasDecimalComma = true }, "'4.5'; expected a number with a decimal comma");
    }

    [Test]
    public async Task Load_ColumnsThatDifferInCase_AreNamed()
    {
        Write("p.csv", "User,ITEM id,item\na,x,y\n");

        await AssertBadAsync(
            "p.csv", new InteractionSchema { ItemColumn = "Item Id" },
            "no column 'user' and no column 'Item Id'",
            "Choose with --user-column User and --item-column \"ITEM id\": column names are case-sensitive.");
    }

    [Test]
    public async Task Load_RecordLongerThanABlock_IsRead()
    {
        var id = "\"" + string.Join('\n', Enumerable.Repeat(new string('x', 99), 30_000)) + "\"";
        Write("p.csv", $"user,item\n{id},x\n,y\n");

        await AssertBadAsync("p.csv", null, "1 of 2 rows", "line 30002: column 'user' is empty");
    }

    [Test]
    public async Task Load_QuoteThatStaysOpen_IsRefusedInBoundedMemory()
    {
        Write("p.csv", "user,item\n\"" + string.Concat(Enumerable.Repeat("aaaaaaaaa\n", 2_000_000)));

        await AssertBadAsync("p.csv", null, "line 2", "A quote may be open");
    }

    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    [TestCase("utf-32")]
    public async Task Load_Utf16And32WithAMark_AreRead(string encoding)
    {
        File.WriteAllText(Folder.At("p.csv"), "user,item\n\"ä,\",日本\n", Encoding.GetEncoding(encoding));

        Assert.That(Rows(await LoadAsync("p.csv")), Is.EqualTo(new[] { ("ä,", "日本", 1f) }));
    }

    [Test]
    public async Task Load_Utf16WithoutAMark_SaysWhatItMayBe()
    {
        File.WriteAllBytes(Folder.At("p.csv"), Encoding.Unicode.GetBytes("user,item\na,x\n"));

        await AssertBadAsync("p.csv", null, "UTF-16 without a byte order mark", "iconv");
    }

    [Test]
    public async Task Load_EscapeThatIsTheDelimiter_IsAMistakeInUsage()
    {
        Write("p.csv", "user|item\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => LoadAsync("p.csv", new InteractionSchema { Delimiter = "|", Escape = '|' }));

        Assert.That(
            (failure!.Kind, failure.Message),
            Is.EqualTo((FailureKind.Usage, "--escape and --delimiter both have '|'; they must differ.")));
    }

    /// <summary>Any text at all: rows or an error that names the file, soon.</summary>
    [Test]
    public async Task Load_AnyText_GivesRowsOrBadInput()
    {
        var piece = Gen.OneOf(
            "\"", "\"\"", "\\", "\\\"", ",", "::", ", ", "\t", "\n", "\r", "\r\n", "#",
            "a", "b", "1", "4,5", "é", "\0", "user", "item", "\u0001");
        var schema = Gen.Select(
            Gen.OneOf<string?>(null, ",", "::", "\t"),
            Gen.OneOf<char?>(null, '"', '\\'),
            Gen.OneOf<string?>(null, "#"),
            Gen.Bool);
        var number = 0;
        await Gen.Select(piece.Array[0, 60], schema).SampleAsync(
            async (pieces, options) =>
            {
                var name = $"p{Interlocked.Increment(ref number)}.csv";
                Write(name, string.Concat(pieces));
                var (delimiter, escape, comment, comma) = options;
                var read = Numbered with
                {
                    Delimiter = delimiter,
                    Escape = escape,
                    CommentPrefix = comment,
                    HasDecimalComma = comma,
                    OnBadRow = OnBadRow.Skip,
                };
                try
                {
                    var plays = await LoadAsync(name, read).WaitAsync(TimeSpan.FromSeconds(20));
                    return plays.RowCount > 0;
                }
                catch (GpuAlsException failure)
                {
                    return failure.Kind == FailureKind.BadInput;
                }
                finally
                {
                    File.Delete(Folder.At(name));
                }
            },
            iter: 3000, threads: 2);
    }
}

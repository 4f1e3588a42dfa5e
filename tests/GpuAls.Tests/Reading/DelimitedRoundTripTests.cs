using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>Whatever the ids are, they come out of text as they went in.</summary>
public sealed class DelimitedRoundTripTests : LoaderTests
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf(
            "\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "#", "'", "\\", " ", "é", "日本語", "鿿", "😀", "\u0001", "\uFFFD"),
        Gen.String[Gen.Char.AlphaNumeric, 1, 40]);

    /// <summary>The x keeps ids from being integers, which come out as numbers.</summary>
    private static readonly Gen<string> Id = Gen.Select(
        Piece.Array[0, 5],
        Gen.Bool,
        (pieces, first) => first ? "x" + string.Concat(pieces) : string.Concat(pieces) + "x");

    private static readonly Gen<(string User, string Item)[]> Pairs = Gen.Select(Id, Id).Array[1, 30];

    [TestCase(",", '"')]
    [TestCase(";", '"')]
    [TestCase("|", '"')]
    [TestCase("::", '"')]
    [TestCase("~|~", '"')]
    [TestCase(",", '\\')]
    [TestCase("::", '\\')]
    public async Task Load_QuotedText_GivesBackAnyIds(string delimiter, char escape) =>
        await Pairs.SampleAsync(async ids =>
    {
        Write("p.csv", Lines(ids, delimiter, id => Quoted(id, delimiter, escape)));

        await AssertReadsAsync("p.csv", ids, new InteractionSchema { Delimiter = delimiter, Escape = escape });
    }, iter: 60, threads: 1);

    /// <summary>As Spark writes: a quote in the ids shows that quotes are escaped by backslashes.</summary>
    [Test]
    public async Task Load_BackslashesBeforeQuotes_AreFound() => await Pairs.SampleAsync(async ids =>
    {
        (string, string)[] shown = [("a\"b", "x"), .. ids];
        Write("p.csv", Lines(shown, ",", id => Quoted(id, ",", '\\')));

        await AssertReadsAsync("p.csv", shown, new InteractionSchema());
    }, iter: 200, threads: 1);

    [Test]
    public async Task Load_TabSeparatedText_GivesBackAnyIdsWithoutTabsAndNewlines() =>
        await Pairs.SampleAsync(async ids =>
    {
        var plain = Array.ConvertAll(ids, pair => (Plain(pair.User), Plain(pair.Item)));
        Write("p.tsv", Lines(plain, "\t", id => id));

        await AssertReadsAsync("p.tsv", plain, new InteractionSchema());
    }, iter: 60, threads: 1);

    [Test]
    public async Task Load_MoreRowsThanABatch_ReadsThemAll()
    {
        const int RowCount = (1 << 18) + 3;
        Write(
            "p.csv",
            "user,item\n" + string.Concat(Enumerable.Range(0, RowCount).Select(row => $"u{row % 7},i{row % 11}\n")));

        var plays = await LoadAsync("p.csv");

        Assert.That(
            plays.UserIndices.Select(plays.Users.Format),
            Is.EqualTo(Enumerable.Range(0, RowCount).Select(row => $"u{row % 7}")));
        Assert.That(plays.Statistics.Rows, Is.EqualTo(RowCount));
    }

    private async Task AssertReadsAsync(string name, (string User, string Item)[] ids, InteractionSchema schema)
    {
        var rows = Rows(await LoadAsync(name, schema));

        Assert.That(rows.Select(row => (row.User, row.Item)), Is.EqualTo(ids));
    }

    private static string Lines((string User, string Item)[] ids, string delimiter, Func<string, string> write) =>
        string.Concat(
            ids.Prepend(("user", "item")).Select(pair => $"{write(pair.Item1)}{delimiter}{write(pair.Item2)}\n"));

    /// <summary>In quotes where it needs them, or might seem to.</summary>
    private static string Quoted(string id, string delimiter, char escape)
    {
        if (!id.AsSpan().ContainsAny(['"', '\r', '\n', .. delimiter])) return id;
        var escaped = escape == '"' ? id : id.Replace("\\", "\\\\", StringComparison.Ordinal);
        return $"\"{escaped.Replace("\"", $"{escape}\"", StringComparison.Ordinal)}\"";
    }

    private static string Plain(string id) => id.Replace('\t', ' ').Replace('\r', ' ').Replace('\n', ' ');
}

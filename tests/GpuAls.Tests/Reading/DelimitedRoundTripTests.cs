using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>Whatever the ids are, they come out of text as they went in.</summary>
public sealed class DelimitedRoundTripTests : LoaderTests
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf("\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "#", "'", "\\", " ", "é", "日本語", "鿿", "😀", "\u0001", "\uFFFD"),
        Gen.String[Gen.Char.AlphaNumeric, 1, 40]);

    /// <summary>The x keeps ids from being integers, which come out as numbers.</summary>
    private static readonly Gen<string> Id = Gen.Select(Piece.Array[0, 5], Gen.Bool, (pieces, first) => first ? "x" + string.Concat(pieces) : string.Concat(pieces) + "x");

    private static readonly Gen<(string User, string Item)[]> Pairs = Gen.Select(Id, Id).Array[1, 30];

    [TestCase(',')]
    [TestCase(';')]
    [TestCase('|')]
    public async Task Load_QuotedText_GivesBackAnyIds(char delimiter) => await Pairs.SampleAsync(async ids =>
    {
        Write("p.csv", Lines(ids, delimiter, id => id.AsSpan().ContainsAny([delimiter, '"', '\r', '\n']) ? $"\"{id.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : id));

        await AssertReadsAsync("p.csv", ids, delimiter);
    }, iter: 60, threads: 1);

    [Test]
    public async Task Load_TabSeparatedText_GivesBackAnyIdsWithoutTabsAndNewlines() => await Pairs.SampleAsync(async ids =>
    {
        var plain = Array.ConvertAll(ids, pair => (Plain(pair.User), Plain(pair.Item)));
        Write("p.tsv", Lines(plain, '\t', id => id));

        await AssertReadsAsync("p.tsv", plain, null);
    }, iter: 60, threads: 1);

    [Test]
    public async Task Load_MoreRowsThanABatch_ReadsThemAll()
    {
        const int RowCount = (1 << 18) + 3;
        Write("p.csv", "user,item\n" + string.Concat(Enumerable.Range(0, RowCount).Select(row => $"u{row % 7},i{row % 11}\n")));

        var plays = await LoadAsync("p.csv");

        Assert.That(plays.UserIndices.Select(plays.Users.Format), Is.EqualTo(Enumerable.Range(0, RowCount).Select(row => $"u{row % 7}")));
        Assert.That(plays.Statistics.Rows, Is.EqualTo(RowCount));
    }

    private async Task AssertReadsAsync(string name, (string User, string Item)[] ids, char? delimiter)
    {
        var rows = Rows(await LoadAsync(name, new InteractionSchema { Delimiter = delimiter }));

        Assert.That(rows.Select(row => (row.User, row.Item)), Is.EqualTo(ids));
    }

    private static string Lines((string User, string Item)[] ids, char delimiter, Func<string, string> write) =>
        string.Concat(ids.Prepend(("user", "item")).Select(pair => $"{write(pair.Item1)}{delimiter}{write(pair.Item2)}\n"));

    private static string Plain(string id) => id.Replace('\t', ' ').Replace('\r', ' ').Replace('\n', ' ');
}

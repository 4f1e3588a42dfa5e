using System.Globalization;

namespace GpuAls.Tests.Reading;

/// <summary>One table as other programs wrote it; each file gives the same plays, or says what option does.</summary>
public sealed class CasesTests
{
    private static readonly InteractionSchema Plays = new() { WeightColumn = "plays" };

    private static readonly InteractionSchema Numbered =
        new() { HasHeader = false, UserColumn = "1", ItemColumn = "2", WeightColumn = "3" };

    public static IEnumerable<TestCaseData> SameTable() =>
    [
        Case("plays/fastparquet.parquet", Plays),
        Case("plays/fastparquet-hive", Plays),
        Case("plays/pa-w-float16.parquet", Plays),
        Case("plays/pa-w-string.parquet", Plays),
        Case("plays/pa-nested-user.parquet", Plays with { UserColumn = "who.user", ItemColumn = "who.item" }),
        Case("plays/pa-decimal.parquet", Plays),
        Case("plays/pa-dict.parquet", Plays),
        Case("plays/pa-string-view.parquet", Plays),
        Case("plays/pa-delta.parquet", Plays),
        Case("plays/polars-cat.parquet", Plays),
        Case("plays/pandas-user-index.parquet", Plays),
        Case("plays/duckdb-hive", Plays),
        Case("spark-4.0.1/plays.parquet", Plays),
        Case("spark-4.0.1/plays-decimal-ts.parquet", Plays),
        Case("spark-4.0.1/plays-decimal-ts.parquet", Plays with { WeightColumn = "w" }),
        Case("spark-4.0.1/plays-legacy.parquet", Plays),
        Case("spark-4.0.1/plays-legacy.parquet", Plays with { WeightColumn = "w" }),
        Case("plays/truth.csv", Plays),
        Case("plays/t-dcolon.dat", Numbered),
        Case("plays/t-spaces.csv", Plays),
        Case("plays/t-utf16.csv", Plays),
        Case("plays/t.csv.bz2", Plays),
        Case("plays/t.jsonl", Plays),
        Case("spark-4.0.1/plays.json", Plays),
        Case("plays/t-comment.csv", Plays with { CommentPrefix = "#" }),
        Case("spark-4.0.1/plays.csv", Plays),
        Case("spark-4.0.1/plays-noheader.csv.gz", Numbered),
        Case("spark-4.0.1/spark-tsv.csv", Plays),
    ];

    [TestCaseSource(nameof(SameTable))]
    public async Task Load_FileOfAnotherProgram_GivesTheTruth(string name, InteractionSchema schema) =>
        Assert.That(Rows(await LoadAsync(name, schema)), Is.EqualTo(Truth()));

    /// <summary>A file that is added there needs a case here.</summary>
    [Test]
    public void Cases_AreAllFilesOfPlays()
    {
        var source =
            File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "tests", "GpuAls.Tests", "Reading", "CasesTests.cs"));
        var files = Directory.GetFileSystemEntries(At("plays")).Select(path => $"plays/{Path.GetFileName(path)}")
            .Concat(new[] { "plays*", "spark-*" }
                .SelectMany(pattern => Directory.GetFileSystemEntries(At("spark-4.0.1"), pattern))
                .Select(path => $"spark-4.0.1/{Path.GetFileName(path)}"));

        Assert.That(files.Where(name => !source.Contains($"\"{name}\"", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Load_PartitionColumnOfDuckDb_IsAColumn()
    {
        var plays = await LoadAsync("plays/duckdb-hive", Plays with { ItemColumn = "day" });

        Assert.That(plays.Items.Type, Is.EqualTo(IdType.Integer32));
        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => (row.User, row.User[1..2], row.Weight)).Order()));
    }

    [Test]
    public async Task Load_BooleanWeights_Are1And0()
    {
        var plays = await LoadAsync("plays/pa-w-bool.parquet", Plays with { Feedback = Feedback.Explicit });

        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => (row.User, row.Item, row.Weight > 3 ? 1f : 0f))));
    }

    [Test]
    public async Task Load_TrueInText_Is1()
    {
        var plays = await LoadAsync("plays/t-bool.csv", new InteractionSchema { WeightColumn = "played" });

        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => (row.User, row.Item, 1f))));
    }

    [Test]
    public async Task Load_DecimalCommas_AreReadWithTheOptionOnly()
    {
        var plays = await LoadAsync("plays/t-decimalcomma.csv", Plays with { HasDecimalComma = true });
        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => (row.User, row.Item, row.Weight + 0.5f))));

        await AssertBadAsync(
            "plays/t-decimalcomma.csv",
            Plays,
            "t-decimalcomma.csv, line 2: column 'plays' is '11,5'",
            "pass --decimal-comma");
    }

    [Test]
    public async Task Load_NumberThatIsTooLarge_IsABadRow() =>
        await AssertBadAsync(
            "plays/t-hugenum.csv",
            Plays,
            "1 of 665 rows",
            "line 7: column 'plays' is '1e400'; expected a finite number");

    [Test]
    public async Task Load_CommentWithoutItsOption_NamesTheOption() =>
        await AssertBadAsync("plays/t-comment.csv", Plays, "has no column 'user'", "--comment-prefix \"#\"");

    [TestCase(null)]
    [TestCase('\\')]
    public async Task Load_QuotesOfSpark_AreEscapedByBackslashes(char? escape)
    {
        var plays = await LoadAsync("spark-4.0.1/spark-quotes.csv", Plays with { Escape = escape });

        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => ($"a\"b,\\ {row.User}", row.Item, row.Weight))));
    }

    [Test]
    public async Task Load_UnsignedIdsAbove63Bits_ComeOutAsTheyWentIn()
    {
        var plays = await LoadAsync("plays/pa-uint64-huge.parquet", Plays);

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.UnsignedInteger64));
        var users = Truth().Select(row => (1ul << 63) + ulong.Parse(row.User[1..], CultureInfo.InvariantCulture));
        var truth = Truth().Zip(users)
            .Select(pair => ($"{pair.Second}", pair.First.Item, pair.First.Weight)).OrderBy(row => row);
        Assert.That(Rows(plays).OrderBy(row => row), Is.EqualTo(truth));
    }

    [Test]
    public async Task Load_UuidsOfDuckDb_AreAsManyAsTheUsers()
    {
        var plays = await LoadAsync("plays/duckdb-uuid.parquet", Plays);

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Uuid));
        Assert.That(plays.Users.Count, Is.EqualTo(Truth().Select(row => row.User).Distinct().Count()));
        Assert.That(
            Rows(plays).Select(row => (row.Item, row.Weight)).Order(),
            Is.EqualTo(Truth().Select(row => (row.Item, row.Weight)).Order()));
    }

    [TestCase("spark-4.0.1/plays-decimal-ts.parquet")]
    [TestCase("spark-4.0.1/plays-legacy.parquet")]
    public async Task Load_TimesOfSpark_AreInstants(string name)
    {
        var plays = await LoadAsync(name, Plays with { TimeColumn = "ts" });

        Assert.That(plays.Times!.Min(), Is.GreaterThan(1_000_000_000_000_000), "microseconds of this century");
        Assert.That(Rows(plays), Is.EqualTo(Truth()));
    }

    private static async Task AssertBadAsync(string name, InteractionSchema schema, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => LoadAsync(name, schema));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        foreach (var part in parts) Assert.That(failure.Message, Does.Contain(part));
    }

    private static TestCaseData Case(string name, InteractionSchema schema) =>
        new TestCaseData(name, schema).SetArgDisplayNames($"{name} {schema.UserColumn} {schema.WeightColumn}");

    private static string At(string name) => SharedData.Require(["cases", .. name.Split('/')]);

    private static Task<IndexedInteractions> LoadAsync(string name, InteractionSchema schema) =>
        InteractionLoader.LoadAsync([At(name)], schema);

    private static (string User, string Item, float Weight)[] Truth() => File.ReadLines(At("plays/truth.csv"))
        .Skip(1)
        .Select(line => line.Split(','))
        .Select(fields => (fields[0], fields[1], float.Parse(fields[2], CultureInfo.InvariantCulture)))
        .Order()
        .ToArray();

    private static (string User, string Item, float Weight)[] Rows(IndexedInteractions plays) =>
        Enumerable.Range(0, plays.RowCount)
        .Select(row => (
            plays.Users.Format(plays.UserIndices[row]),
            plays.Items.Format(plays.ItemIndices[row]),
            plays.Weights![row]))
        .Order()
        .ToArray();
}

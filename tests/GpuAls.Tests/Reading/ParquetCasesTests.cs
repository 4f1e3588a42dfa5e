using System.Globalization;

namespace GpuAls.Tests.Reading;

/// <summary>One table as other programs wrote it to Parquet; each file gives the same plays.</summary>
public sealed class ParquetCasesTests
{
    private static readonly InteractionSchema Plays = new() { WeightColumn = "plays" };

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
    ];

    [TestCaseSource(nameof(SameTable))]
    public async Task Load_FileOfAnotherProgram_GivesTheTruth(string name, InteractionSchema schema) =>
        Assert.That(Rows(await LoadAsync(name, schema)), Is.EqualTo(Truth()));

    [Test]
    public async Task Load_BooleanWeights_Are1And0()
    {
        var plays = await LoadAsync("plays/pa-w-bool.parquet", Plays with { Feedback = Feedback.Explicit });

        Assert.That(Rows(plays), Is.EqualTo(Truth().Select(row => (row.User, row.Item, row.Weight > 3 ? 1f : 0f))));
    }

    [Test]
    public async Task Load_UnsignedIdsAbove63Bits_ComeOutAsTheyWentIn()
    {
        var plays = await LoadAsync("plays/pa-uint64-huge.parquet", Plays);

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.UnsignedInteger64));
        var users = Truth().Select(row => (1ul << 63) + ulong.Parse(row.User[1..], CultureInfo.InvariantCulture));
        Assert.That(
            Rows(plays).OrderBy(row => row),
            Is.EqualTo(Truth().Zip(users).Select(pair => ($"{pair.Second}", pair.First.Item, pair.First.Weight)).OrderBy(row => row)));
    }

    [Test]
    public async Task Load_UuidsOfDuckDb_AreAsManyAsTheUsers()
    {
        var plays = await LoadAsync("plays/duckdb-uuid.parquet", Plays);

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Uuid));
        Assert.That(plays.Users.Count, Is.EqualTo(Truth().Select(row => row.User).Distinct().Count()));
        Assert.That(Rows(plays).Select(row => (row.Item, row.Weight)).Order(), Is.EqualTo(Truth().Select(row => (row.Item, row.Weight)).Order()));
    }

    [TestCase("spark-4.0.1/plays-decimal-ts.parquet")]
    [TestCase("spark-4.0.1/plays-legacy.parquet")]
    public async Task Load_TimesOfSpark_AreInstants(string name)
    {
        var plays = await LoadAsync(name, Plays with { TimeColumn = "ts" });

        Assert.That(plays.Times!.Min(), Is.GreaterThan(1_000_000_000_000_000), "microseconds of this century");
        Assert.That(Rows(plays), Is.EqualTo(Truth()));
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

    private static (string User, string Item, float Weight)[] Rows(IndexedInteractions plays) => Enumerable.Range(0, plays.RowCount)
        .Select(row => (plays.Users.Format(plays.UserIndices[row]), plays.Items.Format(plays.ItemIndices[row]), plays.Weights![row]))
        .Order()
        .ToArray();
}

namespace GpuAls.Tests.Reading;

/// <summary>Directories named column=value give columns, to files of every format alike.</summary>
[TestFixture("csv")]
[TestFixture("json")]
[TestFixture("parquet")]
public sealed class HivePartitionTests(string format) : LoaderTests
{
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };

    [Test]
    public async Task Load_TextInDirectories_IsDecoded()
    {
        await WriteAsync("p/user=u007/country=de", "x", 1);
        await WriteAsync("p/user=a%2Fb %C3%A9%3D%25/country=fr", "y", 2);
        await WriteAsync("p/user=é=1+1/country=fr", "z", 3);

        var plays = await LoadAsync("p", Weighted);

        Assert.That(
            Rows(plays).Order(), Is.EqualTo(new[] { ("a/b é=%", "y", 2f), ("u007", "x", 1f), ("é=1+1", "z", 3f) }));
        Assert.That(
            Rows(await LoadAsync("p", Weighted with { UserColumn = "country" })).Select(row => row.User).Order(),
            Is.EqualTo(new[] { "de", "fr", "fr" }));
    }

    [TestCase("7", "008", "Integer32", "7", "8")]
    [TestCase("-7", "5000000000", "Integer64", "-7", "5000000000")]
    [TestCase("7", "x8", "Text", "7", "x8")]
    [TestCase("007", "1.5", "Text", "007", "1.5")]
    [TestCase("1", "9223372036854775808", "Text", "1", "9223372036854775808")]
    public async Task Load_Types_AreThoseOfAllFilesTogether(
        string first, string second, string type, params string[] expected)
    {
        await WriteAsync($"p/user={first}", "x", 1);
        await WriteAsync($"p/user={second}", "y", 1);

        var plays = await LoadAsync("p", Weighted);

        var isText = format != "parquet" && type == "Integer32"; // text has no narrow integers
        Assert.That(plays.Users.Type, Is.EqualTo(isText ? IdType.Integer64 : Enum.Parse<IdType>(type)));
        Assert.That(Ids(plays.Users), Is.EquivalentTo(expected));
    }

    [Test]
    public async Task Load_DefaultPartition_IsNull()
    {
        await WriteAsync("p/user=__HIVE_DEFAULT_PARTITION__", "x", 1);
        await WriteAsync("p/user=7", "y", 2);

        await AssertBadAsync("p", Weighted, "1 of 2 rows", "__HIVE_DEFAULT_PARTITION__", "column 'user' is null");
        var plays = await LoadAsync("p", Weighted with { OnBadRow = OnBadRow.Skip });
        Assert.That(Rows(plays), Is.EqualTo(new[] { ("7", "y", 2f) }));
    }

    [Test]
    public async Task Load_WeightsAndTimes_AreReadFromDirectories()
    {
        await WriteAsync("p/user=a/w=2.5/day=2024-01-01", "x", 1);
        await WriteAsync("p/user=a/w=true/day=2024-01-02", "y", 1);

        var plays = await LoadAsync("p", new InteractionSchema { WeightColumn = "w", TimeColumn = "day" });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 2.5f), ("a", "y", 1f) }));
        Assert.That(plays.Times![1] - plays.Times[0], Is.EqualTo(24L * 3600 * 1_000_000));
        await WriteAsync("p/user=a/w=many/day=x", "z", 1);
        await AssertBadAsync(
            "p", new InteractionSchema { WeightColumn = "w" }, "column 'w' is 'many'; expected a number");
        await AssertBadAsync(
            "p", new InteractionSchema { TimeColumn = "day" }, "column 'day' is 'x'; expected an integer, or a date");
    }

    [Test]
    public async Task Load_ColumnOfTheFile_GoesBeforeTheDirectory()
    {
        await WriteAsync("p/item=other", "x", 1);
        await WriteAsync("p/item=other/user=b", "y", 1);

        Assert.That(Rows(await LoadAsync("p/item=other/user=b")), Is.EqualTo(new[] { ("b", "y", 1f) }));
    }

    [Test]
    public async Task Load_OneFileOrAGlob_HasTheColumnsOfItsPath()
    {
        await WriteAsync("p/_user=a", "x", 1);
        var schema = new InteractionSchema { UserColumn = "_user" };

        Assert.That(Rows(await LoadAsync("p", schema)), Is.EqualTo(new[] { ("a", "x", 1f) }), "a column, not hidden");
        Assert.That(Rows(await LoadAsync($"p/_user=*/p.{format}", schema)), Is.EqualTo(new[] { ("a", "x", 1f) }));
        Assert.That(Rows(await LoadAsync($"p/_user=a/p.{format}", schema)), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_MissingColumn_ListsThoseOfDirectoriesToo()
    {
        await WriteAsync("p/User=a", "x", 1);

        await AssertBadAsync(
            "p", Weighted, "no column 'user'. It has: item, plays, User. Choose with --user-column User");
    }

    private async Task WriteAsync(string folder, string item, int plays)
    {
        Directory.CreateDirectory(Folder.At(folder));
        var name = $"{folder}/p.{format}";
        switch (format)
        {
            case "csv": Write(name, $"item,plays\n{item},{plays}\n"); break;
            case "json": Write(name, $"{{\"item\":\"{item}\",\"plays\":{plays}}}\n"); break;
            default:
                await ParquetPlays.WriteAsync(
                Folder.At(name), 1, ("item", new[] { item }), ("plays", new[] { plays })); break;
        }
    }
}

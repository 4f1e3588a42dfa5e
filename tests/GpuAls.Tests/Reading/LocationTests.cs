namespace GpuAls.Tests.Reading;

public sealed class LocationTests : LoaderTests
{
    [Test]
    public async Task Load_SparkFolder_ReadsPartsInOrderAndSkipsHiddenFiles()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("plays", "part-00001.snappy.parquet"), 1, ("user", new[] { 3 }), ("item", new[] { 30 }));
        await ParquetPlays.WriteAsync(
            Folder.At("plays", "part-00000.snappy.parquet"), 1, ("user", new[] { 1, 2 }), ("item", new[] { 10, 20 }));
        await ParquetPlays.WriteAsync(
            Folder.At("plays", "year=2026", "part-00002.parquet"), 1, ("user", new[] { 4 }), ("item", new[] { 40 }));
        Write(Path.Combine("plays", "_SUCCESS"), "");
        Write(Path.Combine("plays", ".part-00000.parquet.crc"), "junk");

        var plays = await LoadAsync("plays");

        Assert.That(
            Rows(plays), Is.EqualTo(new[] { ("1", "10", 1f), ("2", "20", 1f), ("3", "30", 1f), ("4", "40", 1f) }));
        Assert.That(plays.Statistics.Files, Is.EqualTo(3));
    }

    [Test]
    public async Task Load_Glob_ReadsWhatMatches()
    {
        Write("a1.csv", "user,item\na,x\n");
        Write("a2.csv", "user,item\nb,x\n");
        Write("b1.csv", "user,item\nc,x\n");

        Assert.That(Ids((await LoadAsync("a*.csv")).Users), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Load_Integer32AndInteger64Files_WidenTo64()
    {
        await ParquetPlays.WriteAsync(Folder.At("p", "a.parquet"), 1, ("user", new[] { 1 }), ("item", new[] { 1 }));
        await ParquetPlays.WriteAsync(Folder.At("p", "b.parquet"), 1, ("user", new[] { 1L }), ("item", new[] { 2 }));

        var plays = await LoadAsync("p");

        Assert.That(
            (plays.Users.Type, plays.Users.Count, plays.Items.Type),
            Is.EqualTo((IdType.Integer64, 1, IdType.Integer32)));
    }

    [Test]
    public async Task Load_TextAndIntegerFiles_AreRefusedByName()
    {
        await ParquetPlays.WriteAsync(Folder.At("p", "a.parquet"), 1, ("user", new[] { 1 }), ("item", new[] { 1 }));
        await ParquetPlays.WriteAsync(Folder.At("p", "b.parquet"), 1, ("user", new[] { "1" }), ("item", new[] { 2 }));

        await AssertBadAsync("p", null, "column 'user' has integers in", "a.parquet", "strings in", "b.parquet");
    }

    [TestCase("a.csv", "b.parquet")]
    [TestCase("b.csv", "a.parquet")]
    public async Task Load_TextBesideParquetWithStrings_HasStrings(string text, string parquet)
    {
        Directory.CreateDirectory(Folder.At("p"));
        Write(Path.Combine("p", text), "user,item\n1,x\n");
        await ParquetPlays.WriteAsync(
            Folder.At("p", parquet), 1, ("user", new[] { "1", "007" }), ("item", new[] { "x", "y" }));

        var plays = await LoadAsync("p");

        Assert.That((plays.Users.Type, plays.Items.Type), Is.EqualTo((IdType.Text, IdType.Text)));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "1", "007" }));
    }

    [Test]
    public Task Load_NoSuchFile_SaysSo() => AssertBadAsync("nowhere.csv", null, "nowhere.csv' does not exist");

    [Test]
    public Task Load_GlobWithoutMatch_SaysSo() => AssertBadAsync("*.parquet", null, "no file matches");

    [Test]
    public async Task Load_EmptyFolder_SaysWhatIsExpected()
    {
        Directory.CreateDirectory(Folder.At("empty"));

        await AssertBadAsync("empty", null, "contains no plays", ".parquet, .csv");
    }

    [Test]
    public async Task Load_EmptyPartFiles_AreFilesWithoutRows()
    {
        Directory.CreateDirectory(Folder.At("p"));
        Write(Path.Combine("p", "part-0.csv"), "");
        Write(Path.Combine("p", "part-1.csv"), "user,item\na,x\n");

        Assert.That(Rows(await LoadAsync("p")), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_NothingButEmptyPartFiles_IsRefused()
    {
        Directory.CreateDirectory(Folder.At("p"));
        Write(Path.Combine("p", "part-0.csv"), "");
        Write(Path.Combine("p", "part-1.csv"), "");

        await AssertBadAsync("p", null, "no rows", "part-0.csv and 1 more");
    }

    [Test]
    public async Task Load_UnknownExtension_SaysWhatIsExpected()
    {
        Write("p.xlsx", "");

        await AssertBadAsync("p.xlsx", null, "unknown extension", ".parquet, .csv");
    }

    [Test]
    public async Task Load_UnknownScheme_IsRefused()
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => InteractionLoader.LoadAsync(["gs://bucket/plays"], new InteractionSchema()));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("'gs://bucket/plays': gs:// is not supported"));
    }

    [TestCase("a.csv", "a.csv")]
    [TestCase("a.csv", "./a.csv")]
    [TestCase("a.csv", "a.c*")]
    [TestCase("", "a.csv")]
    public async Task Load_SameFileTwice_IsRefused(string first, string second)
    {
        Write("a.csv", "user,item\na,x\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => InteractionLoader.LoadAsync([Folder.At(first), Folder.At(second)], new InteractionSchema()));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain("a.csv' is given twice"));
    }

    [TestCase("*", "a", "b", "c", "d")]
    [TestCase("*.csv", "a")]
    [TestCase("day=*", "b", "c", "d")]
    [TestCase("day=?", "b", "c", "d")]
    [TestCase("day=?/*.csv", "b", "c")]
    [TestCase("**", "a", "b", "c", "d")]
    [TestCase("**/*.csv", "a", "b", "c", "d")]
    [TestCase("**/d.csv", "d")]
    [TestCase("_*", "hidden")]
    [TestCase("day=2/.*/*", "hidden too")]
    public async Task Load_GlobWithFolders_ReadsFilesBelowButNoHiddenOnes(string glob, params string[] users)
    {
        string[][] files =
        [
            ["a.csv"], ["day=1", "b.csv"], ["day=2", "c.csv"], ["day=2", "hour=3", "d.csv"],
            ["_hidden.csv"], ["day=2", ".hidden", "too.csv"],
        ];
        string[] names = ["a", "b", "c", "d", "hidden", "hidden too"];
        foreach (var (file, name) in files.Zip(names))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Folder.At(file))!);
            Write(Path.Combine(file), $"user,item\n{name},x\n");
        }

        Assert.That(Ids((await LoadAsync(glob)).Users), Is.EqualTo(users));
    }
}

using GpuAls.Indexing;
using GpuAls.Reading;

namespace GpuAls.Tests.Reading;

public sealed class LocationTests : LoaderTests
{
    [Test]
    public async Task Load_SparkFolder_ReadsPartsInOrderAndSkipsHiddenFiles()
    {
        await ParquetPlays.WriteAsync(Folder.At("plays", "part-00001.snappy.parquet"), 1, ("user", new[] { 3 }), ("item", new[] { 30 }));
        await ParquetPlays.WriteAsync(Folder.At("plays", "part-00000.snappy.parquet"), 1, ("user", new[] { 1, 2 }), ("item", new[] { 10, 20 }));
        await ParquetPlays.WriteAsync(Folder.At("plays", "year=2026", "part-00002.parquet"), 1, ("user", new[] { 4 }), ("item", new[] { 40 }));
        Write(Path.Combine("plays", "_SUCCESS"), "");
        Write(Path.Combine("plays", ".part-00000.parquet.crc"), "junk");

        var plays = await LoadAsync("plays");

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("1", "10", 1f), ("2", "20", 1f), ("3", "30", 1f), ("4", "40", 1f) }));
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

        Assert.That((plays.Users.Type, plays.Users.Count, plays.Items.Type), Is.EqualTo((IdType.Integer64, 1, IdType.Integer32)));
    }

    [Test]
    public async Task Load_TextAndIntegerFiles_AreRefusedByName()
    {
        await ParquetPlays.WriteAsync(Folder.At("p", "a.parquet"), 1, ("user", new[] { 1 }), ("item", new[] { 1 }));
        await ParquetPlays.WriteAsync(Folder.At("p", "b.parquet"), 1, ("user", new[] { "1" }), ("item", new[] { 2 }));

        await AssertBadAsync("p", null, "column 'user' has integers in", "a.parquet", "strings in", "b.parquet");
    }

    [Test]
    public Task Load_NoSuchFile_SaysSo() => AssertBadAsync("nowhere.csv", null, "nowhere.csv' does not exist");

    [Test]
    public Task Load_GlobWithoutMatch_SaysSo() => AssertBadAsync("*.parquet", null, "no file matches");

    [Test]
    public async Task Load_EmptyFolder_SaysWhatIsExpected()
    {
        Directory.CreateDirectory(Folder.At("empty"));

        await AssertBadAsync("empty", null, "has no file with plays", ".parquet, .csv");
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
    public async Task Load_S3_SaysHowToCopy()
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => InteractionLoader.LoadAsync(["s3://bucket/plays"], new InteractionSchema()));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("aws s3 cp --recursive s3://bucket/plays"));
    }

    [Test]
    public async Task Load_SameFileTwice_IsRefused()
    {
        Write("a.csv", "user,item\na,x\n");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => InteractionLoader.LoadAsync([Folder.At("a.csv"), Folder.At("a.csv")], new InteractionSchema()));

        Assert.That(failure!.Message, Does.Contain("named twice"));
    }
}

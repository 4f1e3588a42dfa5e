using Parquet;

namespace GpuAls.Tests.Modeling;

public sealed class IdTableFileTests
{
    [Test]
    public async Task Write_IdsAndPlays_HasIndexIdAndRowsOfEach()
    {
        using var folder = new TempFolder();
        var ids = new IdIndex<long>([40, -1, 7, 30, 20]);

        await WriteAsync(folder.At("users.parquet"), ids, [2, 3, 0, 1, 7]);

        await using var reader = await ParquetReader.CreateAsync(folder.At("users.parquet"));
        using var group = reader.OpenRowGroupReader(0);
        Assert.That(await ColumnAsync<int>("index"), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
        Assert.That(await ColumnAsync<long>("id"), Is.EqualTo(ids.Ids.ToArray()));
        Assert.That(await ColumnAsync<int>("plays"), Is.EqualTo(new[] { 2, 3, 0, 1, 7 }));

        async Task<T[]> ColumnAsync<T>(string name)
            where T : struct
        {
            var values = new T[group.RowCount];
            await group.ReadAsync<T>(reader.Schema.FindDataField(name), values.AsMemory());
            return values;
        }
    }

    [Test]
    public async Task Write_Uuid_HasItsBytesInTheOrderOfItsDigits()
    {
        using var folder = new TempFolder();
        var ids = new IdIndex<Guid>([new("00010203-0405-0607-0809-0a0b0c0d0e0f")]);

        await WriteAsync(folder.At("users.parquet"), ids, [2]);

        var bytes = await File.ReadAllBytesAsync(folder.At("users.parquet"));
        Assert.That(
            bytes.AsSpan().IndexOf(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }), Is.Positive);
    }

    private static async Task WriteAsync(string path, IdIndex ids, int[] counts)
    {
        await using var stream = File.Create(path);
        await IdTableFile.WriteAsync(stream, ids, counts, CancellationToken.None);
    }
}

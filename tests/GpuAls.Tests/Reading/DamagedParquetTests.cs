using CsCheck;
using GpuAls.Indexing;
using GpuAls.Reading;

namespace GpuAls.Tests.Reading;

/// <summary>Damaged Parquet gives rows or an error, and soon.</summary>
public sealed class DamagedParquetTests : LoaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    [CancelAfter(60_000)]
    public async Task Load_FooterWithoutItsEnd_IsRefused()
    {
        var bytes = await SmallFileAsync();
        bytes[^9] = 0x15; // a field begins where the footer should end
        await File.WriteAllBytesAsync(Folder.At("p.parquet"), bytes);

        var load = LoadAsync("p.parquet");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => load.WaitAsync(Patience));
        Assert.That(failure!.Message, Does.Contain("footer is damaged"));
    }

    [Test]
    public async Task Load_AnyFewDamagedBytes_GivesRowsOrBadInputSoon()
    {
        var whole = await SmallFileAsync();
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
        await change.Array[1, 3].SampleAsync(
            async changes =>
            {
                var bytes = (byte[])whole.Clone();
                foreach (var (at, value) in changes) bytes[at] = value;
                var path = Folder.At($"{Guid.NewGuid():N}.parquet");
                await File.WriteAllBytesAsync(path, bytes);
                return await IsReadOrRefusedAsync(path);
            },
            iter: 500, threads: 2);
    }

    private static async Task<bool> IsReadOrRefusedAsync(string path)
    {
        try
        {
            await InteractionLoader.LoadAsync([path], new InteractionSchema()).WaitAsync(Patience);
            return true;
        }
        catch (GpuAlsException failure)
        {
            return failure.Kind == FailureKind.BadInput;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<byte[]> SmallFileAsync()
    {
        string[] users = ["ada", "bob", "ada", "ü"];
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 2, ("user", users), ("item", new int?[] { 1, 2, 3, 4 }));
        return await File.ReadAllBytesAsync(Folder.At("p.parquet"));
    }
}

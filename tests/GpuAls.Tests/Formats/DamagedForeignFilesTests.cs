using GpuAls.Formats;

namespace GpuAls.Tests.Formats;

/// <summary>
/// Damaged files of other programs: they are read or refused as bad input, without memory for what their headers claim.
/// </summary>
[NonParallelizable]
public sealed class DamagedForeignFilesTests
{
    private const int Damages = 60;
    private const long MostMemory = 512L << 20;

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("spark", "spark-4.0.1", "pipeline")]
    [TestCase("implicit", "others", "implicit-0.7.3-als.npz")]
    [TestCase("safetensors", "others", "factors.safetensors")]
    [TestCase("npy", "others", "item_factors.npy")]
    [TestCase("arrow", "others", "items.arrow")]
    [TestCase("arrow", "others", "items.feather")]
    public void ReadAsync_DamagedFile_IsReadOrRefused(string name, params string[] parts)
    {
        var (format, original) = (ModelFormat.Of(name), ExchangeCommandTests.Case(parts));
        var isFile = File.Exists(original);
        var path = _folder.At("damaged");
        var files = isFile ? [path] : Copy(original, path);
        var source = new ForeignSource(path) { Items = format.IsOfTwoFiles ? path : null };
        for (var damage = 0; damage < Damages; damage++)
        {
            var random = SeededRandom.Of(7, (ulong)damage);
            var file = files[random.Next(files.Length)];
            var bytes = File.ReadAllBytes(isFile ? original : file);
            File.WriteAllBytes(file, Damage(bytes, random));
            var before = GC.GetTotalAllocatedBytes();
            try
            {
                format.ReadAsync(source, default).GetAwaiter().GetResult();
            }
            catch (GpuAlsException refusal)
            {
                Assert.That(refusal.Kind, Is.EqualTo(FailureKind.BadInput), $"damage {damage}");
            }

            Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(MostMemory), $"damage {damage}");
            if (!isFile) File.WriteAllBytes(file, bytes);
        }
    }

    /// <summary>A part is cut off, a byte is another, or a number is as large as it can be.</summary>
    private static byte[] Damage(byte[] bytes, SeededRandom random)
    {
        if (bytes.Length == 0) return [1];
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0: return bytes[..at];
            case 1:
                bytes = [.. bytes];
                bytes[at] ^= (byte)(1 + random.Next(255));
                return bytes;
            default:
                bytes = [.. bytes];
                for (var i = at; i < Math.Min(bytes.Length, at + 4); i++) bytes[i] = 0xff;
                bytes[Math.Min(bytes.Length, at + 4) - 1] = 0x7f;
                return bytes;
        }
    }

    private static string[] Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }

        return [.. Directory.GetFiles(to, "part-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }
}

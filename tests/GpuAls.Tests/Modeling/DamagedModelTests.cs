using System.Text;
using System.Text.Json.Nodes;
using GpuAls.Tests.Reading;
using Parquet;

namespace GpuAls.Tests.Modeling;

/// <summary>
/// A model folder with a damaged file whose checksum matches gives an error or a model that holds together, within
/// bounded time and memory.
/// </summary>
[NonParallelizable]
public sealed class DamagedModelTests
{
    private const long MostBytesAllocated = 64 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly IdIndex[] Users =
    [
        new IdIndex<string>(["ada", "bob \"b\", jr", "cleo", "dana", "émile"]),
        new IdIndex<int>([7, -1, int.MinValue, 0, int.MaxValue]),
        new IdIndex<ulong>([1, ulong.MaxValue, 3, 1ul << 63, 5]),
        new IdIndex<Guid>([.. Enumerable.Range(1, 5).Select(i => new Guid(i, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))]),
    ];

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public Task Read_DamagedFiles_AreRefusedOrGiveAModel() => SurviveAsync(mutations: 600);

    [Test]
    [Explicit("takes minutes; run it after changes to what reads models")]
    public Task Read_20000DamagedFiles_AreRefusedOrGiveAModel() => SurviveAsync(mutations: 20_000);

    /// <summary>A manifest cannot make a reader look at files elsewhere.</summary>
    [TestCase("../../etc/passwd")]
    [TestCase("/etc/passwd")]
    [TestCase("lists/../../secret")]
    [TestCase("./lists.csv")]
    [TestCase("..\\\\secret")]
    [TestCase("C:secret")]
    [TestCase("")]
    public async Task ReadManifest_FileOutsideTheFolder_IsRefused(string file)
    {
        await WriteAsync(Users[0]);
        var manifest = _folder.At(ModelFiles.Manifest);
        var text = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, text.Replace("\"sha256\": {", $"\"sha256\": {{ \"{file}\": \"00\","));

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => ModelReader.ReadManifestAsync(_folder.Root));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain($"names the file '{file.Replace("\\\\", "\\")}'"));
    }

    /// <summary>One checksum is enough to find a change, and models of earlier versions have only one.</summary>
    [Test]
    public async Task Read_ChangedFile_IsRefusedByEitherChecksum(
        [Values("sha256", "xxh128")] string kept,
        [Values(ModelFiles.ItemFactors, ModelFiles.PlaysValues, ModelFiles.Items)] string file)
    {
        await WriteAsync(Users[0]);
        if (kept == "sha256") RemoveXxh128();
        Assert.That((await ModelReader.ReadAsync(_folder.Root)).Items.Count, Is.GreaterThan(0));
        var bytes = await File.ReadAllBytesAsync(_folder.At(file));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_folder.At(file), bytes);

        await AssertRefusedAsync(file, "was changed or damaged: the checksum differs from the one in manifest.json");

        void RemoveXxh128()
        {
            var manifest = JsonNode.Parse(File.ReadAllText(_folder.At(ModelFiles.Manifest)))!;
            Assert.That(manifest.AsObject().Remove("xxh128"), Is.True);
            File.WriteAllText(_folder.At(ModelFiles.Manifest), manifest.ToJsonString());
        }
    }

    /// <summary>Processes write such a model; its manifest is read, its plays are too many for one.</summary>
    [Test]
    public async Task Read_MorePlaysThanAProcessCanHold_IsRefused()
    {
        await WriteAsync(Users[0]);
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At(ModelFiles.Manifest)))!;
        manifest["data"]!["plays"] = 3_000_000_000;
        File.WriteAllText(_folder.At(ModelFiles.Manifest), manifest.ToJsonString());

        Assert.That((await ModelReader.ReadManifestAsync(_folder.Root)).Data.Plays, Is.EqualTo(3_000_000_000));
        await AssertRefusedAsync("was trained on 3,000,000,000 plays by several processes; one process can load up to");
    }

    [Test]
    public async Task Read_OneIdTwice_NamesIt()
    {
        await WriteAsync(Users[0]);
        await WriteUsersAsync(new IdIndex<string>(["ada", "bob", "ada", "dana", "émile"]), [2, 3, 0, 1, 7]);

        await AssertRefusedAsync("users.parquet", "column 'id' has 'ada' twice");
    }

    [Test]
    public async Task Read_AnotherNumberOfIds_NamesBoth()
    {
        await WriteAsync(Users[0]);
        await WriteUsersAsync(new IdIndex<string>(["ada"]), [2]);

        await AssertRefusedAsync("users.parquet has 1 id; the manifest says 5");
    }

    [Test]
    public async Task Read_IdsOfAnotherType_AreRefused()
    {
        await WriteAsync(Users[0]);
        await WriteUsersAsync(Users[3], [2, 3, 0, 1, 7]);

        await AssertRefusedAsync("users.parquet", "ids of another type than the manifest says");
    }

    [Test]
    public async Task Read_FactorsThatAreNotFinite_AreRefused()
    {
        await WriteAsync(Users[0]);
        var bytes = await File.ReadAllBytesAsync(_folder.At(ModelFiles.ItemFactors));
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - sizeof(float)), float.NaN);
        await File.WriteAllBytesAsync(_folder.At(ModelFiles.ItemFactors), bytes);
        Sign(ModelFiles.ItemFactors);

        await AssertRefusedAsync("a factor that is not finite");
    }

    /// <summary>Models of earlier versions have id tables of Parquet.Net.</summary>
    [TestCase(EncodingHint.Default)]
    [TestCase(EncodingHint.Dictionary)]
    [TestCase(EncodingHint.DeltaBinaryPacked)]
    public async Task Read_IdTableOfParquetNet_IsTheSame(EncodingHint encoding)
    {
        await WriteAsync(new IdIndex<long>([40, -1, 7, 30, long.MaxValue]));
        await WriteByParquetNetAsync(new long[] { 40, -1, 7, 30, long.MaxValue }, encoding);

        var model = await ModelReader.ReadAsync(_folder.Root);

        Assert.That(((IdIndex<long>)model.Users).Ids.ToArray(), Is.EqualTo(new[] { 40, -1, 7, 30, long.MaxValue }));
    }

    private async Task SurviveAsync(int mutations)
    {
        var forms = Users.Length + 2;
        for (var form = 0; form < forms; form++)
        {
            await WriteAsync(form < Users.Length ? Users[form]
                : form == Users.Length ? Users[0]
                : new IdIndex<long>([1, 2, 3, 4, 5]));
            if (form == Users.Length)
                await WriteByParquetNetAsync(new[] { "ada", "bob", "cleo", "dana", "émile" }, EncodingHint.Dictionary);
            if (form > Users.Length)
                await WriteByParquetNetAsync(new long[] { 1, 2, 3, 4, 5 }, EncodingHint.DeltaBinaryPacked);
            var manifest = await File.ReadAllTextAsync(_folder.At(ModelFiles.Manifest));
            for (var seed = form; seed < mutations; seed += forms) await SurviveAsync(seed, manifest);
        }
    }

    private async Task SurviveAsync(int seed, string manifest)
    {
        var random = new Random(seed);
        var name = random.Next(4) switch
        {
            0 => ModelFiles.Items,
            1 => random.Next(3) == 0
                ? ModelFiles.Manifest
                : ModelFiles.Checksummed[random.Next(ModelFiles.Checksummed.Count)],
            _ => ModelFiles.Users,
        };
        var whole = await File.ReadAllBytesAsync(_folder.At(name));
        await File.WriteAllBytesAsync(_folder.At(name), Mutated(whole, random));
        if (name != ModelFiles.Manifest) Sign(name);
        var allocated = GC.GetTotalAllocatedBytes();
        try
        {
            var model = await ModelReader.ReadAsync(_folder.Root).WaitAsync(Patience);
            Assert.That((model.Users.Count, model.Items.Count), Is.EqualTo((5, 7)), $"{name}, seed {seed}");
            for (var user = 0; user < model.Users.Count; user++)
                Assert.That(
                    model.Users.TryFind(model.Users.Format(user), out var found) && found == user,
                    $"{name}, seed {seed}");
            Assert.That(model.UserFactors.ToArray(), Has.All.Matches<float>(float.IsFinite), $"{name}, seed {seed}");
        }
        catch (GpuAlsException failure)
        {
            Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput), $"{name}, seed {seed}");
        }

        Assert.That(GC.GetTotalAllocatedBytes() - allocated, Is.LessThan(MostBytesAllocated), $"{name}, seed {seed}");
        await File.WriteAllBytesAsync(_folder.At(name), whole);
        await File.WriteAllTextAsync(_folder.At(ModelFiles.Manifest), manifest);
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        var bytes = (byte[])whole.Clone();
        switch (random.Next(6))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1: return [.. bytes[..random.Next(bytes.Length)], .. Encoding.ASCII.GetBytes("PAR1"), .. bytes];
            case 2:
                var start = random.Next(bytes.Length);
                bytes.AsSpan(start, Math.Min(random.Next(1, 40), bytes.Length - start)).Fill((byte)random.Next(256));
                return bytes;
            case 3:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            default:
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    private Task WriteAsync(IdIndex users) => SampleModel.WriteAsync(SampleModel.Create(users), _folder.Root);

    private async Task WriteUsersAsync(IdIndex ids, int[] counts)
    {
        await using (var stream = File.Create(_folder.At(ModelFiles.Users)))
            await IdTableFile.WriteAsync(stream, ids, counts, CancellationToken.None);
        Sign(ModelFiles.Users);
    }

    private async Task WriteByParquetNetAsync(Array ids, EncodingHint encoding)
    {
        var options = new ParquetOptions();
        options.ColumnEncodingHints["id"] = encoding;
        await ParquetPlays.WriteAsync(
            _folder.At(ModelFiles.Users), 1, options, ("index", new[] { 0, 1, 2, 3, 4 }), ("id", ids), (
                "plays", new[] { 2, 3, 0, 1, 7 }));
        Sign(ModelFiles.Users);
    }

    /// <summary>Makes the checksum in the manifest match.</summary>
    private void Sign(string name) => SampleModel.Sign(_folder.Root, name);

    private async Task AssertRefusedAsync(params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ModelReader.ReadAsync(_folder.Root));
        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        foreach (var part in parts) Assert.That(failure.Message, Does.Contain(part));
    }
}

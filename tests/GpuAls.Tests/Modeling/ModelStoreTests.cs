namespace GpuAls.Tests.Modeling;

public sealed class ModelStoreTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    public static IEnumerable<TestCaseData> IdTypes()
    {
        yield return new TestCaseData(new IdIndex<string>(["b", "", "é\"x", "日本", "a,b"])).SetArgDisplayNames("text");
        yield return new TestCaseData(new IdIndex<int>([5, -4, 3, int.MaxValue, 1])).SetArgDisplayNames("int32");
        yield return new TestCaseData(new IdIndex<long>([5, -4, long.MinValue, 2, 1])).SetArgDisplayNames("int64");
        yield return new TestCaseData(new IdIndex<ulong>([5, 0, ulong.MaxValue, 1ul << 63, 1]))
            .SetArgDisplayNames("uint64");
        var uuids = Enumerable.Range(1, 5).Select(i => new Guid(i, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)).ToArray();
        yield return new TestCaseData(new IdIndex<Guid>(uuids)).SetArgDisplayNames("uuid");
    }

    [TestCaseSource(nameof(IdTypes))]
    public async Task Read_WhatWasWritten_IsTheSame(IdIndex users)
    {
        var model = SampleModel.Create(users);
        await WriteAsync(model);

        var read = await ModelReader.ReadAsync(_folder.Root);

        Assert.That(read.Users.Type, Is.EqualTo(users.Type));
        Assert.That(
            Enumerable.Range(0, 5).Select(read.Users.Format), Is.EqualTo(Enumerable.Range(0, 5).Select(users.Format)));
        Assert.That(read.Items.Format(6), Is.EqualTo("70"));
        Assert.That(read.Options, Is.EqualTo(model.Options));
        Assert.That(read.UserFactors.ToArray(), Is.EqualTo(model.UserFactors.ToArray()));
        Assert.That(read.ItemFactors.ToArray(), Is.EqualTo(model.ItemFactors.ToArray()));
        Assert.That(read.Plays.Indptr.ToArray(), Is.EqualTo(model.Plays.Indptr.ToArray()));
        Assert.That(read.Plays.Values.ToArray(), Is.EqualTo(model.Plays.Values.ToArray()));
    }

    [Test]
    public async Task ReadManifest_WhatWasWritten_KeepsOptionsAndLoss()
    {
        await WriteAsync(SampleModel.Create());

        var manifest = SampleModel.ReadManifest(_folder.Root);

        Assert.That(manifest.Options.Objective, Is.EqualTo(Objective.Ials));
        Assert.That(manifest.Iterations[0].Loss, Is.EqualTo(12.25));
        Assert.That(manifest.Sha256.Keys, Is.EquivalentTo(ModelFiles.Checksummed));
    }

    [Test]
    public async Task Write_SameModelTwice_GivesTheSameBytes()
    {
        await WriteAsync(SampleModel.Create());
        var first = SampleModel.ReadManifest(_folder.Root).Sha256;
        await WriteAsync(SampleModel.Create());

        Assert.That(SampleModel.ReadManifest(_folder.Root).Sha256, Is.EquivalentTo(first));
    }

    [Test]
    public Task Read_EmptyFolder_SaysThatThereIsNoModel() => AssertRefused("there is no model");

    [Test]
    public async Task Read_AnotherVersion_NamesBoth()
    {
        await WriteAsync(SampleModel.Create());
        Edit(text => text.Replace("\"format_version\": 2", "\"format_version\": 7", StringComparison.Ordinal));

        await AssertRefused("format version 7; this gpuals reads version 2");
    }

    [Test]
    public async Task Read_ManifestThatIsNotJson_IsRefused()
    {
        await WriteAsync(SampleModel.Create());
        Edit(text => text[..20]);

        await AssertRefused("is not a manifest of gpuals");
    }

    [Test]
    public async Task Read_FlippedBit_NamesTheFile(
        [Values("item_factors.npy", "users.parquet", "plays_indices.npy")] string name)
    {
        await WriteAsync(SampleModel.Create());
        var bytes = File.ReadAllBytes(_folder.At(name));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder.At(name), bytes);

        await AssertRefused($"{name} was changed or damaged: the checksum differs");
    }

    [Test]
    public async Task Read_MissingFile_NamesIt()
    {
        await WriteAsync(SampleModel.Create());
        File.Delete(_folder.At("items.parquet"));

        await AssertRefused("items.parquet is missing");
    }

    private Task WriteAsync(FactorModel model) => SampleModel.WriteAsync(model, _folder.Root);

    private void Edit(Func<string, string> change) =>
        File.WriteAllText(_folder.At(ModelFiles.Manifest), change(File.ReadAllText(_folder.At(ModelFiles.Manifest))));

    private async Task AssertRefused(string message)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ModelReader.ReadAsync(_folder.Root));
        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain(message));
    }
}

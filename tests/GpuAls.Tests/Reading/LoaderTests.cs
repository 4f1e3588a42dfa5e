namespace GpuAls.Tests.Reading;

/// <summary>A folder of inputs and the call under test.</summary>
public abstract class LoaderTests
{
    private protected TempFolder Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    private protected Task<IndexedInteractions> LoadAsync(string name, InteractionSchema? schema = null) =>
        InteractionLoader.LoadAsync([Folder.At(name)], schema ?? new InteractionSchema());

    private protected async Task AssertBadAsync(string name, InteractionSchema? schema, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => LoadAsync(name, schema));
        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        foreach (var part in parts) Assert.That(failure.Message, Does.Contain(part));
    }

    private protected void Write(string name, string text) => File.WriteAllText(Folder.At(name), text);

    private protected static (string User, string Item, float Weight)[] Rows(IndexedInteractions plays) =>
        Enumerable.Range(0, plays.RowCount)
            .Select(row => (
                plays.Users.Format(plays.UserIndices[row]),
                plays.Items.Format(plays.ItemIndices[row]),
                plays.Weights?[row] ?? 1))
            .ToArray();

    private protected static string[] Ids(IdIndex ids) => Enumerable.Range(0, ids.Count).Select(ids.Format).ToArray();
}

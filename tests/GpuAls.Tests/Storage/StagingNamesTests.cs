using System.Globalization;

namespace GpuAls.Tests.Storage;

/// <summary>What a killed run leaves is removed by the next one that writes the same output; all else stays.</summary>
public sealed class StagingNamesTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void IsStale_OfAProcess_IsWhetherItIsGone()
    {
        Assert.That(StagingNames.IsStale(Dead("m"), "m"), Is.True);
        Assert.That(StagingNames.IsStale(Named("m", process: 1), "m"), Is.EqualTo(Environment.ProcessId == 1));
        Assert.That(StagingNames.IsStale(StagingNames.New("m"), "m"), Is.False, "of this process");
        Assert.That(
            StagingNames.IsStale(Named("m", Environment.ProcessId), "m"),
            Is.True,
            "of an earlier process with this one's id, as in a container");
        Assert.That(StagingNames.IsStale(Named("m", NoProcess, host: "0"), "m"), Is.False, "of another machine");
    }

    [TestCase(".m.tmp")]
    [TestCase(".m.0-1-2.tmp")]
    [TestCase(".m.notes-of-a-user.tmp")]
    public void IsStale_AnotherName_IsNot(string hidden) => Assert.That(StagingNames.IsStale(hidden, "m"), Is.False);

    [Test]
    public async Task FilesOutput_LeftoverOfADeadProcess_IsRemovedAndOthersStay()
    {
        foreach (var name in (string[])[Dead("lists.csv"), Dead("other.csv"), ".lists.csv.tmp"])
            File.WriteAllText(_folder.At(name), "half");

        var location = OutputLocation.Of(_folder.At("lists.csv"));
        await (await location.OpenFileAsync(overwrite: false, default)).Output.DisposeAsync();

        Assert.That(
            _folder.Entries(), Is.EqualTo(new[] { ".lists.csv.tmp", Dead("other.csv") }.Order(StringComparer.Ordinal)));
    }

    [Test]
    public async Task FolderOutput_LeftoversOfADeadProcess_AreRemoved()
    {
        Directory.CreateDirectory(_folder.At(Dead("model"), "below"));
        Directory.CreateDirectory(_folder.At("model", Dead("staging"), "below"));

        var location = OutputLocation.Of(_folder.At("model"));
        await (await location.OpenFolderAsync(overwrite: false, ModelFolder.WhyForeignAsync, default)).DisposeAsync();

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model" }));
        Assert.That(Directory.GetFileSystemEntries(_folder.At("model")), Is.Empty);
    }

    [Test]
    public async Task FolderOutput_WholeOutputThatWasMovedAside_IsRemovedOnceThereIsAnother()
    {
        MakeWhole(Dead("model.old"));

        await using (var output = await OpenAsync())
        {
            Assert.That(Directory.Exists(_folder.At(Dead("model.old"))), "the only whole one");
            await output.CommitAsync(default);
        }

        await (await OpenAsync()).DisposeAsync();

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model" }));
    }

    /// <summary>A run that was killed before its last rename; under the name of a version nobody comes again.</summary>
    [Test]
    public void RemoveStale_WholeOutputThatNeverGotItsName_IsRemoved()
    {
        foreach (var name in (string[])["night-1", "night-2", "night-2.old", "other"]) MakeWhole(Dead(name));

        StagingNames.RemoveStale(_folder.At(), name => name.StartsWith("night-", StringComparison.Ordinal));

        Assert.That(
            _folder.Entries(),
            Is.EqualTo(new[] { Dead("night-2.old"), Dead("other") }.Order(StringComparer.Ordinal)));
    }

    private void MakeWhole(string folder)
    {
        Directory.CreateDirectory(_folder.At(folder));
        File.WriteAllText(_folder.At(folder, FolderOutput.SuccessFile), "");
    }

    private const int NoProcess = int.MaxValue;

    private Task<IFolderOutput> OpenAsync() =>
        OutputLocation.Of(_folder.At("model")).OpenFolderAsync(overwrite: true, (_, _) => default, default);

    private static string Dead(string name) => Named(name, NoProcess);

    /// <summary>A name that another run on this machine would give.</summary>
    private static string Named(string name, int process, string? host = null)
    {
        host ??= StagingNames.New("m")[".m.".Length..].Split('-')[0];
        return string.Create(CultureInfo.InvariantCulture, $".{name}.{host}-{process}-0-1.tmp");
    }
}

namespace GpuAls.Tests.Checkpoints;

public sealed class CheckpointFolderTests
{
    private readonly List<string> _damaged = [];
    private MemoryStoreFolder _store = null!;

    [SetUp]
    public void MakeStore()
    {
        _store = new MemoryStoreFolder();
        _damaged.Clear();
    }

    [Test]
    public async Task Write_Several_KeepsTwoAndDeletesAfterTheNewOneIsThere()
    {
        var folder = await OpenAsync();
        foreach (var iteration in new[] { 2, 4, 9, 10 })
            await folder.WriteAsync(SampleCheckpoint.Job, SampleCheckpoint.State(iteration), default);

        Assert.That(_store.Files.Keys.Order(), Is.EqualTo(new[] { File(9), File(10) }));
        Assert.That(
            _store.Changes.Where(change => !change.Contains("probe")),
            Is.EqualTo(new[] { File(2), File(4), File(9), $"-{File(2)}", File(10), $"-{File(4)}" }));
        Assert.That((await ReadAsync(folder))!.Iteration, Is.EqualTo(10));
    }

    [Test]
    public async Task Read_NewestIsTorn_GivesTheOneBeforeAndTheNextReplacesIt()
    {
        var folder = await OpenAsync();
        foreach (var iteration in new[] { 4, 9 })
            await folder.WriteAsync(SampleCheckpoint.Job, SampleCheckpoint.State(iteration), default);
        _store.Files[File(9)] = _store.Files[File(9)][..^7];

        var state = await ReadAsync(folder);
        await folder.WriteAsync(SampleCheckpoint.Job, SampleCheckpoint.State(6), default);

        Assert.That(state!.Iteration, Is.EqualTo(4));
        Assert.That(_damaged, Is.EqualTo(new[] { $"memory/{File(9)} ends too early" }).Or.EqualTo(
            new[] { $"memory/{File(9)} is shorter or longer than its head says" }));
        Assert.That(_store.Files.Keys.Order(), Is.EqualTo(new[] { File(4), File(6) }));
    }

    [Test]
    public async Task Read_AllDamaged_IsRefused()
    {
        var folder = await OpenAsync();
        await folder.WriteAsync(SampleCheckpoint.Job, SampleCheckpoint.State(4), default);
        _store.Files[File(4)] = [1, 2, 3];

        Assert.That(
            () => ReadAsync(folder),
            Throws.TypeOf<GpuAlsException>().With.Property("Kind").EqualTo(FailureKind.BadInput)
                .And.Message.Contains("none of the 1 checkpoint in 'memory' can be used"));
    }

    [Test]
    public async Task Open_OtherFiles_AreNamedAndLeftAlone()
    {
        _store.Files["checkpoint-notes.txt"] = [];

        Assert.That(
            OpenAsync,
            Throws.TypeOf<GpuAlsException>().With.Property("Kind").EqualTo(FailureKind.Output)
                .And.Message.Contains("'memory' holds 'checkpoint-notes.txt'"));
        Assert.That(await _store.ListAsync("", default), Has.Count.EqualTo(1));
        Assert.That(_store.Changes, Is.Empty);
    }

    [Test]
    public void Open_FolderThatCannotBeWritten_FailsAtOnce()
    {
        _store.BeforeReplace = _ => throw new GpuAlsException(FailureKind.Output, "cannot write");

        Assert.That(OpenAsync, Throws.TypeOf<GpuAlsException>());
    }

    [Test]
    public async Task Clear_DeletesTheOldestFirst()
    {
        var folder = await OpenAsync();
        foreach (var iteration in new[] { 4, 9 })
            await folder.WriteAsync(SampleCheckpoint.Job, SampleCheckpoint.State(iteration), default);

        await folder.ClearAsync(default);

        Assert.That(_store.Files, Is.Empty);
        Assert.That(_store.Changes.TakeLast(2), Is.EqualTo(new[] { $"-{File(4)}", $"-{File(9)}" }));
        Assert.That(await ReadAsync(folder), Is.Null);
    }

    private static string File(int iteration) => $"checkpoint-{iteration:D9}.gpuals";

    private Task<CheckpointFolder> OpenAsync() => CheckpointFolder.OpenAsync(_store, default);

    private async Task<TrainingState?> ReadAsync(CheckpointFolder folder) =>
        (await folder.ReadNewestAsync((file, damage) => _damaged.Add($"{file} {damage}"), default))?.State;
}

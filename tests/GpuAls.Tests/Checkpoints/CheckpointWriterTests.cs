namespace GpuAls.Tests.Checkpoints;

public sealed class CheckpointWriterTests
{
    private static readonly CheckpointInterval EachIteration = new(1, null);

    private readonly List<CheckpointEvent> _told = [];
    private MemoryStoreFolder _store = null!;

    [SetUp]
    public void MakeStore()
    {
        _store = new MemoryStoreFolder();
        _told.Clear();
    }

    [Test]
    public async Task Keep_WhileOneIsWritten_SkipsAndLeavesItsArraysAlone()
    {
        var held = new TaskCompletionSource();
        await using var writer = await WriterAsync(EachIteration);
        _store.BeforeReplace = _ => held.Task;

        for (var iteration = 1; iteration <= 4; iteration++) KeepNext(writer, iteration);
        _store.BeforeReplace = _ => Task.CompletedTask;
        held.SetResult();
        var newest = await writer.WriteNewestAsync();

        Assert.That(newest, Is.EqualTo(4));
        Assert.That(Written(), Is.EqualTo(new[] { 1, 4 }));
        foreach (var iteration in new[] { 1, 4 })
            Assert.That((await ReadAsync(iteration)).Factors.Items!.ToArray(), Is.All.EqualTo((float)iteration));
    }

    [Test]
    public async Task Keep_TwoCopiesAreEnough()
    {
        var held = new TaskCompletionSource();
        await using var writer = await WriterAsync(EachIteration);
        _store.BeforeReplace = _ => held.Task;

        var used = Enumerable.Range(1, 6).Select(iteration => KeepNext(writer, iteration)).Distinct().ToArray();
        held.SetResult();

        Assert.That(used, Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Keep_EveryThirdIteration_WritesThoseAndTheNewestWhenStopped()
    {
        await using var writer = await WriterAsync(new CheckpointInterval(3, null));
        for (var iteration = 1; iteration <= 7; iteration++)
        {
            KeepNext(writer, iteration);
            if (iteration % 3 == 0) await writer.WriteNewestAsync(); // waits for the one that is written
        }

        await writer.WriteNewestAsync();
        await writer.WriteNewestAsync();

        Assert.That(Written(), Is.EqualTo(new[] { 3, 6, 7 }));
    }

    [Test]
    public async Task Keep_WriteThatFails_IsToldAndTriedAgain()
    {
        await using var writer = await WriterAsync(EachIteration);
        _store.BeforeReplace = _ => throw new GpuAlsException(FailureKind.Output, "the disk is full");
        KeepNext(writer, 1);
        Assert.That(await writer.WriteNewestAsync(), Is.Zero);
        _store.BeforeReplace = _ => Task.CompletedTask;

        Assert.That(await writer.WriteNewestAsync(), Is.EqualTo(1));
        Assert.That(_told[..^1], Is.Not.Empty.And.All.EqualTo(new CheckpointFailed("the disk is full")));
        Assert.That(_told[^1], Is.TypeOf<CheckpointWritten>());
    }

    [Test]
    public async Task Clear_WhileOneIsWritten_LeavesNothing()
    {
        await using var writer = await WriterAsync(EachIteration);
        KeepNext(writer, 1);
        await writer.WriteNewestAsync();
        var entered = new TaskCompletionSource();
        _store.BeforeReplace = async _ =>
        {
            entered.SetResult();
            await Task.Delay(100);
        };
        KeepNext(writer, 2);
        await entered.Task;

        await writer.ClearAsync();

        Assert.That(_store.Files, Is.Empty);
        Assert.That(_told.OfType<CheckpointFailed>(), Is.Empty);
    }

    [TestCase("7", 7, 0)]
    [TestCase("30s", 0, 30)]
    [TestCase("10min", 0, 600)]
    [TestCase("1.5h", 0, 5400)]
    public void Interval_ItsText_GivesTheSame(string text, int iterations, double seconds)
    {
        var interval = CheckpointInterval.Parse(text, "--checkpoint-every");

        Assert.That(interval.Iterations ?? 0, Is.EqualTo(iterations));
        Assert.That(interval.Time?.TotalSeconds ?? 0, Is.EqualTo(seconds));
        Assert.That(CheckpointInterval.Parse(interval.ToString(), "--checkpoint-every"), Is.EqualTo(interval));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("0s")]
    [TestCase("5 parsecs")]
    [TestCase("min")]
    [TestCase("1e9h")]
    [TestCase("")]
    public void Interval_AnythingElse_IsRefused(string text) => Assert.That(
        () => CheckpointInterval.Parse(text, "--checkpoint-every"),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains(
            $"--checkpoint-every is '{text}'; expected a number of iterations such as 5, or a time such as 30s"));

    private static FactorMatrices KeepNext(CheckpointWriter writer, int iteration)
    {
        var arrays = writer.Spare();
        arrays.Items ??= new FactorMatrix(2, 2);
        for (var row = 0; row < 2; row++) arrays.Items.Row(row).Fill(iteration);
        writer.Keep(SampleCheckpoint.State(iteration) with { Factors = arrays });
        return arrays;
    }

    private static string File(int iteration) => $"checkpoint-{iteration:D9}.gpuals";

    private async Task<CheckpointWriter> WriterAsync(CheckpointInterval every) => new(
        await CheckpointFolder.OpenAsync(_store, default), SampleCheckpoint.Job, every,
        progress: new GpuAls.App.Relay<CheckpointEvent>(_told.Add));

    private int[] Written() => [.. _told.OfType<CheckpointWritten>().Select(written => written.Iteration)];

    private async Task<TrainingState> ReadAsync(int iteration) => (await CheckpointFile.ReadAsync(
        new MemoryByteSource("memory", _store.Files[File(iteration)]), default)).State;
}

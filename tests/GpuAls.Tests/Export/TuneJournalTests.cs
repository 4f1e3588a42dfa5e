using GpuAls.App;

namespace GpuAls.Tests.Export;

public sealed class TuneJournalTests
{
    private static readonly Dictionary<string, string> Settings =
        new() { ["--alpha"] = "1,10", ["--metric"] = "ndcg@10" };

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Open_Again_HasWhatWasAdded()
    {
        var failed =
            Result(2) with { Metrics = [], BestIteration = 0, Failure = new TrialFailure(FailureKind.BadInput, "no.") };
        using (var journal = Open())
        {
            journal.Add(Result(1));
            journal.Add(failed);
        }

        using var again = Open();

        Assert.That(again.Count, Is.EqualTo(2));
        Assert.That(Same(again.Find(1, 1)!, Result(1)));
        Assert.That(again.Find(2, 1)!.Failure, Is.EqualTo(failed.Failure));
        Assert.That(again.Find(1, 2), Is.Null);
    }

    /// <summary>A kill at any time afterwards does not lose it.</summary>
    [Test]
    public void Add_AResult_IsInTheFileAtOnce()
    {
        using var journal = Open();
        var before = new FileInfo(Path).Length;

        journal.Add(Result(1));

        Assert.That(new[] { before, new FileInfo(Path).Length - before }, Is.All.GreaterThan(0L));
    }

    /// <summary>Wherever a kill cuts the last line, the others are there, and what comes next is whole.</summary>
    [Test]
    public void Open_CutAnywhereInTheLastLine_LosesThatLineOnly()
    {
        using (var journal = Open())
        {
            journal.Add(Result(1));
            journal.Add(Result(2));
        }

        var bytes = File.ReadAllBytes(Path);
        var lastLine = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = lastLine; length < bytes.Length; length += 7)
        {
            File.WriteAllBytes(Path, bytes[..length]);
            using (var journal = Open())
            {
                Assert.That(journal.Count, Is.EqualTo(1));
                journal.Add(Result(3));
            }

            using var again = Open();
            Assert.That(
                (again.Find(1, 1) is not null, again.Find(2, 1), again.Find(3, 1) is not null),
                Is.EqualTo((true, (TrialResult?)null, true)));
        }
    }

    [Test]
    public void Open_OtherOptionsOrPlays_AreRefusedWithTheReason()
    {
        Open().Dispose();

        Assert.That(
            () => TuneJournal.Open(
                new LocalAppendLog(Path), "digest", new Dictionary<string, string>(Settings) { ["--alpha"] = "1,40" }),
            Refusal("--alpha was 1,10, and is 1,40 now"));
        Assert.That(
            () => TuneJournal.Open(
                new LocalAppendLog(Path), "digest", new Dictionary<string, string>(Settings) { ["--new"] = "1" }),
            Refusal("--new was not given, and is 1 now"));
        Assert.That(
            () => TuneJournal.Open(new LocalAppendLog(Path), "other", Settings),
            Refusal("the plays, or how they are divided, are others"));
        Open().Dispose();
    }

    [Test]
    public void Open_Damaged_NamesTheLine()
    {
        using (var journal = Open())
        {
            journal.Add(Result(1));
            journal.Add(Result(2));
        }

        var lines = File.ReadAllLines(Path);
        File.WriteAllLines(Path, [lines[0], lines[1][5..], lines[2]]);

        Assert.That(Open, Refusal("line 2: not a line of a journal"));
    }

    [TestCase("notes of mine")]
    [TestCase("{\"journal\": 7}")]
    public void Open_FileOfOthersWithoutAnEndOfLine_IsLeftAlone(string text)
    {
        File.WriteAllText(Path, text);

        Assert.That(Open, Refusal("line 1: not a line of a journal"));
        Assert.That(File.ReadAllText(Path), Is.EqualTo(text));
    }

    [Test]
    public void Open_FileOfOthersWithLines_IsLeftAlone()
    {
        File.WriteAllText(Path, "{}\nmore");

        Assert.That(Open, Refusal("line 1: not a line of a journal"));
        Assert.That(File.ReadAllText(Path), Is.EqualTo("{}\nmore"));
    }

    /// <summary>A kill that cuts the very first line leaves nothing to go on from, and nothing in the way.</summary>
    [Test]
    public void Open_CutAnywhereInTheFirstLine_BeginsAnew()
    {
        Open().Dispose();
        var bytes = File.ReadAllBytes(Path);
        for (var length = 0; length < bytes.Length; length += 5)
        {
            File.WriteAllBytes(Path, bytes[..length]);
            Open().Dispose();
            Assert.That(File.ReadAllBytes(Path), Is.EqualTo(bytes), $"cut after {length}");
        }
    }

    [Test]
    public void Open_WhileAnotherRunHasIt_IsRefused()
    {
        using var journal = Open();

        Assert.That(
            Open,
            Throws.InstanceOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind))
                .EqualTo(FailureKind.Output));
    }

    [Test]
    public void Add_WhatADeviceRefused_IsTriedAgain()
    {
        using (var journal = Open()) journal
            .Add(Result(1) with { Failure = new TrialFailure(FailureKind.Device, "full.") });

        using var again = Open();

        Assert.That(again.Count, Is.Zero);
    }

    /// <summary>A trial counts as done once it would survive a kill, not before; the next run does it again.</summary>
    [Test]
    public void Add_TheLogRefuses_IsNotDone()
    {
        var log = new FullLog(room: 2);
        using var journal = TuneJournal.Open(log, "digest", Settings);
        journal.Add(Result(1));

        var failure = Assert.Throws<GpuAlsException>(() => journal.Add(Result(2)));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(
            (journal.Count, journal.Find(1, 1) is not null, journal.Find(2, 1)),
            Is.EqualTo((1, true, (TrialResult?)null)));
        using var again = TuneJournal.Open(new FullLog(room: 0, [.. log.ReadAll()]), "digest", Settings);
        Assert.That(again.Count, Is.EqualTo(1));
    }

    /// <summary>A log in memory that has room for some pieces.</summary>
    private sealed class FullLog(int room, params byte[] bytes) : IAppendLog
    {
        private readonly List<byte> _bytes = [.. bytes];
        private int _room = room;

        public string Name => "memory:journal";

        public byte[] ReadAll() => [.. _bytes];

        public void Truncate(long length) => _bytes.RemoveRange((int)length, _bytes.Count - (int)length);

        public void Append(ReadOnlyMemory<byte> piece)
        {
            if (_room-- == 0)
                throw new GpuAlsException(FailureKind.Output, "cannot write 'memory:journal': it is full.");
            _bytes.AddRange(piece.Span);
        }

        public void Dispose()
        {
        }
    }

    private string Path => _folder.At("journal.jsonl");

    private TuneJournal Open() => TuneJournal.Open(new LocalAppendLog(Path), "digest", Settings);

    private static NUnit.Framework.Constraints.ContainsConstraint Refusal(string message) =>
        Throws.InstanceOf<GpuAlsException>().With.Message.Contains(message);

    private static TrialResult Result(int trial) => new()
    {
        Trial = trial,
        Rung = 1,
        Iterations = [new TrialIteration(1, 0.1, null, 0.25), new TrialIteration(2, null, 12.5, 0.5)],
        BestIteration = 1,
        Metrics =
        [
            new MetricValue(new Metric("ndcg", 10), 0.1 + 0.2, 0.25, 0.35),
            new MetricValue(new Metric("auc"), double.NaN, null, null),
        ],
        Seconds = 1.5,
    };

    private static bool Same(TrialResult one, TrialResult other) =>
        one.Iterations.SequenceEqual(other.Iterations) && one.Metrics.SequenceEqual(other.Metrics)
        && (one with { Iterations = [], Metrics = [] }).Equals(other with { Iterations = [], Metrics = [] });
}

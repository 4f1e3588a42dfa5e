using System.Collections.Concurrent;

namespace GpuAls.Tests.Reading;

/// <summary>How Parquet is read from a source that is far away.</summary>
public sealed class ParquetReadAheadTests
{
    private const int Groups = 8;
    private const int Rows = 8000;

    /// <summary>Reads before the first row group: the magic at the start, and the footer.</summary>
    private const int Footers = 2;

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(1, 1)] // the next one is fetched, however large it is
    [TestCase(3, 3)]
    [TestCase(100, Groups)]
    public async Task Read_GroupsAhead_AreAsManyAsFitTheBuffer(int groupsThatFit, int expected)
    {
        var (bytes, group) = await WriteAsync();
        var source = new FarSource(bytes, group * groupsThatFit);

        await using var works = Works(source).GetAsyncEnumerator();
        await works.MoveNextAsync();
        var first = source.Reads.Count - Footers;
        await works.MoveNextAsync();
        var second = source.Reads.Count - Footers;

        Assert.That(first, Is.EqualTo(expected));
        Assert.That(second, Is.EqualTo(Math.Min(Groups, expected + 1)));
    }

    [Test]
    public async Task Read_NeighbouringColumns_AreOneReadAndTheSameRows()
    {
        var (bytes, _) = await WriteAsync();
        var (far, near) = (new FarSource(bytes, 1 << 20), new MemoryByteSource("near.parquet", bytes));

        var (rows, expected) = (await UsersAsync(far), await UsersAsync(near));

        Assert.That(rows, Has.Count.EqualTo(Rows).And.EqualTo(expected));
        Assert.That(far.Reads, Has.Count.EqualTo(Footers + Groups));
    }

    [Test]
    public async Task Read_Abandoned_StopsWhatWasFetched()
    {
        var (bytes, group) = await WriteAsync();
        var source = new FarSource(bytes, group * Groups) { Delay = TimeSpan.FromMinutes(1) };

        await using (var works = Works(source).GetAsyncEnumerator())
        {
            await works.MoveNextAsync();
        }

        // The group that was handed out is cancelled too, but not waited for.
        Assert.That(() => source.Cancelled, Is.EqualTo(Groups).After(5_000, 10));
    }

    private static async Task<List<long>> UsersAsync(IByteSource source)
    {
        var users = new List<long>();
        await foreach (var work in Works(source))
        {
            using var batch = await work(default);
            foreach (var index in batch.Users.Indices.ToArray())
                users.Add(IdValues.ReadInteger(batch.Users.Values[index]));
        }

        return users;
    }

    private static IAsyncEnumerable<BatchWork> Works(IByteSource source) =>
        new ParquetInteractionReader(new InputFile(source, InputFormat.Parquet), new InteractionSchema())
            .ReadAsync(FilePart.Whole(source.Length), default);

    /// <summary>A file, and the bytes of the columns of a row group.</summary>
    private async Task<(byte[] File, int Group)> WriteAsync()
    {
        var random = new Random(1);
        await ParquetPlays.WriteAsync(
            _folder.At("plays.parquet"),
            Groups,
            ("user", Enumerable.Range(0, Rows).Select(_ => random.NextInt64()).ToArray()),
            ("item", Enumerable.Range(0, Rows).Select(_ => random.NextInt64()).ToArray()));
        var bytes = await File.ReadAllBytesAsync(_folder.At("plays.parquet"));
        return (bytes, bytes.Length / Groups);
    }

    /// <summary>Memory that says it is far away, and notes what is read.</summary>
    private sealed class FarSource(byte[] bytes, int readAhead) : IByteSource
    {
        private int _cancelled;

        public string Name => "far.parquet";

        public long Length => bytes.Length;

        public int ReadAheadBytes => readAhead;

        /// <summary>How long row groups take.</summary>
        public TimeSpan Delay { get; init; }

        public int Cancelled => _cancelled;

        public ConcurrentQueue<(long Offset, int Bytes)> Reads { get; } = new();

        public ValueTask<Stream> OpenAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public async ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation)
        {
            Reads.Enqueue((offset, target.Length));
            try
            {
                if (Reads.Count > Footers) await Task.Delay(Delay, cancellation);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }

            bytes.AsMemory((int)offset, target.Length).CopyTo(target);
        }
    }
}

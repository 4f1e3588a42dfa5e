using System.Text;
using GpuAls.App;

namespace GpuAls.Tests.Export;

public sealed class EncodedListSinkTests
{
    [Test]
    public async Task Write_LaterBlocksEncodedFirst_KeepsTheOrder()
    {
        var written = new List<string>();
        await WriteAsync(new Encoder(slow: 0), written, Blocks(9));

        Assert.That(string.Concat(written), Is.EqualTo("<012345678>"));
    }

    [Test]
    public void Write_EncodingFails_SaysSoAndWritesNothingBehindIt()
    {
        var written = new List<string>();

        Assert.That(
            () => WriteAsync(new Encoder(failing: 4), written, Blocks(9)), Throws.InstanceOf<InvalidDataException>());
        Assert.That(string.Concat(written), Is.EqualTo("<0123"));
    }

    [Test]
    public void Write_BlocksFail_SaysSoAndWritesWhatCameBefore()
    {
        var written = new List<string>();

        Assert.That(
            () => WriteAsync(new Encoder(), written, Blocks(3).Concat(Failing())),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(string.Concat(written), Is.EqualTo("<012"));
    }

    [Test]
    public void Write_StreamFails_StopsTheBlocks()
    {
        var taken = 0;
        var stream = new LineStream(text => _ = text == "2" ? throw new IOException("full") : text);

        Assert.That(
            () => WriteAsync(new Encoder(), stream, Blocks(1_000).Select(batch => { taken++; return batch; })),
            Throws.InstanceOf<IOException>().With.Message.EqualTo("full"));
        Assert.That(taken, Is.LessThan(20));
    }

    [TestCase(1, 10)]
    [TestCase(7, 4)]
    [TestCase(64, 1)]
    public void Blocks_AreCutAtWholeLists(int rows, int count)
    {
        RecommendationBatch[] batches = [Batch(5, 0), Batch(1, 5), Batch(4, 6)];

        var blocks = ListBlock.Of(batches, rows).ToArray();

        Assert.That(
            blocks.SelectMany(block => block.Lists()).Select(list => list.User), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(blocks.Select(block => block.MaximumRows), Has.All.LessThanOrEqualTo(Math.Max(rows, 2)));
        Assert.That(blocks, Has.Length.EqualTo(count));
    }

    private static Task WriteAsync(Encoder encoder, List<string> written, IEnumerable<RecommendationBatch> batches) =>
        WriteAsync(encoder, new LineStream(written.Add), batches);

    private static Task WriteAsync(Encoder encoder, Stream stream, IEnumerable<RecommendationBatch> batches) =>
        RecommendationWriter.WriteAsync(new EncodedListSink(encoder, stream), batches);

    /// <summary>A batch, and so a block, for each user.</summary>
    private static IEnumerable<RecommendationBatch> Blocks(int count) =>
        Enumerable.Range(0, count).Select(user => Batch(1, user));

    private static IEnumerable<RecommendationBatch> Failing()
    {
        yield return ((Func<RecommendationBatch>)(() => throw new OperationCanceledException()))();
    }

    private static RecommendationBatch Batch(int users, int first) =>
        new([.. Enumerable.Range(first, users)], 2, new int[2 * users], new float[2 * users]);

    /// <summary>Writes the user of each block.</summary>
    private sealed class Encoder(int slow = -1, int failing = -1) : IListEncoder
    {
        public int BlockRows => 1;

        public ReadOnlyMemory<byte> Start() => "<"u8.ToArray();

        public EncodedLists Encode(ListBlock block)
        {
            var user = block.Lists().Single().User;
            if (user == slow) Thread.Sleep(100);
            return user == failing
                ? throw new InvalidDataException()
                : new EncodedLists(Encoding.UTF8.GetBytes($"{user}"));
        }

        public void WrittenAt(EncodedLists block, long offset) =>
            Assert.That(offset, Is.EqualTo(1 + block.Bytes.Span[0] - '0').Or.GreaterThan(9));

        public ReadOnlyMemory<byte> End() => ">"u8.ToArray();
    }

    /// <summary>Hands on each write as text.</summary>
    private sealed class LineStream(Action<string> written) : WriteOnlyStream
    {
        public override void Flush()
        {
        }

        protected override void Put(ReadOnlySpan<byte> bytes) => written(Encoding.UTF8.GetString(bytes));

        protected override ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            Put(bytes.Span);
            return default;
        }
    }
}

using System.Text;
using GpuAls.App;

namespace GpuAls.Tests.Export;

public sealed class OrderedOutputTests
{
    [Test]
    public async Task Write_LaterBlocksEncodedFirst_KeepsTheOrder()
    {
        var written = new List<string>();
        await Output(new Encoder(slow: 0), written).WriteAsync(Blocks(9));

        Assert.That(string.Concat(written), Is.EqualTo("<012345678>"));
    }

    [Test]
    public void Write_EncodingFails_SaysSoAndWritesNothingBehindIt()
    {
        var written = new List<string>();

        Assert.That(() => Output(new Encoder(failing: 4), written).WriteAsync(Blocks(9)), Throws.InstanceOf<InvalidDataException>());
        Assert.That(string.Concat(written), Is.EqualTo("<0123"));
    }

    [Test]
    public void Write_BlocksFail_SaysSoAndWritesWhatCameBefore()
    {
        var written = new List<string>();

        Assert.That(() => Output(new Encoder(), written).WriteAsync(Blocks(3).Concat(Failing())), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(string.Concat(written), Is.EqualTo("<012"));
    }

    [Test]
    public void Write_StreamFails_StopsTheBlocks()
    {
        var taken = 0;
        var output = new OrderedOutput(new Encoder(), bytes => bytes.Span[0] == '2' ? throw new IOException("full") : default);

        Assert.That(() => output.WriteAsync(Blocks(1_000).Select(block => { taken++; return block; })), Throws.InstanceOf<IOException>().With.Message.EqualTo("full"));
        Assert.That(taken, Is.LessThan(20));
    }

    [TestCase(1, 10)]
    [TestCase(7, 4)]
    [TestCase(64, 1)]
    public void Blocks_AreCutAtWholeLists(int rows, int count)
    {
        RecommendationBatch[] batches = [Batch(5, 0), Batch(1, 5), Batch(4, 6)];

        var blocks = ListBlock.Of(batches, rows).ToArray();

        Assert.That(blocks.SelectMany(block => block.Lists()).Select(list => list.User), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(blocks.Select(block => block.Places), Has.All.LessThanOrEqualTo(Math.Max(rows, 2)));
        Assert.That(blocks, Has.Length.EqualTo(count));
    }

    private static OrderedOutput Output(Encoder encoder, List<string> written) =>
        new(encoder, bytes =>
        {
            written.Add(Encoding.UTF8.GetString(bytes.Span));
            return default;
        });

    /// <summary>A block for each user.</summary>
    private static IEnumerable<ListBlock> Blocks(int count) => ListBlock.Of([Batch(count, 0)], 1);

    private static IEnumerable<ListBlock> Failing()
    {
        yield return ((Func<ListBlock>)(() => throw new OperationCanceledException()))();
    }

    private static RecommendationBatch Batch(int users, int first) => new([.. Enumerable.Range(first, users)], 2, new int[2 * users], new float[2 * users]);

    /// <summary>Writes the user of each block.</summary>
    private sealed class Encoder(int slow = -1, int failing = -1) : IListEncoder
    {
        public int BlockRows => 1;

        public ReadOnlyMemory<byte> Start() => "<"u8.ToArray();

        public EncodedLists Encode(ListBlock block)
        {
            var user = block.Lists().Single().User;
            if (user == slow) Thread.Sleep(100);
            return user == failing ? throw new InvalidDataException() : new EncodedLists(Encoding.UTF8.GetBytes($"{user}"));
        }

        public void Place(EncodedLists block, long offset) => Assert.That(offset, Is.EqualTo(1 + block.Bytes.Span[0] - '0').Or.GreaterThan(9));

        public ReadOnlyMemory<byte> End() => ">"u8.ToArray();
    }
}

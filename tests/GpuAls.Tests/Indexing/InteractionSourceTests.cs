using System.Runtime.CompilerServices;
using System.Text;

namespace GpuAls.Tests.Indexing;

/// <summary>Whatever gives batches of rows can be loaded; files are one such source.</summary>
public sealed class InteractionSourceTests
{
    [Test]
    public async Task Load_RowsOfAnySource_AreIndexedInTheirOrder()
    {
        var source = new Query(batches: 40);

        var read = new List<ReadProgress>();
        var plays = await InteractionLoader.LoadAsync(source, new Told(read), CancellationToken.None);

        Assert.That(
            plays.UserIndices.Select(plays.Users.Format),
            Is.EqualTo(Enumerable.Range(0, 40 * Query.Rows).Select(row => $"u{row % 7}")));
        Assert.That(
            plays.ItemIndices.Select(plays.Items.Format),
            Is.EqualTo(Enumerable.Range(0, 40 * Query.Rows).Select(row => $"{row}")));
        Assert.That(plays.Weights, Is.EqualTo(Enumerable.Range(0, 40 * Query.Rows).Select(row => row + 1f)));
        Assert.That((plays.Items.Type, plays.Statistics.Files), Is.EqualTo((IdType.Integer64, 0)));
        Assert.That(read.Select(progress => progress.Fraction), Is.Ordered.And.All.InRange(0, 1));
        Assert.That(read[^1], Is.EqualTo(new ReadProgress(40 * Query.Rows, 1)));
        Assert.That(source.Live, Is.Zero, "each batch is disposed of");
    }

    [Test]
    public async Task Load_ReaderThatIsSlow_HoldsTheSourceBack()
    {
        var source = new Query(batches: 200);

        await InteractionLoader.LoadAsync(
            source, new Told([]) { Report = () => Thread.Sleep(1) }, CancellationToken.None);

        Assert.That(
            source.MostLive, Is.AtMost(Environment.ProcessorCount + 2), "batches asked for and not yet gathered");
    }

    [Test]
    public async Task Load_SourceThatFails_DisposesOfItsBatches()
    {
        var source = new Query(batches: 20) { FailsAt = 11 };

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => InteractionLoader.LoadAsync(source, null, CancellationToken.None));

        Assert.That(failure!.Message, Is.EqualTo("the connection was closed."));
        Assert.That(source.Live, Is.Zero);
    }

    [Test]
    public async Task Load_SourceWithoutRows_IsNamed()
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => InteractionLoader.LoadAsync(new Query(batches: 0), null, CancellationToken.None));

        Assert.That(failure!.Message, Does.Contain("SELECT user, item FROM plays"));
    }

    private sealed class Told(List<ReadProgress> read) : IProgress<ReadProgress>
    {
        public Action? Report { get; init; }

        void IProgress<ReadProgress>.Report(ReadProgress value)
        {
            read.Add(value);
            Report?.Invoke();
        }
    }

    /// <summary>As a database would answer: rows in batches, column by column.</summary>
    private sealed class Query(int batches) : IInteractionSource
    {
        public const int Rows = 50;

        private readonly Lock _gate = new();

        public int? FailsAt { get; init; }

        public int Live { get; private set; }

        public int MostLive { get; private set; }

        public string Name => "SELECT user, item FROM plays";

        public int FileCount => 0;

        public InteractionSchema Schema { get; } = new() { WeightColumn = "plays" };

        public async IAsyncEnumerable<BatchWork> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var next = 0; next < batches; next++)
            {
                var batch = next;
                if (batch == FailsAt) throw new GpuAlsException(FailureKind.BadInput, "the connection was closed.");
                Count(1);
                await Task.Yield();
                yield return _ => Task.FromResult(Batch(batch));
            }
        }

        private InteractionBatch Batch(int batch)
        {
            var rows = Enumerable.Range(batch * Rows, Rows).ToArray();
            var users = new IdValues(0);
            var items = new IdValues(IdValues.IntegerBytes);
            foreach (var row in rows)
            {
                Encoding.UTF8.GetBytes($"u{row % 7}", users.AddText(2));
                IdValues.WriteInteger(items.AddFixed(1), row);
            }

            return new InteractionBatch(users, items, new Counted(this))
            {
                Origin = Name,
                Users = new IdColumn(IdType.Text, users, Enumerable.Range(0, Rows).ToArray()),
                Items = new IdColumn(IdType.Integer64, items, Enumerable.Range(0, Rows).ToArray()),
                Weights = Array.ConvertAll(rows, row => row + 1f),
                Times = null,
                TimeKind = default,
                RowsRead = Rows,
                Verdicts = new RowVerdicts(row => $"{Name}, row {row}", Schema),
                Fraction = (batch + 1.0) / batches,
            };
        }

        private void Count(int change)
        {
            lock (_gate)
            {
                Live += change;
                MostLive = Math.Max(MostLive, Live);
            }
        }

        private sealed class Counted(Query query) : IDisposable
        {
            public void Dispose() => query.Count(-1);
        }
    }
}

using System.Runtime.CompilerServices;
using GpuAls.Bench.Scaling;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Bench.Scaling;

/// <summary>The formula of what an iteration brings to a process is right to the byte.</summary>
public sealed class ExchangeTests
{
    /// <summary>
    /// So many rows that YᵀY has 64 blocks; and so few that it has two, so that the first of three processes sums none.
    /// </summary>
    [TestCase(17_000, 900, 3, false)]
    [TestCase(17_000, 900, 3, true)]
    [TestCase(17_000, 900, 4, true)]
    [TestCase(500, 40, 2, true)]
    [TestCase(500, 40, 3, true)]
    [TestCase(500, 40, 1, true)]
    public void Received_ARealTraining_IsWhatEachProcessGets(int users, int items, int size, bool tracksLoss)
    {
        var lengths = Enumerable.Range(0, users).Select(user => 1 + (user * 7 % 23)).ToArray();
        var plays = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, users)]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            TestMatrices.Plays(items, lengths, seed: 3));
        var options = AlsOptions.Default with
        {
            Rank = 5,
            Iterations = 3,
            Acceleration = Acceleration.None,
            TrackLoss = tracksLoss,
        };

        var counted = new ThreadGroup(size).Run(member =>
        {
            using var engine = new HostEngine(1);
            var group = new CountingGroup(member);
            var share = plays.ShareOf(group, options.Plan.WorkOf);
            new FactorTrainer(engine, options) { Group = group, Observers = [group] }.Fit(share);
            var exchange = new Exchange(options.Rank, size, engine.Capabilities);
            return (group.OfLastIteration, Expected: exchange.Received(
                group.Rank, (share.UserShares.Count(group.Rank), users), (share.ItemShares.Count(group.Rank), items),
                tracksLoss));
        });

        Assert.That(counted.Select(one => one.OfLastIteration), Is.EqualTo(counted.Select(one => one.Expected)));
        Assert.That(counted.Select(one => one.Expected), size == 1 ? Is.All.Zero : Is.All.Positive);
    }

    /// <summary>Counts what comes from others.</summary>
    private sealed class CountingGroup(IProcessGroup group) : IProcessGroup, ITrainingObserver
    {
        private long _received;
        private long _before;

        public long OfLastIteration { get; private set; }

        public int Rank => group.Rank;

        public int Size => group.Size;

        public int LocalRank => group.LocalRank;

        public string HostOf(int process) => group.HostOf(process);

        public bool Iterated(TrainingStep state, CancellationToken cancellation)
        {
            (OfLastIteration, _before) = (_received - _before, _received);
            return true;
        }

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged
        {
            group.AllGather(values, starts, counts);
            for (var process = 0; process < Size; process++)
                if (process != Rank) _received += counts[process] * Unsafe.SizeOf<T>();
        }

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
            where T : unmanaged
        {
            var got = group.AllToAll(values, counts, out received);
            _received += (got.Length - received[Rank]) * Unsafe.SizeOf<T>();
            return got;
        }

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged
        {
            group.Broadcast(values, root);
            if (root != Rank) _received += (long)values.Length * Unsafe.SizeOf<T>();
        }
    }
}

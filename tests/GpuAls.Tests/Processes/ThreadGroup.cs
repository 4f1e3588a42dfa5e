using System.Runtime.InteropServices;

namespace GpuAls.Tests.Processes;

/// <summary>Processes that are threads of this one.</summary>
internal sealed class ThreadGroup(int size)
{
    private readonly Array[] _parts = new Array[size];
    private readonly long[][] _counts = new long[size][];

    /// <summary>Runs one process a thread; where one fails, the group ends, and that failure is the result.</summary>
    public T[] Run<T>(Func<IProcessGroup, T> process)
    {
        var results = new T[size];
        var failures = new Exception?[size];
        using var barrier = new Barrier(size);
        using var end = new CancellationTokenSource();
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = process(new Member(this, rank, barrier, end.Token));
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
                end.Cancel();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Failures = failures;
        return results;
    }

    /// <summary>[size], what each process of the last run threw.</summary>
    public IReadOnlyList<Exception?> Failures { get; private set; } = [];

    private sealed class Member(ThreadGroup group, int rank, Barrier barrier, CancellationToken end) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => group._parts.Length;

        public int LocalRank => rank;

        public string HostOf(int process) => $"thread-{process}";

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged
        {
            group._parts[rank] = values.Slice((int)starts[rank], (int)counts[rank]).ToArray();
            // What belongs to others is theirs to send.
            for (var other = 0; other < Size; other++)
                if (other != rank)
                    MemoryMarshal.AsBytes(values.Slice((int)starts[other], (int)counts[other])).Fill(0xFF);
            Meet();
            for (var other = 0; other < Size; other++)
            {
                var part = (T[])group._parts[other];
                Assert.That(part, Has.Length.EqualTo(counts[other]), "processes disagree");
                part.CopyTo(values[(int)starts[other]..]);
            }

            Meet();
        }

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
            where T : unmanaged
        {
            Assert.That(counts.ToArray().Sum(), Is.EqualTo(values.Length));
            (group._parts[rank], group._counts[rank]) = (values.ToArray(), counts.ToArray());
            Meet();
            received = [.. group._counts.Select(of => of[rank])];
            var parts = Enumerable.Range(0, Size).SelectMany(other =>
                ((T[])group._parts[other]).AsSpan(
                    (int)group._counts[other][..rank].Sum(), (int)group._counts[other][rank]).ToArray()).ToArray();
            Meet();
            return parts;
        }

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged
        {
            if (rank == root) group._parts[rank] = values.ToArray();
            Meet();
            var sent = (T[])group._parts[root];
            Assert.That(sent, Has.Length.EqualTo(values.Length), "processes disagree");
            sent.CopyTo(values);
            Meet();
        }

        private void Meet()
        {
            var phase = barrier.CurrentPhaseNumber;
            try
            {
                barrier.SignalAndWait(end);
            }
            catch (OperationCanceledException) when (barrier.CurrentPhaseNumber > phase)
            {
                // All had met before one of them failed.
            }
        }
    }
}

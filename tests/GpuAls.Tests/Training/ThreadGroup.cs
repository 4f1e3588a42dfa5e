namespace GpuAls.Tests.Training;

/// <summary>Processes that are threads of this one.</summary>
internal sealed class ThreadGroup(int size, bool addsBackwards = false)
{
    private readonly double[][] _values = new double[size][];
    private readonly float[][] _parts = new float[size][];

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

        public int Size => group._values.Length;

        public void AllReduce(Span<double> values)
        {
            group._values[rank] = values.ToArray();
            Meet();
            values.Clear();
            foreach (var other in group.Order())
                for (var i = 0; i < values.Length; i++) values[i] += group._values[other][i];
            Meet();
        }

        public void AllGather(Span<float> values, ReadOnlySpan<int> starts)
        {
            group._parts[rank] = values[starts[rank]..starts[rank + 1]].ToArray();

            // What belongs to others is theirs to send.
            values[..starts[rank]].Fill(float.NaN);
            values[starts[rank + 1]..].Fill(float.NaN);
            Meet();
            for (var other = 0; other < Size; other++) group._parts[other].CopyTo(values[starts[other]..]);
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

    private IEnumerable<int> Order() => addsBackwards ? Enumerable.Range(0, size).Reverse() : Enumerable.Range(0, size);
}

using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Kernels;

[NonParallelizable] // it stops the process a thousand times a second
public sealed class TransferTests
{
    private const int Rank = 8;
    private const int Rows = 2_500;

    [Test]
    public void Copies_WhileTheGarbageCollectorMovesArrays_AreWhole()
    {
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Emulated), out _);
        using var factors = engine.CreateFactors(Rows, Rank);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() => MoveArrays(stop.Token));

        var damaged = 0;
        for (var value = 1; value <= 20_000; value++)
        {
            // Young arrays: a collection moves them. Too small for the heap of large ones, which stay where they are.
            var (source, target) = (new float[Rows * Rank], new float[Rows * Rank]);
            Array.Fill(source, value);
            factors.CopyFrom(source);
            factors.CopyTo(target);
            if (target.AsSpan().ContainsAnyExcept(value)) damaged++;
        }

        stop.Cancel();
        collector.Wait();
        Assert.That(damaged, Is.Zero);
    }

    private static void MoveArrays(CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(1)) GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
    }
}

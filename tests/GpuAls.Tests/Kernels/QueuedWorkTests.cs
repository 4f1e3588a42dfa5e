using GpuAls.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuAls.Tests.Kernels;

/// <summary>Long work on a device is queued in parts, with a look at a stop between them.</summary>
public sealed class QueuedWorkTests
{
    [Test]
    public void Add_Stopped_ThrowsOnceABlockIsQueued()
    {
        using var context = Context.Create(builder => builder.CPU());
        using var accelerator = context.CreateCPUAccelerator(0);
        var queued = new QueuedWork(accelerator.DefaultStream, block: 10, new CancellationToken(canceled: true));

        Assert.That(() => queued.Add(9), Throws.Nothing);
        Assert.That(() => queued.Add(1), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>All rows once, whatever the size of a block and the number of rows a sample stands for.</summary>
    [TestCase(0, 0)]
    [TestCase(1, 0)]
    [TestCase(700, 0)]
    [TestCase(5_000, 0)]
    [TestCase(5_000, 3)]
    public void Parts_AnyBlock_CoverAllRowsWithTheirWork(int rows, int longRows)
    {
        using var context = Context.Create(builder => builder.CPU());
        using var accelerator = context.CreateCPUAccelerator(0);
        var random = new Random(3);
        var indptr = new long[rows + 1];
        for (var row = 0; row < rows; row++)
            indptr[row + 1] = indptr[row] + (row < longRows ? 3_000 : random.Next(90));
        var schedule = RowSchedule.Of(indptr);
        var tasks = schedule.Rows.Length + schedule.LongRows.Length + schedule.Segments.Length;
        using var buffer = accelerator.Allocate1D<long>(Math.Max(2, DeviceSchedule.Length(tasks)));
        var host = new long[buffer.Length];
        DeviceSchedule.Write(schedule, host);
        buffer.View.BaseView.CopyFromCPU(host);
        var onDevice = new DeviceSchedule(schedule, buffer.View.BaseView);
        var cost = new RowCost(PerPlay: 2, PerRow: 5);

        Assert.That(onDevice.LongRowPlays, Is.EqualTo(Enumerable.Repeat(3_000, longRows)));
        foreach (var length in (int[])[0, 1, 50, 89, 256])
            Assert.That(
                onDevice.FirstUpTo(length), Is.EqualTo(schedule.Rows.ToArray().Count(row => row.Length > length)));
        foreach (var block in new[] { 1, 1_000, 60_000, long.MaxValue })
        {
            var parts = onDevice.Parts(longRows, cost, block).ToArray();
            var count = parts.Sum(part => part.Rows.Length);
            Assert.That(count, Is.EqualTo(rows - longRows));
            Assert.That(
                longRows > 0 || parts.Sum(part => part.Work) == cost.Of(indptr[^1], rows), Is.True, "the work of all");
            Assert.That(parts.Take(parts.Length - 1).All(part => part.Work >= block || longRows > 0), Is.True);
            if (block == long.MaxValue) Assert.That(parts, Has.Length.EqualTo(rows > longRows ? 1 : 0));
        }
    }
}

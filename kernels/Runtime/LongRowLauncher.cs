using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Solves the long rows in batches: sums their segments, solves, and refines the rows that need it.</summary>
internal sealed class LongRowLauncher : IDisposable
{
    private const long SumBytes = 64L << 20;

    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<RowSolveArguments> _sums;
    private readonly DeviceKernel<RowSolveArguments> _tensorSums;
    private readonly DeviceKernel<RowSolveArguments> _residuals;
    private readonly ReusableBuffer<Float4> _memory;

    public LongRowLauncher(Accelerator accelerator)
    {
        _accelerator = accelerator;
        _memory = new ReusableBuffer<Float4>(accelerator);
        _sums = KernelCatalog.SegmentSums.LoadOn(accelerator);
        _tensorSums = KernelCatalog.TensorSums.LoadOn(accelerator);
        _residuals = KernelCatalog.SegmentResiduals.LoadOn(accelerator);
    }

    /// <summary>The kernels other than the solve itself.</summary>
    public IEnumerable<DeviceKernel> Kernels(bool usesTensorCores) =>
        [usesTensorCores ? _tensorSums : _sums, _residuals];

    /// <summary>Launches everything needed to solve the long rows.</summary>
    /// <param name="stream">The stream on which launches are queued.</param>
    /// <param name="schedule">The long rows and their segments.</param>
    /// <param name="plan">The plan for the rank.</param>
    /// <param name="arguments">The arguments, as for other rows.</param>
    /// <param name="queued">Counts the work.</param>
    /// <param name="solve">Launches a solve of the given tasks.</param>
    public void Launch(
        AcceleratorStream stream, DeviceSchedule schedule, TeamPlan plan, RowSolveArguments arguments,
        QueuedWork queued, Action<AcceleratorStream, TeamPlan, RowSolveArguments> solve)
    {
        var rows = schedule.HostLongRows.Span;
        var length = SegmentSums.Length(arguments.Rank4);
        var capacity = Capacity(arguments.Rank4);
        arguments.PanelCount = plan.Panels(arguments.Rank4);
        for (var first = 0; first < rows.Length;)
        {
            var count = CountThatFit(rows[first..], capacity);
            var segments = (int)(rows[first + count - 1].First + rows[first + count - 1].Length - rows[first].First);
            arguments.FirstSegment = rows[first].First;
            arguments.Sums = _memory.Take((long)segments * length);
            var ofSegments = arguments with { Tasks = schedule.Segments.SubView(rows[first].First, segments) };
            var ofRows = arguments with { Tasks = schedule.LongRows.SubView(first, count) };
            var groups = plan.GroupsFor(segments);
            if (arguments.UsesTensorCores != 0) SumOnTensorCores(stream, ofSegments);
            else Launch(_sums, groups * arguments.PanelCount, ofSegments with { Round = SolveRound.LongRows });
            solve(stream, plan, ofRows with { Round = SolveRound.LongRows });
            Launch(_residuals, groups, ofSegments with { Round = SolveRound.LongRowsAgain });
            solve(stream, plan, ofRows with { Round = SolveRound.LongRowsAgain });
            var plays = schedule.LongRowPlays.AsSpan(first, count);
            first += count;
            queued.Add(RowCost.Exact(arguments.Rank).Of(Sum(plays), count));
        }

        void Launch(DeviceKernel<RowSolveArguments> kernel, int groups, RowSolveArguments ofSegments) =>
            kernel.Launch(stream, plan.Config(groups), ofSegments);
    }

    /// <summary>Upper bound on the device memory kept, in bytes.</summary>
    public static long ScratchBytes(int longestRow, long entryCount, int rank4)
    {
        if (longestRow <= RowSchedule.LongestRow) return 0;
        // A long row may have one partial segment besides its whole ones.
        var segments = (entryCount / RowSchedule.SegmentLength) + (entryCount / RowSchedule.LongestRow);
        return Math.Min(segments, Capacity(rank4)) * SegmentSums.Length(rank4) * Float4.Bytes;
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Number of segments whose sums are kept at a time; at least those of the longest row.</summary>
    private static int Capacity(int rank4) =>
        Math.Max(RowSchedule.MostSegments, (int)(SumBytes / (SegmentSums.Length(rank4) * Float4.Bytes)));

    private static long Sum(ReadOnlySpan<int> values)
    {
        long sum = 0;
        foreach (var value in values) sum += value;
        return sum;
    }

    /// <summary>Number of rows whose segments fit, at least one.</summary>
    private static int CountThatFit(ReadOnlySpan<RowTask> rows, int capacity)
    {
        var count = 1;
        var segments = rows[0].Length;
        while (count < rows.Length && segments + rows[count].Length <= capacity)
        {
            segments += rows[count].Length;
            count++;
        }

        return count;
    }

    /// <summary>One warp per part of a segment's triangle, up to the maximum group size.</summary>
    private void SumOnTensorCores(AcceleratorStream stream, RowSolveArguments arguments)
    {
        var group = Math.Min(LaunchPlan.MaximumGroupSize, LaunchPlan.ThreadMultiple * TensorJob.Count(arguments.Rank4));
        var groups = LaunchPlan.Groups(_accelerator, arguments.TaskCount);
        _tensorSums.Launch(stream, new KernelConfig(groups, group), arguments);
    }
}

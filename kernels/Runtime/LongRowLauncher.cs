using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Solves the long rows, some at a time: sums of their segments, a solve, and a refinement of those that ask for one.</summary>
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

    /// <summary>The kernels beside the solve.</summary>
    public IEnumerable<DeviceKernel> Kernels(bool usesTensorCores) => [usesTensorCores ? _tensorSums : _sums, _residuals];

    /// <summary>Launches all that becomes of the long rows.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="schedule">The long rows and their segments.</param>
    /// <param name="plan">The plan of the rank.</param>
    /// <param name="arguments">As for other rows.</param>
    /// <param name="solve">Launches the solve of some tasks.</param>
    public void Launch(
        AcceleratorStream stream, DeviceSchedule schedule, TeamPlan plan, RowSolveArguments arguments, Action<AcceleratorStream, TeamPlan, RowSolveArguments> solve)
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
            var (ofSegments, ofRows) = (schedule.Segments.SubView(rows[first].First, segments), schedule.LongRows.SubView(first, count));
            if (arguments.UsesTensorCores != 0) SumOnTensorCores(stream, arguments with { Tasks = ofSegments });
            else _sums.Launch(stream, plan.Config(plan.GroupsFor(segments) * arguments.PanelCount), arguments with { Round = SolveRound.LongRows, Tasks = ofSegments });
            solve(stream, plan, arguments with { Round = SolveRound.LongRows, Tasks = ofRows });
            _residuals.Launch(stream, plan.Config(plan.GroupsFor(segments)), arguments with { Round = SolveRound.LongRowsAgain, Tasks = ofSegments });
            solve(stream, plan, arguments with { Round = SolveRound.LongRowsAgain, Tasks = ofRows });
            first += count;
        }
    }

    /// <summary>The most bytes of device memory that are kept for some rows.</summary>
    public static long ScratchBytes(int longestRow, long entryCount, int rank4)
    {
        if (longestRow <= RowSchedule.LongestRow) return 0;
        // A long row has a segment more than whole ones.
        var segments = (entryCount / RowSchedule.SegmentLength) + (entryCount / RowSchedule.LongestRow);
        return Math.Min(segments, Capacity(rank4)) * SegmentSums.Length(rank4) * Float4.Bytes;
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Segments whose sums are kept at a time: those of the longest row in any case.</summary>
    private static int Capacity(int rank4) => Math.Max(RowSchedule.MostSegments, (int)(SumBytes / (SegmentSums.Length(rank4) * Float4.Bytes)));

    /// <summary>How many rows have no more segments than fit; at least one.</summary>
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

    /// <summary>A warp a part of a segment's triangle, as many as a group may have.</summary>
    private void SumOnTensorCores(AcceleratorStream stream, RowSolveArguments arguments)
    {
        var group = Math.Min(LaunchPlan.MaximumGroupSize, LaunchPlan.ThreadMultiple * TensorJob.Count(arguments.Rank4));
        _tensorSums.Launch(stream, new KernelConfig(LaunchPlan.Groups(_accelerator, arguments.TaskCount), group), arguments);
    }
}

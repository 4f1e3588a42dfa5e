using GpuAls.Bench.OnGpu.Workloads;
using GpuAls.Bench.Shapes;
using GpuAls.Kernels;

namespace GpuAls.Bench.OnGpu;

/// <summary>What a run checks, times and trains.</summary>
internal sealed record OnGpuPlan
{
    private const int SegmentedPlays = RowSchedule.LongestRow + 500;

    /// <summary>Below this rank, a row's right side may cancel while the rounding errors of tf32 do not.</summary>
    private const int LeastTf32Rank = 16;

    /// <summary>Everything, sized for a real GPU.</summary>
    public static OnGpuPlan Full { get; } = new()
    {
        Checks =
        [
            .. Checked(
                [1, 2, 3, 7, 8, 16, 31, 32, 50, 64, 100, 127, 128, 129, 152, 153, 176, 200, 256, 300, 512],
                longRow: 20_000, items: 5_003)
        ],
        Timings = [.. Timed()],
        Repetitions = 10,
        Trainings = [.. Shape.All.SelectMany(shape => Trained(shape, [64, 128, 256]))],
        Iterations = 3,
    };

    /// <summary>The same operations on small input: seconds on a GPU, a minute or two on a CUDA emulator.</summary>
    public static OnGpuPlan Quick { get; } = new()
    {
        IsQuick = true,
        Checks =
        [
            LongRow(16), LongRow(64), LongRow(200),
            .. Checked([1, 16, 32, 64, 100, 127, 128, 129, 176, 200, 256, 512], longRow: 500, items: 1_201),
        ],
        Timings = [.. TimedQuickly()],
        Repetitions = 3,
        Trainings = [.. Trained(Small, [16, 64])],
        Iterations = 3,
    };

    /// <summary>From this rank on, rows with few plays are solved through dual equations.</summary>
    private const int LeastDualRank = 16;

    /// <summary>Whether the input is so small that times are meaningless.</summary>
    public bool IsQuick { get; private init; }

    /// <summary>Workloads to compare with the CPU.</summary>
    public required IReadOnlyList<Workload> Checks { get; init; }

    /// <summary>Workloads to compare, then time.</summary>
    public required IReadOnlyList<TimedWorkload> Timings { get; init; }

    /// <summary>How often to time each.</summary>
    public required int Repetitions { get; init; }

    /// <summary>Models to train, with lists for all users.</summary>
    public required IReadOnlyList<TrainingPlan> Trainings { get; init; }

    /// <summary>Iterations per training.</summary>
    public required int Iterations { get; init; }

    /// <summary>The part of the plan whose announced names contain one of the texts.</summary>
    public OnGpuPlan Only(string[] texts)
    {
        bool IsAnnounced(string announcement) =>
            texts.Any(text => announcement.Contains(text, StringComparison.OrdinalIgnoreCase));
        return this with
        {
            Checks = [.. Checks.Where(check => IsAnnounced($"check: {check.Name}"))],
            Timings = [.. Timings.Where(timing => IsAnnounced($"timing: {timing.Name}"))],
            Trainings = [.. Trainings.Where(training => IsAnnounced($"training: {training.Name}"))],
        };
    }

    private static Shape Small => new("small", 400, 150, 6_000, new Dictionary<int, double>());

    /// <summary>
    /// Empty rows at the start, in the middle and at the end; a single play; lengths around tile and stage sizes; one
    /// long row.
    /// </summary>
    private static int[] RowShapes(int longRow) => [0, 1, 3, 4, 5, 0, 17, 33, 64, 65, 2, longRow, 100, 0];

    private static IEnumerable<TrainingPlan> Trained(Shape shape, int[] ranks) =>
        ranks.Select(rank => new TrainingPlan(shape, rank));

    private static IEnumerable<Workload> Checked(int[] ranks, int longRow, int items)
    {
        var (rows, columns) = (RowShapes(longRow), longRow + 37);
        foreach (var rank in ranks)
        {
            yield return new RowSolveWorkload(rank, $"rows of 0 to {longRow:N0} plays", rows, columns);
            if (rank is >= LeastDualRank and <= 256)
                yield return new RowSolveWorkload(
                    rank, $"rows of 0 to {rank} plays",
                    [.. Enumerable.Range(0, DeviceDual.RowsForBasis(rank)).Select(row => row * 7 % (rank + 1))],
                    columns);
            yield return new RowSolveWorkload(rank, $"rows of 0 to {longRow:N0} plays", rows, columns, Steps: 3);
            yield return new RowSolveWorkload(
                rank, $"rows of 0 to {longRow:N0} plays", rows, columns, BlockSize: rank < 128 ? 16 : 64);
            if (rank >= LeastTf32Rank)
                yield return new RowSolveWorkload(
                    rank, $"rows of 0 to {longRow:N0} plays", rows, columns, Precision: SumPrecision.Tf32);
            yield return new GramianWorkload(rank, columns);
            yield return new LossWorkload(rank, rows, columns);
            yield return new SquaredNormWorkload(rank, columns);
            yield return new CombineWorkload(rank, columns);
            yield return new TopKWorkload(rank, Queries: 67, items, K: 10, Seen: [0, 3, 40, 1, 80]);
        }

        foreach (var k in (int[])[1, 2, 33, 100, 1024])
            yield return new TopKWorkload(Rank: 20, Queries: 67, items, k, Seen: [5, 0, 60]);
        yield return new TopKWorkload(Rank: 20, Queries: 67, items, K: 7, Seen: []);
        yield return new TopKWorkload(Rank: 4, Queries: 3, Items: 65, K: 100, Seen: [64, 0, 1]);
        yield return new TrainingWorkload(Small, Rank: 16);
        yield return new TrainingWorkload(Small, Rank: 150);
    }

    private static IEnumerable<TimedWorkload> Timed()
    {
        const int Columns = 100_000;
        const int Items = 300_000;
        var rows = Enumerable.Repeat(100, 20_000).ToArray();
        foreach (var rank in (int[])[16, 32, 64, 100, 127, 128, 129, 176, 200, 256, 512])
            yield return Rows(rank, rows, Columns);
        foreach (var rank in (int[])[16, 32, 64, 100, 128, 200, 256])
            yield return Rows(rank, rows, Columns, precision: SumPrecision.Tf32);
        foreach (var rank in (int[])[64, 128, 256])
            yield return Rows(rank, [.. Enumerable.Repeat(8, 200_000)], Columns);
        foreach (var rank in (int[])[64, 128, 256])
            yield return new RowSolveWorkload(rank, "one row of 500,000 plays", [500_000], 500_000);
        foreach (var rank in (int[])[64, 128, 256]) yield return Rows(rank, rows, Columns, steps: 3);
        foreach (var blockSize in (int[])[32, 64, 128, 256])
            yield return Rows(512, rows, Columns) with { BlockSize = blockSize };
        yield return Rows(1_024, rows, Columns) with { BlockSize = 128 };
        foreach (var rank in (int[])[64, 128, 256, 512, 1_024]) yield return new GramianWorkload(rank, Items);
        foreach (var rank in (int[])[64, 128, 256]) yield return new LossWorkload(rank, rows, Columns);
        foreach (var rank in (int[])[64, 128, 256]) yield return new SquaredNormWorkload(rank, Items);
        foreach (var rank in (int[])[64, 128, 256]) yield return new CombineWorkload(rank, Items);
        foreach (var rank in (int[])[64, 128, 256])
            yield return new TopKWorkload(rank, Queries: 8_192, Items, K: 10, Seen: [50]);
        foreach (var k in (int[])[1, 100, 1024])
            yield return new TopKWorkload(Rank: 64, Queries: 8_192, Items, k, Seen: [50]);
    }

    private static IEnumerable<TimedWorkload> TimedQuickly()
    {
        var rows = Enumerable.Repeat(40, 60).ToArray();
        foreach (var rank in (int[])[64, 128, 200]) yield return Rows(rank, rows, columns: 500);
        yield return Rows(64, [.. Enumerable.Repeat(12, 400)], columns: 500);
        foreach (var rank in (int[])[64, 200])
            yield return Rows(rank, rows, columns: 500, precision: SumPrecision.Tf32);
        yield return LongRow(16);
        yield return LongRow(16, SumPrecision.Tf32);
        yield return Rows(64, rows, columns: 500, steps: 3);
        yield return Rows(128, rows, columns: 500) with { BlockSize = 64 };
        yield return new GramianWorkload(64, Rows: 2_000);
        yield return new GramianWorkload(1_024, Rows: 200);
        yield return new LossWorkload(64, rows, Columns: 500);
        yield return new SquaredNormWorkload(64, Rows: 2_000);
        yield return new CombineWorkload(64, Rows: 2_000);
        yield return new TopKWorkload(Rank: 64, Queries: 100, Items: 1_000, K: 10, Seen: [5]);
    }

    /// <summary>A few rows, the first so long that it is split into segments.</summary>
    private static RowSolveWorkload LongRow(int rank, SumPrecision precision = SumPrecision.Fp32) =>
        new(
            rank, $"rows of {SegmentedPlays:N0}, 0 and 5 plays", [SegmentedPlays, 0, 5], SegmentedPlays + 37,
            Precision: precision);

    private static RowSolveWorkload Rows(
        int rank, int[] lengths, int columns, int steps = 0, SumPrecision precision = SumPrecision.Fp32) =>
        new(rank, $"{lengths.Length:N0} rows of {lengths[0]} plays", lengths, columns, steps, precision);
}

/// <summary>A model to train.</summary>
/// <param name="Shape">The data set.</param>
/// <param name="Rank">Number of factors.</param>
internal sealed record TrainingPlan(Shape Shape, int Rank)
{
    /// <summary>Name in progress messages.</summary>
    public string Name => $"{Shape.Name}, rank {Rank}";
}

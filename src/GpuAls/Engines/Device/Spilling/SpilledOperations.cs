using GpuAls.Kernels;
using ILGPU;

namespace GpuAls;

/// <summary>
/// The operations of a device on factors that do not fit in its memory and lie in that of the host
/// (<see cref="HostFactors"/>). Rows are solved on the device, in blocks: it gets the rows of the fixed side that the
/// plays of a block name, as in ALX (Mehta et al., 2021), so that each row is summed in the same order, and has the
/// same bits, as if all factors were on the device. The terms of the loss and of momentum, which read each factor only
/// once, are left to the CPU.
/// </summary>
/// <param name="store">The device's memory.</param>
/// <param name="operations">What the device does with factors in its memory.</param>
/// <param name="host">The CPU, once it is needed: most devices have room for all factors. Disposed with this.</param>
internal sealed class SpilledOperations(DeviceStore store, DeviceOperations operations, Lazy<HostEngine> host)
    : IDisposable
{
    private readonly SpilledLists _lists = new(store, operations);

    /// <summary>Blocks that were solved, for tests.</summary>
    public long Blocks { get; private set; }

    /// <summary>Whether any of some factors lie in the memory of the host.</summary>
    public static bool Have(params ReadOnlySpan<IEngineFactors?> factors)
    {
        foreach (var one in factors)
            if (one is HostFactors) return true;
        return false;
    }

    public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums)
    {
        var (rank, rank4, largest) = (factors.Rank, Float4.CountFor(factors.Rank), Math.Min(blockRows, rows.Count));
        var slice = GramianLauncher.SliceRows(store.Accelerator, largest, rank4);
        var room = store.Memory.Left + store.PlaysBytes - store.ScratchToCome(new LaunchScratch(rank4, largest, 0, 0));
        var most = (int)Math.Min(room / DeviceFactors.BytesOf(1, rank), largest);
        using var window = new DeviceFactors(store, Math.Max(slice, most), rank);
        operations.Gramian(rank, rows, blockRows, window.RowCount, Bring, sums);

        ArrayView<Float4> Bring(RowRange wanted)
        {
            store.Accelerator.DefaultStream.Synchronize(); // the kernel of the window before has read it
            FactorCopy.Rows(factors, wanted, window, 0);
            return window.Rows(0, wanted.Count);
        }
    }

    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        var plays = (DevicePlays)problem.Plays;
        plays.GiveUp(); // each block brings its own
        var rowBytes = DeviceFactors.BytesOf(1, problem.Target.Rank);
        var basis = operations.Dual.Basis(problem);
        var copies = basis?.IsRotated == true ? 2 : 1; // of the rows of the fixed side
        var cut = new SpilledCut(
            plays.Matrix,
            store.Memory.Left + store.PlaysBytes - store.ScratchToCome(DeviceOperations.ScratchOf(problem, basis)),
            problem.FixedFactors is HostFactors ? copies * rowBytes : 0,
            problem.Pull is null ? rowBytes : 2 * rowBytes);
        var report = RowSolveReport.Nothing;
        foreach (var block in cut.Blocks())
        {
            report = report.With(Solve(problem, basis, plays.Matrix, block), block.Rows.Start);
            Blocks++;
        }

        return report;
    }

    public double PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
        in ConfidenceWeights weights)
    {
        using var x = new OnHost(rowFactors);
        using var y = new OnHost(columnFactors);
        return host.Value.PlaysLoss(OnHost.Of(plays), x.Factors, rows, y.Factors, weights);
    }

    public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights) =>
        host.Value.WeightedSquaredNorm(factors, rows, rowWeights);

    public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y)
    {
        using var result = new OnHost(target);
        using var first = new OnHost(x);
        using var second = new OnHost(y);
        host.Value.Combine(result.Factors, a, first.Factors, b, second.Factors);
        if (result.IsCopy) FactorCopy.Rows(result.Factors, RowRange.All(target), target, 0);
    }

    public void TopK(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores) =>
        _lists.Make(query, prunes, indices, scores);

    public void Dispose()
    {
        if (host.IsValueCreated) host.Value.Dispose();
    }

    private RowSolveReport Solve(
        in RowSolveProblem problem, DualBasis? basis, CsrMatrix all, SpilledBlock block)
    {
        problem.Cancellation.ThrowIfCancellationRequested();
        var (rank, count) = (problem.Target.Rank, block.Rows.Count);
        var rows = new RowRange(problem.Rows.Start + block.Rows.Start, count);
        var spilled = problem.FixedFactors as HostFactors;
        using var gathered = spilled is null ? null : new DeviceFactors(store, block.Columns.Length, rank);
        gathered?.Gather(spilled!, block.Columns);
        using var target = new DeviceFactors(store, count, rank);
        if (problem.ConjugateGradientSteps > 0 || problem.BlockSize > 0)
            FactorCopy.Rows(problem.Target, rows, target, 0);
        using var pull = problem.Pull is null ? null : new DeviceFactors(store, count, rank);
        if (pull is not null) FactorCopy.Rows(problem.Pull!, rows, pull, 0);
        using var plays = new DevicePlays(
            store, gathered is null ? all.Slice(block.Rows.Start, count) : block.PlaysOf(all));
        var part = problem with
        {
            Rows = new RowRange(0, count),
            Plays = plays,
            FixedFactors = gathered ?? problem.FixedFactors,
            Regularization = problem.Regularization.Slice(block.Rows.Start, count),
            Pull = pull,
            Target = target,
            HasMore = gathered is null,
        };
        var report = operations.SolveRows(part, basis);
        FactorCopy.Rows(target, new RowRange(0, count), problem.Target, rows.Start);
        return report;
    }

    /// <summary>Factors where the CPU computes with them: themselves, or a copy.</summary>
    private readonly struct OnHost : IDisposable
    {
        public OnHost(IEngineFactors factors)
        {
            IsCopy = factors is not HostFactors;
            Factors = factors as HostFactors ?? new HostFactors(factors.RowCount, factors.Rank);
            if (IsCopy) FactorCopy.Rows(factors, RowRange.All(factors), Factors, 0);
        }

        public HostFactors Factors { get; }

        public bool IsCopy { get; }

        public static HostPlays Of(IEnginePlays plays) => new(((DevicePlays)plays).Matrix);

        public void Dispose()
        {
            if (IsCopy) Factors.Dispose();
        }
    }
}

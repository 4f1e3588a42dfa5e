using GpuAls.Kernels;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuAls;

/// <summary>ALS on an ILGPU accelerator of any kind: CUDA, OpenCL, or ILGPU's emulator.</summary>
internal sealed class DeviceEngine : IAlsEngine
{
    private const string SummingLoss = "to sum the loss";

    private readonly DeviceOperations _operations;
    private readonly DeviceWork _work;
    private readonly IProgress<MemoryNote>? _notes;

    /// <summary>Numbers of rows of factors that do not fit, as far as they were reported.</summary>
    private readonly HashSet<int> _spilledRows = [];
    private readonly KernelPreparation _preparation;

    /// <summary>An engine on a device that stays open after it, unless it is among <see cref="Owned"/>.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="description">Name of the device for users.</param>
    /// <param name="memoryBytes">Maximum bytes of device memory to use; null for all that is free.</param>
    /// <param name="notes">Told what does not fit.</param>
    internal DeviceEngine(
        Accelerator accelerator, EngineDescription description, long? memoryBytes, IProgress<MemoryNote>? notes)
    {
        Description = description;
        var availableBytes = AvailableMemory.Of(accelerator);
        Capabilities = CapabilitiesOf(accelerator, availableBytes);
        Store = new DeviceStore(accelerator);
        Store.Memory.Bound = Math.Min(memoryBytes ?? long.MaxValue, availableBytes);
        _work = new DeviceWork(description, Store.Memory);
        Pass = new PlaysPass(Store, notes);
        _operations = new DeviceOperations(Store, Pass, () => HostThreads);
        Spilled = new SpilledOperations(Store, _operations, new Lazy<HostEngine>(() => new HostEngine(HostThreads)));
        _notes = notes;
        _preparation = new KernelPreparation(accelerator);
    }

    /// <summary>What is disposed after the engine, in this order.</summary>
    internal IReadOnlyList<IDisposable> Owned { get; init; } = [];

    /// <summary>Threads of the CPU for what is done beside the device.</summary>
    internal int HostThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>The device's memory.</summary>
    internal DeviceStore Store { get; }

    /// <summary>
    /// Whether lists are made from the items that can enter them; otherwise, from all items. Lists are the same.
    /// </summary>
    internal bool PrunesLists { get; set; } = true;

    /// <summary>Solves rows.</summary>
    internal RowSolveLauncher RowSolve => _operations.RowSolve;

    /// <summary>What rows with few plays share.</summary>
    internal DeviceDual Dual => _operations.Dual;

    /// <summary>What is done with factors that do not fit.</summary>
    internal SpilledOperations Spilled { get; }

    /// <summary>Passes plays to the kernels.</summary>
    internal PlaysPass Pass { get; }

    /// <inheritdoc/>
    public EngineDescription Description { get; }

    /// <inheritdoc/>
    public EngineCapabilities Capabilities { get; init; }

    /// <summary>The device, for measurements.</summary>
    internal Accelerator Accelerator => Store.Accelerator;

    /// <inheritdoc/>
    public DeviceUsage Usage => new(Store.Memory.Peak, Store.Memory.BytesToDevice, Store.Memory.BytesFromDevice);

    /// <inheritdoc/>
    public void PrepareTraining(TrainingPlan plan) =>
        _preparation.Add(TrainingKernels(plan).Concat(_operations.DualKernels(plan)));

    /// <inheritdoc/>
    public void PrepareTopK() => _preparation.Add(_operations.TopKKernels);

    /// <inheritdoc/>
    public void RequireMemory(TrainingShape shape)
    {
        var need = TrainingMemory.Of(Store.Accelerator, shape);
        var bound = Store.Memory.Left + Store.Memory.Scratch + Store.PlaysBytes; // plays can be evicted
        if (Math.Min(need.LeastBytes, need.Bytes) > bound)
            throw new GpuAlsException(FailureKind.Device, need.Shortage(Description, bound));
        Store.SparedByFactors = need.Bytes > bound ? need.Spared(bound) : 0;
    }

    /// <inheritdoc/>
    public long RowsInHostMemory(TrainingShape shape) => TrainingMemory.Of(Store.Accelerator, shape).SpilledRows(
        Store.Memory.Left + Store.Memory.Scratch + Store.PlaysBytes);

    /// <inheritdoc/>
    public long? MemoryFor(TrainingShape shape)
    {
        var entries = shape.PlayCount * (sizeof(int) + sizeof(float));
        var rows = ((long)shape.UserCount + shape.ItemCount) * 2 * sizeof(long); // where they start, and their schedule
        return TrainingMemory.Of(Store.Accelerator, shape).Bytes + (2 * entries) + rows;
    }

    /// <inheritdoc/>
    public IEngineFactors CreateFactors(int rowCount, int rank)
    {
        EngineChecks.CreateFactors(this, rowCount, rank);
        if (Store.Spills(rowCount, DeviceFactors.BytesOf(rowCount, rank))) return Spill(rowCount, rank);
        return _work.Do<IEngineFactors>($"for factors of {Counted.Of(rowCount, "row")} at rank {rank}", () =>
        {
            try
            {
                return new DeviceFactors(Store, rowCount, rank);
            }
            catch (Exception exception) when (DeviceErrors.IsOutOfMemory(exception))
            {
                return Spill(rowCount, rank);
            }
        });
    }

    /// <inheritdoc/>
    public IEnginePlays LoadPlays(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return _work.Do($"for {Counted.Of(plays.EntryCount, "play")}", () => new DevicePlays(Store, plays));
    }

    /// <inheritdoc/>
    public void Reweigh(IEnginePlays plays, CsrMatrix values)
    {
        var device = (DevicePlays)plays;
        EngineChecks.SamePattern(device.Matrix, values);
        _work.Do($"for {Counted.Of(values.EntryCount, "play")}", values, device.Reweigh);
    }

    /// <inheritdoc/>
    public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums)
    {
        EngineChecks.Gramian(factors, rows, blockRows, sums);
        _work.Do("for the Gramian", sums, sums =>
        {
            if (SpilledOperations.Have(factors)) Spilled.Gramian(factors, rows, blockRows, sums);
            else _operations.Gramian((DeviceFactors)factors, rows, blockRows, sums);
        });
    }

    /// <inheritdoc/>
    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        EngineChecks.SolveRows(this, problem);
        return _work.Do("to solve the rows", problem, problem =>
            SpilledOperations.Have(problem.FixedFactors, problem.Target, problem.Pull)
                ? Spilled.SolveRows(problem) : _operations.SolveRows(problem));
    }

    /// <inheritdoc/>
    public double PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
        in ConfidenceWeights weights)
    {
        EngineChecks.PlaysLoss(plays, rowFactors, rows, columnFactors);
        return _work.Do(SummingLoss, weights, weights => SpilledOperations.Have(rowFactors, columnFactors)
            ? Spilled.PlaysLoss(plays, rowFactors, rows, columnFactors, weights)
            : _operations.PlaysLoss(
                (DevicePlays)plays, (DeviceFactors)rowFactors, rows.Start, (DeviceFactors)columnFactors, weights));
    }

    /// <inheritdoc/>
    public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights)
    {
        EngineChecks.SquaredNorm(factors, rows, rowWeights);
        return _work.Do(SummingLoss, rowWeights, rowWeights => SpilledOperations.Have(factors)
            ? Spilled.WeightedSquaredNorm(factors, rows, rowWeights)
            : _operations.WeightedSquaredNorm((DeviceFactors)factors, rows, rowWeights));
    }

    /// <inheritdoc/>
    public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y)
    {
        EngineChecks.Combine(target, x, y);
        _work.Do("to combine factors", target, target =>
        {
            if (SpilledOperations.Have(target, x, y)) Spilled.Combine(target, a, x, b, y);
            else _operations.Combine((DeviceFactors)target, a, (DeviceFactors)x, b, (DeviceFactors)y);
        });
    }

    /// <inheritdoc/>
    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        EngineChecks.TopK(this, query, indices, scores);
        _work.Do($"to score {Counted.Of(query.Rows.Count, "row")}", new Lists(query, indices, scores), lists =>
        {
            var query = lists.Query;
            if (SpilledOperations.Have(query.Queries, query.Items))
                Spilled.TopK(query, PrunesLists, lists.Indices, lists.Scores);
            else _operations.TopK(query, PrunesLists, lists.Indices, lists.Scores);
        });
    }

    /// <summary>The kernels of a training.</summary>
    internal IEnumerable<DeviceKernel> TrainingKernels(TrainingPlan plan) => _operations.TrainingKernels(plan);

    /// <summary>Frees the device memory that operations keep between calls.</summary>
    internal void Release() => _operations.Release();

    /// <inheritdoc/>
    public void Dispose()
    {
        _preparation.Dispose();
        Spilled.Dispose();
        _operations.Dispose();
        Store.Dispose();
        foreach (var resource in Owned) Disposal.Quietly(resource);
    }

    private static EngineCapabilities CapabilitiesOf(Accelerator accelerator, long availableBytes) => new()
    {
        Device = accelerator.AcceleratorType switch
        {
            AcceleratorType.Cuda => DeviceKind.Cuda,
            AcceleratorType.OpenCL => DeviceKind.OpenCl,
            _ => DeviceKind.Emulated,
        },
        ComputeCapability = accelerator is CudaAccelerator { Architecture: var architecture }
            ? new Version(architecture.Major, architecture.Minor)
            : null,
        DeviceMemoryBytes = availableBytes,
        MaximumRanks = new Dictionary<Solver, int>
        {
            [Solver.Cholesky] = RowSolveLauncher.MaximumExactRank(accelerator),
            [Solver.ConjugateGradient] =
                RowSolveLauncher.MaximumRankOfSteps(accelerator, EngineLimits.MaximumRank),
            [Solver.BlockCoordinates] = EngineLimits.MaximumRank,
        },
        Precisions = TensorCores.WhyNone(accelerator) is null
            ? [SumPrecision.Fp32, SumPrecision.Tf32]
            : [SumPrecision.Fp32],
        LongestDualRow = rank => DualLauncher.LongestRow(accelerator, rank),
        GramianBlocks = GramianBlocks.OnDevice,
    };

    /// <summary>Factors in host memory; what the training said of its memory is over when they are disposed.</summary>
    private HostFactors Spill(int rowCount, int rank)
    {
        if (_spilledRows.Add(rowCount))
            _notes?.Report(new FactorsSpilled(
                rowCount, DeviceFactors.BytesOf(rowCount, rank), Store.Memory.Left + Store.PlaysBytes));
        return new HostFactors(rowCount, rank) { Disposed = () => Store.SparedByFactors = null };
    }

    /// <summary>A search for lists.</summary>
    private readonly ref struct Lists(TopKQuery query, Span<int> indices, Span<float> scores)
    {
        public TopKQuery Query { get; } = query;

        public Span<int> Indices { get; } = indices;

        public Span<float> Scores { get; } = scores;
    }
}

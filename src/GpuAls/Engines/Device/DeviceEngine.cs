using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls;

/// <summary>ALS on an ILGPU accelerator of any kind: CUDA, OpenCL, or ILGPU's emulator.</summary>
public sealed class DeviceEngine : IAlsEngine
{
    private readonly Context _context;
    private readonly DeviceOperations _operations;
    private readonly KernelPreparation _preparation;

    /// <summary>Takes over the context and the accelerator: they are disposed with the engine.</summary>
    /// <param name="context">ILGPU's context.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="description">How users know it.</param>
    /// <param name="memoryBytes">The most memory to take of it; null for what is free.</param>
    /// <param name="streamed">Told when plays do not fit.</param>
    internal DeviceEngine(Context context, Accelerator accelerator, EngineDescription description, long? memoryBytes, IProgress<PlaysStreamed>? streamed)
    {
        (_context, Description) = (context, description);
        AvailableBytes = AvailableMemory.Of(accelerator);
        Store = new DeviceStore(accelerator);
        Store.Memory.Bound = Math.Min(memoryBytes ?? long.MaxValue, AvailableBytes);
        Pass = new PlaysPass(Store, streamed);
        _operations = new DeviceOperations(Store, Pass);
        _preparation = new KernelPreparation(accelerator);
    }

    /// <summary>Bytes that the device has for gpuals without a bound.</summary>
    internal long AvailableBytes { get; }

    /// <summary>The device's memory.</summary>
    internal DeviceStore Store { get; }

    /// <summary>How plays come past the kernels.</summary>
    internal PlaysPass Pass { get; }

    /// <inheritdoc/>
    public EngineDescription Description { get; }

    /// <inheritdoc/>
    public string? WhyNoTf32 => TensorCores.WhyNone(Accelerator);

    /// <summary>What it computes on, for measurements.</summary>
    internal Accelerator Accelerator => Store.Accelerator;

    /// <inheritdoc/>
    public void PrepareTraining(TrainingPlan plan) => _preparation.Add(TrainingKernels(plan));

    /// <inheritdoc/>
    public void PrepareTopK() => _preparation.Add(_operations.TopKKernels);

    /// <inheritdoc/>
    public void RequireMemory(TrainingShape shape)
    {
        var need = TrainingMemory.Of(Store.Accelerator, shape);
        var bound = Store.Memory.Left + Store.Memory.Scratch + Store.PlaysBytes; // plays give way
        if (need.Bytes > bound) throw new GpuAlsException(FailureKind.Device, need.Shortage(Description, bound));
    }

    /// <inheritdoc/>
    public IEngineFactors CreateFactors(int rowCount, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, EngineLimits.MaximumRank);
        try
        {
            return new DeviceFactors(Store, rowCount, rank);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, $"for factors of {rowCount:N0} rows at rank {rank}");
        }
    }

    /// <inheritdoc/>
    public IEnginePlays LoadPlays(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        try
        {
            return new DevicePlays(Store, plays);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, $"for {plays.EntryCount:N0} plays");
        }
    }

    /// <inheritdoc/>
    public void Reweigh(IEnginePlays plays, CsrMatrix values)
    {
        var device = (DevicePlays)plays;
        EngineChecks.SamePlaces(device.Matrix, values);
        try
        {
            device.Reweigh(values);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, $"for {values.EntryCount:N0} plays");
        }
    }

    /// <inheritdoc/>
    public void Gramian(IEngineFactors factors, RowRange rows, Span<double> gramian)
    {
        var device = (DeviceFactors)factors;
        EngineChecks.Gramian(factors, rows, gramian);
        try
        {
            _operations.Gramian(device, rows, gramian);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, "for the Gramian");
        }
    }

    /// <inheritdoc/>
    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        EngineChecks.SolveRows(problem);
        EngineChecks.Precision(this, problem.Precision);
        EngineChecks.Nonnegative(this, problem.IsNonnegative);
        try
        {
            return _operations.SolveRows(problem);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, "to solve the rows");
        }
    }

    /// <inheritdoc/>
    public double PlaysLoss(IEnginePlays plays, IEngineFactors rowFactors, IEngineFactors columnFactors, in ConfidenceWeights weights)
    {
        EngineChecks.PlaysLoss(plays, rowFactors, columnFactors);
        try
        {
            return _operations.PlaysLoss((DevicePlays)plays, (DeviceFactors)rowFactors, (DeviceFactors)columnFactors, weights);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, "to sum the loss");
        }
    }

    /// <inheritdoc/>
    public double WeightedSquaredNorm(IEngineFactors factors, ReadOnlySpan<float> rowWeights)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Require.Length(rowWeights.Length, factors.RowCount, nameof(rowWeights));
        try
        {
            return _operations.WeightedSquaredNorm((DeviceFactors)factors, rowWeights);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, "to sum the loss");
        }
    }

    /// <inheritdoc/>
    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        EngineChecks.TopK(query, indices, scores);
        try
        {
            _operations.TopK(query, indices, scores);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw Failure(exception, $"to score {query.Rows.Count:N0} rows");
        }
    }

    /// <summary>The kernels of a training.</summary>
    internal IEnumerable<DeviceKernel> TrainingKernels(TrainingPlan plan) => _operations.TrainingKernels(plan);

    /// <summary>Gives back the device memory that operations keep for the next time.</summary>
    internal void Release() => _operations.Release();

    /// <inheritdoc/>
    public void Dispose()
    {
        _preparation.Dispose();
        _operations.Dispose();
        Store.Dispose();
        Disposal.Quietly(Store.Accelerator);
        Disposal.Quietly(_context);
    }

    private GpuAlsException Failure(Exception exception, string doing) =>
        DeviceErrors.Translate(exception, Description, Store.Memory.Bound, doing);
}

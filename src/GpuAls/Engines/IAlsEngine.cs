namespace GpuAls;

/// <summary>
/// The linear algebra of a training step and of scoring, on one device. It knows nothing of files, ids or options.
/// Every operation gives the same bytes for the same input, whatever the number of threads or groups.
/// Rows are copied, summed, solved and scored in ranges, with the other side given, so that a process may own a part of
/// the rows.
/// Factors and plays made by one engine are used with that engine only; an engine is used by one thread at a time.
/// </summary>
internal interface IAlsEngine : IDisposable
{
    /// <summary>What the engine runs on.</summary>
    EngineDescription Description { get; }

    /// <summary>What the engine can do.</summary>
    EngineCapabilities Capabilities { get; }

    /// <summary>Scores the factors where they are; null for factors that are scored in a copy on the host.</summary>
    IRowScorer? RowScorer => null;

    /// <summary>What was used of the engine's own memory so far; null where it works in host memory.</summary>
    DeviceUsage? Usage => null;

    /// <summary>
    /// Fails before the work where a training cannot fit the engine's memory; memory of the host needs no such check.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Device: it says how much is needed, and what to change.</exception>
    void RequireMemory(TrainingShape shape)
    {
    }

    /// <summary>
    /// Bytes of the engine's own memory that a training takes with all plays in it, about; null where it works in host
    /// memory.
    /// </summary>
    long? MemoryFor(TrainingShape shape) => null;

    /// <summary>Rows of the factors of a training that lie in host memory.</summary>
    long RowsInHostMemory(TrainingShape shape) => shape.FactorRows;

    /// <summary>
    /// Begins to make ready for a training, beside the caller's other work; an engine that is ready at once does
    /// nothing.
    /// </summary>
    void PrepareTraining(TrainingPlan plan)
    {
    }

    /// <summary>Begins to make ready for lists.</summary>
    void PrepareTopK()
    {
    }

    /// <summary>Makes a factor matrix of zeros on the device.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory, or a rank the device cannot take.</exception>
    IEngineFactors CreateFactors(int rowCount, int rank);

    /// <summary>Brings plays to the device.</summary>
    /// <param name="plays">
    /// Values as <see cref="ConfidenceWeights"/> has them for training; ignored when used as a mask.
    /// </param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    IEnginePlays LoadPlays(CsrMatrix plays);

    /// <summary>Gives plays that were loaded other values; indptr and indices stay where they are.</summary>
    /// <param name="plays">[rows, columns], made by this engine.</param>
    /// <param name="values">The same entries with other values.</param>
    /// <exception cref="GpuAlsException">Kind Device: the device failed.</exception>
    void Reweigh(IEnginePlays plays, CsrMatrix values);

    /// <summary>
    /// YᵀY of each block of a range of rows, each sum accurate to fp64 or compensated fp32. The bits of a block depend
    /// on its rows alone, so that blocks may be shared out among processes.
    /// </summary>
    /// <param name="factors">[rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="blockRows">Rows of a block, from the first of the range on; the last block may be shorter.</param>
    /// <param name="sums">[blocks, rank, rank], both triangles are written.</param>
    void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums);

    /// <summary>Solves the normal equations of a range of rows exactly (Cholesky) or by conjugate gradients.</summary>
    RowSolveReport SolveRows(in RowSolveProblem problem);

    /// <summary>
    /// The part of the loss that belongs to the plays: Σ rhs·(1 - x·y)² + (gram - rhs)·(x·y)², or Σ (rhs - x·y)² of
    /// ratings, accumulated in fp64.
    /// </summary>
    /// <param name="plays">[rows.Count, columns], the plays of the range.</param>
    /// <param name="rowFactors">x, [all rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="columnFactors">y, [columns, rank].</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    double PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
        in ConfidenceWeights weights);

    /// <summary>Σ weight[row]·|x[row]|² over a range of rows, accumulated in fp64.</summary>
    /// <param name="factors">[all rows, rank].</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="rowWeights">[rows.Count].</param>
    double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights);

    /// <summary>target ← a·x + b·y, element by element.</summary>
    /// <param name="target">[rows, rank]; may be <paramref name="x"/> or <paramref name="y"/>.</param>
    /// <param name="a">Factor of <paramref name="x"/>.</param>
    /// <param name="x">[rows, rank].</param>
    /// <param name="b">Factor of <paramref name="y"/>.</param>
    /// <param name="y">[rows, rank].</param>
    void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y);

    /// <summary>
    /// For each query row the k items with the largest inner products, best first; equal scores: the lower item index.
    /// </summary>
    /// <param name="query">Queries, items, the mask and k.</param>
    /// <param name="indices">[queries, k]; -1 where fewer than k items are left.</param>
    /// <param name="scores">[queries, k]; negative infinity where fewer than k items are left.</param>
    void TopK(in TopKQuery query, Span<int> indices, Span<float> scores);
}

/// <summary>What was used of a device so far.</summary>
/// <param name="PeakBytes">The most memory allocated at a time, without the driver's own.</param>
/// <param name="BytesToDevice">Bytes copied from the host.</param>
/// <param name="BytesFromDevice">Bytes copied to the host.</param>
internal sealed record DeviceUsage(long PeakBytes, long BytesToDevice, long BytesFromDevice);

namespace GpuAls.Tests.Training;

/// <summary>
/// A device whose memory is full for plays, or breaks while factors are copied to it; it counts the buffers that are
/// open.
/// </summary>
internal sealed class FailingEngine(EngineCapabilities capabilities, bool copiesFactors = false) : IAlsEngine
{
    private readonly bool _copiesFactors = copiesFactors;

    public int OpenBuffers { get; private set; }

    public EngineDescription Description { get; } = new("dev:0", "name");

    public EngineCapabilities Capabilities => capabilities;

    public IEngineFactors CreateFactors(int rowCount, int rank)
    {
        OpenBuffers++;
        return new Factors(this, rowCount, rank);
    }

    public IEnginePlays LoadPlays(CsrMatrix plays) => throw new GpuAlsException(FailureKind.Device, "full.");

    public void Reweigh(IEnginePlays plays, CsrMatrix values) => throw new NotSupportedException();

    public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums) =>
        throw new NotSupportedException();

    public RowSolveReport SolveRows(in RowSolveProblem problem) => throw new NotSupportedException();

    public double PlaysLoss(
        IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
        in ConfidenceWeights weights) =>
        throw new NotSupportedException();

    public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights) =>
        throw new NotSupportedException();

    public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y) =>
        throw new NotSupportedException();

    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Factors(FailingEngine engine, int rowCount, int rank) : IEngineFactors
    {
        public int RowCount => rowCount;

        public int Rank => rank;

        public void CopyFrom(RowRange rows, ReadOnlySpan<float> source)
        {
            if (!engine._copiesFactors) throw new GpuAlsException(FailureKind.Device, "broken.");
        }

        public void CopyTo(RowRange rows, Span<float> target) => throw new NotSupportedException();

        public void Dispose() => engine.OpenBuffers--;
    }
}

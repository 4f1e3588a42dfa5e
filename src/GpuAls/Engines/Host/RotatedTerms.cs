namespace GpuAls;

/// <summary>
/// What the dual equations of a half-iteration share. In the eigenvectors qⱼ of YᵀY = Σ Λⱼ qⱼqⱼᵀ the matrix P = α₀·YᵀY + λI of every row is
/// diagonal, whatever its λ.
/// </summary>
internal sealed unsafe class RotatedTerms<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int RowsOfChunk = 256;

    private readonly int _stride;
    private readonly NativeFloats _vectors;
    private readonly NativeFloats _diagonal;

    /// <param name="basis">Of YᵀY.</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="threadCount">Threads.</param>
    public RotatedTerms(EigenBasis basis, ConfidenceWeights weights, HostFactors fixedFactors, int threadCount)
    {
        _stride = fixedFactors.Stride;
        Weights = weights;
        _vectors = new NativeFloats((long)_stride * _stride);
        _diagonal = new NativeFloats(_stride);
        Factors = new HostFactors(fixedFactors.RowCount, fixedFactors.Rank);
        using var transposed = new NativeFloats((long)_stride * _stride);
        for (var j = Rank; j < _stride; j++) _diagonal.Pointer[j] = 1;
        for (var j = 0; j < Rank; j++)
        {
            _diagonal.Pointer[j] = (float)(weights.UnobservedWeight * basis.Values[j]);
            for (var i = 0; i < Rank; i++)
            {
                var element = (float)basis.Vectors[(j * Rank) + i];
                _vectors.Pointer[((long)j * _stride) + i] = element;
                transposed.Pointer[((long)i * _stride) + j] = element;
            }
        }

        Rotate(fixedFactors, transposed.Pointer, threadCount);
    }

    public int Rank => Factors.Rank;

    public ConfidenceWeights Weights { get; }

    /// <summary>y in the basis, y'ⱼ = qⱼ·y.</summary>
    public HostFactors Factors { get; }

    /// <summary>P^(-1/2) of a row, [stride]; what stands in the padding multiplies zeros.</summary>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="scale">Takes it.</param>
    public void Scale(float lambda, float* scale)
    {
        var addend = TSimd.Broadcast(lambda);
        for (var j = 0; j < _stride; j += TSimd.Width) TSimd.Store(TSimd.ReciprocalRoot(TSimd.Add(TSimd.Load(_diagonal.Pointer + j), addend)), scale + j);
    }

    /// <summary>x = Σ x'ⱼ qⱼ.</summary>
    /// <param name="rotated">x', [stride].</param>
    /// <param name="x">[stride].</param>
    public void RotateBack(float* rotated, float* x)
    {
        new Span<float>(x, _stride).Clear();
        RowProducts<TSimd, TVector>.AddScaled(_vectors.Pointer, _stride, Rank, rotated, x, _stride);
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _diagonal.Dispose();
        Factors.Dispose();
    }

    private void Rotate(HostFactors y, float* transposed, int threadCount)
    {
        var chunks = (y.RowCount + RowsOfChunk - 1) / RowsOfChunk;
        ParallelChunks.Run(threadCount, chunks, chunk =>
        {
            for (var row = chunk * RowsOfChunk; row < Math.Min(y.RowCount, (chunk + 1) * RowsOfChunk); row++)
                RowProducts<TSimd, TVector>.AddScaled(transposed, _stride, Rank, y.Row(row), Factors.Row(row), _stride);
        });
    }
}

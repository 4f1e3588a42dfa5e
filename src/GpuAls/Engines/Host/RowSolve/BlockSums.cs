namespace GpuAls;

/// <summary>Sums over the plays of a row for one block of factors, with the scratch memory of one thread.</summary>
internal sealed unsafe class BlockSums<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Floats of gathered rows staged at a time: both panels together take half of a 32 KiB L1 cache.
    /// </summary>
    private const int PanelFloats = 2048;

    private readonly int _stride;
    private readonly int _panelRows;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _weightedPanel;
    private readonly NativeFloats _rightWeights;

    /// <param name="blockSize">Factors per block, a multiple of 16; also the distance from one row of H to the next.
    /// </param>
    public BlockSums(int blockSize)
    {
        _stride = blockSize;
        _panelRows = Math.Max(8, PanelFloats / _stride);
        _panel = new NativeFloats((long)_panelRows * _stride);
        _weightedPanel = new NativeFloats((long)_panelRows * _stride);
        _rightWeights = new NativeFloats(_panelRows);
    }

    /// <summary>
    /// left = H = α₀·Y_BᵀY_B + λI + Σ gram·y_B y_Bᵀ in the upper triangle, right += Σ (rhs - gram·score) y_B.
    /// </summary>
    /// <param name="entries">The plays of the row.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="block">The block.</param>
    /// <param name="scores">y·x of each play.</param>
    /// <param name="left">[block size, block size].</param>
    /// <param name="right">[block size].</param>
    public void Assemble(
        RowEntries entries, in SharedTerms terms, float lambda, FactorBlock block, float* scores, float* left,
        float* right)
    {
        var matrixStride = terms.FixedFactors.Stride;
        var bytes = block.PaddedSize * sizeof(float);
        for (var i = 0; i < block.PaddedSize; i++)
        {
            var shared = terms.BaseMatrix + ((long)(block.First + i) * matrixStride) + block.First;
            Buffer.MemoryCopy(shared, left + (i * _stride), bytes, bytes);
        }

        for (var i = 0; i < block.Size; i++) left[(i * _stride) + i] += lambda;
        for (var first = 0; first < entries.Length; first += _panelRows)
        {
            var count = Math.Min(_panelRows, entries.Length - first);
            Stage(entries, first, count, terms, block, scores);
            RowProducts<TSimd, TVector>.AddScaled(
                _panel.Pointer, _stride, count, _rightWeights.Pointer, right, block.PaddedSize);
            OuterProductTile<TSimd, TVector>.AddUpperTriangle(
                _panel.Pointer, _weightedPanel.Pointer, count, left, _stride, block.Size);
        }
    }

    /// <summary>scores += y·change of each play, over some factors.</summary>
    /// <param name="entries">The plays of the row.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="first">The first factor.</param>
    /// <param name="change">[length].</param>
    /// <param name="length">Number of factors, a multiple of the vector width.</param>
    /// <param name="scores">[plays rounded up to whole groups of eight].</param>
    public void AddScores(
        RowEntries entries, in SharedTerms terms, int first, float* change, int length, float* scores)
    {
        const int Group = RowProducts<TSimd, TVector>.Group;
        var y = terms.FixedFactors;
        var sums = stackalloc float[Group];
        var rows = stackalloc float*[Group];
        for (var k = 0; k < entries.Length; k += Group)
        {
            for (var i = 0; i < Group; i++)
            {
                rows[i] = y.Row(entries.Indices[Math.Min(k + i, entries.Length - 1)]) + first;
                Prefetch.RowOfPlay(y, entries, k + i + Group, length, first);
            }

            RowProducts<TSimd, TVector>.Dots(rows, change, length, sums);
            for (var i = 0; i < Group; i++) scores[k + i] += sums[i];
        }
    }

    public void Dispose()
    {
        _panel.Dispose();
        _weightedPanel.Dispose();
        _rightWeights.Dispose();
    }

    /// <summary>Gathers the block of rows of y, plain and weighted, and their right-side weights.</summary>
    private void Stage(
        RowEntries entries, int first, int count, in SharedTerms terms, FactorBlock block, float* scores)
    {
        var y = terms.FixedFactors;
        for (var k = 0; k < count; k++)
        {
            Prefetch.RowOfPlay(y, entries, first + k + _panelRows, block.PaddedSize, block.First);
            var value = entries.Values[first + k];
            var source = y.Row(entries.Indices[first + k]) + block.First;
            var plain = _panel.Pointer + (k * _stride);
            var weighted = _weightedPanel.Pointer + (k * _stride);
            var weight = terms.Weights.Gram(value);
            var gram = TSimd.Broadcast(weight);
            _rightWeights.Pointer[k] = terms.Weights.Rhs(value) - (weight * scores[first + k]);
            for (var i = 0; i < block.PaddedSize; i += TSimd.Width)
            {
                var part = TSimd.Load(source + i);
                TSimd.Store(part, plain + i);
                TSimd.Store(TSimd.Multiply(gram, part), weighted + i);
            }
        }
    }
}

/// <summary>The equations H d = -g of one block, of as many rows as are solved side by side.</summary>
internal unsafe interface IBlockEquations : IDisposable
{
    /// <summary>Rows solved side by side.</summary>
    int Lanes { get; }

    /// <summary>Sets the number of unknowns, at most the block size.</summary>
    void Resize(int size);

    /// <summary>H of a row, [size, block size], of which the upper triangle is read.</summary>
    float* Left(int lane);

    /// <summary>-g of a row, [block size].</summary>
    float* Right(int lane);

    /// <summary>Solves all of them; the results of rows that were not assembled are meaningless.</summary>
    void Solve();

    /// <summary>Whether fp32 has solved a row.</summary>
    bool IsSolved(int lane);

    /// <summary>d of a row, [block size].</summary>
    float* Solution(int lane);
}

/// <summary>One row at a time.</summary>
internal sealed unsafe class BlockEquation<TSimd, TVector> : IBlockEquations
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly int _stride;
    private readonly NativeFloats _left;
    private readonly NativeFloats _right;
    private int _size;
    private bool _isSolved;

    /// <param name="blockSize">Factors per block, a multiple of 16.</param>
    public BlockEquation(int blockSize)
    {
        (_stride, _size) = (blockSize, blockSize);
        _left = new NativeFloats((long)blockSize * blockSize);
        _right = new NativeFloats(blockSize);
    }

    public int Lanes => 1;

    public void Resize(int size) => _size = size;

    public float* Left(int lane) => _left.Pointer;

    public float* Right(int lane) => _right.Pointer;

    public float* Solution(int lane) => _right.Pointer;

    public bool IsSolved(int lane) => _isSolved;

    public void Solve()
    {
        var padded = OuterProductTile<TSimd, TVector>.WholeVectors(_size);
        var condition = UpperCholesky<TSimd, TVector>.FactorAndEstimate(_left.Pointer, _stride, padded, _size);
        _isSolved = condition <= RowSolveReport.Fp64Condition;
        if (!_isSolved) return;
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, padded, _right.Pointer);
        _isSolved = VectorMath<TSimd, TVector>.AllFinite(_right.Pointer, _size);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}

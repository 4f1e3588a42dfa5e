namespace GpuAls;

/// <summary>
/// Sweeps of iALS++ over a batch of rows, with the scratch memory of one thread. The part of the gradient that all
/// plays share, α₀·(Y_BᵀY) x, is a product of matrices over the rows of the batch; the rest is done row by row. The
/// score y·x of each play is computed once, and kept up to date from block to block. The result of a row does not
/// depend on the others of its batch.
/// </summary>
internal sealed unsafe class BlockSweep<TSimd, TVector> : IRowSolver
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int PanelRows = OuterProductTile<TSimd, TVector>.Rows;

    private readonly int _rank;
    private readonly int _stride;
    private readonly int _blockSize;
    private readonly int _batchRows;
    private readonly ColumnPanels? _packed;
    private readonly IBlockEquations _equations;
    private readonly BlockSums<TSimd, TVector> _sums;
    private readonly NativeFloats _panels;
    private readonly NativeFloats _products;
    private readonly long[] _starts;
    private readonly bool[] _isPostponed;
    private NativeFloats _scores = new(0);

    /// <param name="rank">Number of factors.</param>
    /// <param name="blockSize">Factors solved at a time, a multiple of 16.</param>
    /// <param name="packed">α₀·YᵀY; null if it is zero.</param>
    public BlockSweep(int rank, int blockSize, ColumnPanels? packed)
    {
        (_rank, _stride, _packed) = (rank, HostFactors.StrideOf(rank), packed);
        _blockSize = Math.Min(blockSize, _stride);
        _batchRows = BlockSweep.BatchRows(_stride);
        _equations = _blockSize <= ChunkSolver<TSimd, TVector>.LargestLaneRank
            ? new LaneEquations<TSimd, TVector>(_blockSize)
            : new BlockEquation<TSimd, TVector>(_blockSize);
        _sums = new BlockSums<TSimd, TVector>(_blockSize);
        _panels = new NativeFloats((long)_batchRows * _stride);
        _products = new NativeFloats((long)_batchRows * _blockSize);
        _starts = new long[_batchRows + 1];
        _isPostponed = new bool[_batchRows];
    }

    public void Solve(HostRows all, ReadOnlySpan<int> rows)
    {
        for (var first = 0; first < rows.Length; first += _batchRows)
            Sweep(all, rows.Slice(first, Math.Min(_batchRows, rows.Length - first)));
    }

    public void Dispose()
    {
        _equations.Dispose();
        _sums.Dispose();
        _panels.Dispose();
        _products.Dispose();
        _scores.Dispose();
    }

    private void Sweep(HostRows all, ReadOnlySpan<int> rows)
    {
        Begin(all, rows);
        for (var first = 0; first < _stride; first += _blockSize)
        {
            var block = new FactorBlock(
                first, Math.Min(_blockSize, _rank - first), Math.Min(_blockSize, _stride - first));
            MultiplyShared(block, rows.Length);
            _equations.Resize(block.Size);
            for (var slot = 0; slot < rows.Length; slot += _equations.Lanes)
            {
                all.ThrowIfStopped();
                SolveBlock(all, rows, slot, Math.Min(_equations.Lanes, rows.Length - slot), block);
            }
        }
    }

    /// <summary>Computes the scores, and packs x as the product of matrices reads it: eight rows abreast.</summary>
    private void Begin(HostRows all, ReadOnlySpan<int> rows)
    {
        const int Group = RowProducts<TSimd, TVector>.Group;
        Array.Clear(_isPostponed);
        for (var slot = 0; slot < rows.Length; slot++)
        {
            var length = all.Matrix.RowIndices(rows[slot]).Length;
            _starts[slot + 1] = _starts[slot] + ((length + Group - 1) / Group * Group);
        }

        if (_scores.Length < _starts[rows.Length])
        {
            _scores.Dispose();
            _scores = new NativeFloats(_starts[rows.Length]);
        }

        new Span<float>(_scores.Pointer, (int)_starts[rows.Length]).Clear();
        for (var slot = 0; slot < rows.Length; slot++)
        {
            var x = all.Target(rows[slot]);
            _sums.AddScores(new RowEntries(all.Matrix, rows[slot]), all.Terms, 0, x, _stride, Scores(slot));
            Pack(slot, 0, x, _stride);
        }
    }

    private float* Scores(int slot) => _scores.Pointer + _starts[slot];

    private void Pack(int slot, int first, float* x, int length)
    {
        if (_packed is null) return;
        var target = _panels.Pointer + ((long)slot / PanelRows * PanelRows * _stride) + (slot % PanelRows);
        for (var i = 0; i < length; i++) target[(first + i) * PanelRows] = x[i];
    }

    /// <summary>products = α₀·(Y_BᵀY) x for each row.</summary>
    private void MultiplyShared(FactorBlock block, int rows)
    {
        if (_packed is null) return;
        _products.Clear();
        for (var column = 0; column < block.PaddedSize; column += ColumnPanels.Columns)
        {
            var panel = _packed.Panel(block.First + column, out var offset);
            var columns = Math.Min(ColumnPanels.Columns - offset, block.PaddedSize - column);
            for (var row = 0; row < rows; row += PanelRows)
                OuterProductTile<TSimd, TVector>.Add(
                    _panels.Pointer + ((long)row * _stride), PanelRows, 1, panel + offset, ColumnPanels.Columns,
                    _rank, _products.Pointer + ((long)row * _blockSize) + column, _blockSize, columns);
            column -= offset;
        }
    }

    /// <summary>One block of a few rows, as many as are solved side by side.</summary>
    private void SolveBlock(HostRows all, ReadOnlySpan<int> rows, int firstSlot, int count, FactorBlock block)
    {
        for (var lane = 0; lane < count; lane++)
        {
            var (slot, row) = (firstSlot + lane, rows[firstSlot + lane]);
            if (_isPostponed[slot]) continue;
            var pull = all.Pull(row);
            var lambda = pull.Lambda;
            float* x = all.Target(row) + block.First, right = _equations.Right(lane);
            if (_packed is null) VectorMath<TSimd, TVector>.Scale(-lambda, x, right, block.PaddedSize);
            else
                VectorMath<TSimd, TVector>.Combine(
                    -lambda, x, -1, _products.Pointer + ((long)slot * _blockSize), right, block.PaddedSize);
            if (pull.Right is not null)
                VectorMath<TSimd, TVector>.AddScaled(1, pull.Right + block.First, right, block.PaddedSize);
            _sums.Assemble(
                new RowEntries(all.Matrix, row), all.Terms, lambda, block, Scores(slot), _equations.Left(lane), right);
        }

        _equations.Solve();
        for (var lane = 0; lane < count; lane++)
        {
            var (slot, row) = (firstSlot + lane, rows[firstSlot + lane]);
            if (_isPostponed[slot]) continue;
            if (_equations.IsSolved(lane)) Step(all, row, slot, block, _equations.Solution(lane));
            else
            {
                _isPostponed[slot] = true;
                all.Postpone(row);
            }
        }
    }

    private void Step(HostRows all, int row, int slot, FactorBlock block, float* step)
    {
        var x = all.Target(row) + block.First;
        for (var i = 0; i < block.Size; i++) x[i] += step[i];
        Pack(slot, block.First, x, block.Size);
        if (block.First + block.Size < _rank)
            _sums.AddScores(
                new RowEntries(all.Matrix, row), all.Terms, block.First, step, block.PaddedSize, Scores(slot));
    }
}

/// <summary>What sweeps of any vector width share.</summary>
internal static class BlockSweep
{
    /// <summary>
    /// Rows per batch are a multiple of this where there are enough: α₀·YᵀY is read once for each batch.
    /// </summary>
    public const int RowGroup = 16;

    private const int LargestBatch = 64;
    private const int BatchFloats = 1 << 16;

    /// <summary>Rows per batch: a quarter of an L2 cache.</summary>
    public static int BatchRows(int stride) =>
        Math.Clamp(BatchFloats / stride / RowGroup * RowGroup, RowGroup, LargestBatch);

    /// <summary>Work of a row besides its plays, in units of a play.</summary>
    public static int RowCost(int rank, int blockSize) => 1 + ((rank + (blockSize * blockSize / 6)) / (blockSize / 2));
}

/// <summary>Some factors that are solved together.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Size">How many.</param>
/// <param name="PaddedSize">How many with padding, up to whole vectors.</param>
internal readonly record struct FactorBlock(int First, int Size, int PaddedSize);

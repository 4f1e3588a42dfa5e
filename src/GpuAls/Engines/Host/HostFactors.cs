namespace GpuAls;

/// <summary>
/// Factors in host memory. Rows are padded with zeros to <see cref="Stride"/>, a multiple of the widest vector.
/// </summary>
internal sealed unsafe class HostFactors : IEngineFactors
{
    /// <summary>Rows are padded to a multiple of this many floats: one Vector512.</summary>
    public const int Padding = 16;

    private readonly NativeFloats _values;
    private PackedItems? _packed;
    private ItemIndex? _index;
    private bool _isPruned;
    private IDisposable? _kept;

    public HostFactors(int rowCount, int rank)
    {
        (RowCount, Rank, Stride) = (rowCount, rank, StrideOf(rank));
        _values = new NativeFloats((long)rowCount * Stride);
    }

    public int RowCount { get; }

    public int Rank { get; }

    /// <summary>Called when they are disposed; null for nothing.</summary>
    public Action? Disposed { private get; init; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    public static int StrideOf(int rank) => (rank + Padding - 1) / Padding * Padding;

    public float* Row(int row) => _values.Pointer + ((long)row * Stride);

    /// <summary>A row with some of its padding, which is zero.</summary>
    /// <param name="row">The row.</param>
    /// <param name="length">Rank .. <see cref="Stride"/>.</param>
    public ReadOnlySpan<float> Padded(int row, int length) => new(Row(row), length);

    /// <summary>The rows repacked for scoring. Created on first use and kept until the rows change.</summary>
    public PackedItems Packed(int threadCount) => _packed ??= new PackedItems(this, threadCount);

    /// <summary>
    /// The rows as an index for lists. Created on first use and kept until the rows change.
    /// </summary>
    /// <param name="threadCount">Threads.</param>
    /// <param name="prunes">Whether queries stop early.</param>
    public ItemIndex Index(int threadCount, bool prunes)
    {
        if (_index is not null && _isPruned == prunes) return _index;
        _index?.Dispose();
        (_index, _isPruned) = (null, prunes);
        return _index = new ItemIndex(this, threadCount, prunes);
    }

    /// <summary>
    /// What a solve has made of the rows and keeps for the next, until they change; null for nothing.
    /// </summary>
    public IDisposable? Kept
    {
        get => _kept;
        set
        {
            if (_kept != value) _kept?.Dispose();
            _kept = value;
        }
    }

    /// <summary>Must be called before rows are written.</summary>
    public void Changing()
    {
        _packed?.Dispose();
        _index?.Dispose();
        (_packed, _index, Kept) = (null, null, null);
    }

    public void CopyFrom(RowRange rows, ReadOnlySpan<float> source)
    {
        EngineChecks.Copy(this, rows, source.Length);
        Changing();
        for (var row = 0; row < rows.Count; row++)
            source.Slice(row * Rank, Rank).CopyTo(new Span<float>(Row(rows.Start + row), Rank));
    }

    public void CopyTo(RowRange rows, Span<float> target)
    {
        EngineChecks.Copy(this, rows, target.Length);
        for (var row = 0; row < rows.Count; row++)
            new Span<float>(Row(rows.Start + row), Rank).CopyTo(target.Slice(row * Rank, Rank));
    }

    public void Dispose()
    {
        Changing();
        _values.Dispose();
        Disposed?.Invoke();
    }
}

/// <summary>Plays in host memory: the matrix itself, not a copy.</summary>
internal sealed class HostPlays(CsrMatrix matrix) : IEnginePlays
{
    public CsrMatrix Matrix { get; set; } = matrix;

    public int RowCount => Matrix.RowCount;

    public int ColumnCount => Matrix.ColumnCount;

    public void Dispose()
    {
        // The matrix belongs to the caller and to the garbage collector.
    }
}

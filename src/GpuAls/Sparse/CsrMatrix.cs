namespace GpuAls;

/// <summary>
/// A sparse matrix in compressed sparse row form, validated when made and immutable afterwards.
/// Row r holds the entries <c>Indptr[r] .. Indptr[r + 1] - 1</c>, column indices rising within a row.
/// </summary>
/// <example>
/// <code>
/// [ . 5 . ]     Indptr  = 0 1 1 3
/// [ . . . ]     Indices = 1 | | 0 2
/// [ 2 . 7 ]     Values  = 5 | | 2 7
/// </code>
/// </example>
public sealed class CsrMatrix
{
    private readonly long[] _indptr;
    private readonly int[] _indices;
    private readonly float[] _values;

    /// <param name="columnCount">Number of columns; may exceed the largest index.</param>
    /// <param name="indptr">[rowCount + 1], starts at 0, never falls, ends at the number of entries.</param>
    /// <param name="indices">[entries], each in 0 .. columnCount - 1, rising within a row.</param>
    /// <param name="values">[entries], finite.</param>
    /// <exception cref="ArgumentException">The arrays break one of these rules.</exception>
    public CsrMatrix(int columnCount, long[] indptr, int[] indices, float[] values)
        : this(columnCount, indptr, indices, values, validate: true)
    {
    }

    private CsrMatrix(int columnCount, long[] indptr, int[] indices, float[] values, bool validate)
    {
        ArgumentNullException.ThrowIfNull(indptr);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(values);
        (ColumnCount, _indptr, _indices, _values) = (columnCount, indptr, indices, values);
        if (validate) CsrValidation.Check(columnCount, indptr, indices, values);
    }

    /// <summary>A matrix in memory that may have room behind the entries, or is used again later. Not validated: its maker keeps the rules.</summary>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="indptr">[rowCount + 1].</param>
    /// <param name="indices">[entries or more].</param>
    /// <param name="values">[entries or more].</param>
    internal static CsrMatrix InBuffers(int columnCount, long[] indptr, int[] indices, float[] values) => new(columnCount, indptr, indices, values, validate: false);

    /// <summary>Number of rows.</summary>
    public int RowCount => _indptr.Length - 1;

    /// <summary>Number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of stored entries (nnz).</summary>
    public long EntryCount => _indptr[^1];

    /// <summary>[RowCount + 1], where each row starts.</summary>
    public ReadOnlySpan<long> Indptr => _indptr;

    /// <summary>[EntryCount], the column of each entry.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, (int)EntryCount);

    /// <summary>[EntryCount], the value of each entry.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, (int)EntryCount);

    /// <summary>Number of entries in one row.</summary>
    public int RowLength(int row) => (int)(_indptr[row + 1] - _indptr[row]);

    /// <summary>Number of entries in the longest row.</summary>
    public int LongestRow()
    {
        var longest = 0;
        for (var row = 0; row < RowCount; row++) longest = Math.Max(longest, RowLength(row));
        return longest;
    }

    /// <summary>The columns of one row, rising.</summary>
    public ReadOnlySpan<int> RowIndices(int row) => _indices.AsSpan((int)_indptr[row], RowLength(row));

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<float> RowValues(int row) => _values.AsSpan((int)_indptr[row], RowLength(row));

    /// <summary>The same places with other values, one for each entry.</summary>
    /// <param name="map">From an entry's value to its new value; called by several threads; must not throw.</param>
    public CsrMatrix MapValues(Func<float, float> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var mapped = new float[EntryCount];
        ParallelRanges.ForEach(EntryCount, (start, end) =>
        {
            for (var entry = start; entry < end; entry++) mapped[entry] = map(_values[entry]);
        });
        return new CsrMatrix(ColumnCount, _indptr, _indices, mapped, validate: false);
    }

    /// <summary>Rows <paramref name="firstRow"/> .. <paramref name="firstRow"/> + <paramref name="rowCount"/> - 1 as a matrix of their own.</summary>
    public CsrMatrix Slice(int firstRow, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, RowCount - rowCount);
        var start = _indptr[firstRow];
        var end = _indptr[firstRow + rowCount];
        var indptr = new long[rowCount + 1];
        for (var row = 0; row <= rowCount; row++) indptr[row] = _indptr[firstRow + row] - start;
        return new CsrMatrix(ColumnCount, indptr, _indices[(int)start..(int)end], _values[(int)start..(int)end], validate: false);
    }
}

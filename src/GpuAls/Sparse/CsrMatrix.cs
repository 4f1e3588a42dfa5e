namespace GpuAls;

/// <summary>
/// A sparse matrix in compressed sparse row (CSR) form, validated on construction and immutable afterwards.
/// Row r holds the entries <c>Indptr[r] .. Indptr[r + 1] - 1</c>; column indices ascend within a row.
/// </summary>
/// <example>
/// <code>
/// [ . 5 . ]     Indptr  = 0 1 1 3
/// [ . . . ]     Indices = 1 | | 0 2
/// [ 2 . 7 ]     Values  = 5 | | 2 7
/// </code>
/// </example>
internal sealed class CsrMatrix
{
    private readonly long[] _indptr;
    private readonly ArraySegment<int> _indices;
    private readonly ArraySegment<float> _values;

    /// <param name="columnCount">Number of columns; may be larger than the largest index plus one.</param>
    /// <param name="indptr">[rowCount + 1], starts at 0, never decreases, ends at the number of entries.</param>
    /// <param name="indices">[entries], each in 0 .. columnCount - 1, ascending within a row.</param>
    /// <param name="values">[entries], finite.</param>
    /// <exception cref="ArgumentException">The arrays break one of these rules.</exception>
    public CsrMatrix(int columnCount, long[] indptr, int[] indices, float[] values)
    {
        ArgumentNullException.ThrowIfNull(indptr);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(values);
        CsrValidation.Check(columnCount, indptr, indices, values);
        (ColumnCount, _indptr, _indices, _values) = (columnCount, indptr, indices, values);
    }

    private CsrMatrix(int columnCount, long[] indptr, ArraySegment<int> indices, ArraySegment<float> values, int start)
    {
        var count = (int)indptr[^1];
        (ColumnCount, _indptr) = (columnCount, indptr);
        (_indices, _values) = (indices.Slice(start, count), values.Slice(start, count));
    }

    /// <summary>
    /// A matrix over buffers that may be longer than its entries. Not validated: the caller keeps the rules.
    /// </summary>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="indptr">[rowCount + 1].</param>
    /// <param name="indices">[entries or more].</param>
    /// <param name="values">[entries or more].</param>
    internal static CsrMatrix InBuffers(int columnCount, long[] indptr, int[] indices, float[] values) =>
        new(columnCount, indptr, indices, values, start: 0);

    /// <summary>[rows + 1], where each of some rows starts.</summary>
    /// <param name="lengths">[rows], the number of entries in each.</param>
    public static long[] IndptrOf(ReadOnlySpan<int> lengths)
    {
        var indptr = new long[lengths.Length + 1];
        for (var row = 0; row < lengths.Length; row++) indptr[row + 1] = indptr[row] + lengths[row];
        return indptr;
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => _indptr.Length - 1;

    /// <summary>Number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of stored entries (nnz).</summary>
    public long EntryCount => _indptr[^1];

    /// <summary>[RowCount + 1], where each row starts.</summary>
    public ReadOnlySpan<long> Indptr => _indptr;

    /// <summary>[EntryCount], the column of each entry.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    /// <summary>[EntryCount], the value of each entry.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The three arrays as memory, for writes that go on while others run.</summary>
    internal (ReadOnlyMemory<long> Indptr, ReadOnlyMemory<int> Indices, ReadOnlyMemory<float> Values) Memory =>
        (_indptr, _indices, _values);

    /// <summary>Number of entries in one row.</summary>
    public int RowLength(int row) => (int)(_indptr[row + 1] - _indptr[row]);

    /// <summary>[RowCount], the number of entries in each row.</summary>
    public int[] RowLengths()
    {
        var lengths = new int[RowCount];
        for (var row = 0; row < lengths.Length; row++) lengths[row] = RowLength(row);
        return lengths;
    }

    /// <summary>[ColumnCount], the number of entries in each column.</summary>
    public int[] ColumnLengths()
    {
        var lengths = new int[ColumnCount];
        foreach (var column in Indices) lengths[column]++;
        return lengths;
    }

    /// <summary>Number of entries in the longest row.</summary>
    public int LongestRow()
    {
        var longest = 0;
        for (var row = 0; row < RowCount; row++) longest = Math.Max(longest, RowLength(row));
        return longest;
    }

    /// <summary>The columns of one row, ascending.</summary>
    public ReadOnlySpan<int> RowIndices(int row) => _indices.AsSpan((int)_indptr[row], RowLength(row));

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<float> RowValues(int row) => _values.AsSpan((int)_indptr[row], RowLength(row));

    /// <summary>The same entries with other values.</summary>
    /// <param name="map">From an entry's value to its new value; called on several threads; must not throw.</param>
    public CsrMatrix MapValues(Func<float, float> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var mapped = new float[EntryCount];
        ParallelRanges.ForEach(EntryCount, (start, end) =>
        {
            for (var entry = (int)start; entry < end; entry++) mapped[entry] = map(_values[entry]);
        });
        return new CsrMatrix(ColumnCount, _indptr, _indices, mapped, start: 0);
    }

    /// <summary>The same rows among others that are empty; the entries are not copied.</summary>
    /// <param name="firstRow">The row that the first one becomes.</param>
    /// <param name="rowCount">Number of rows of all.</param>
    public CsrMatrix Embedded(int firstRow, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, rowCount - RowCount);
        var indptr = new long[rowCount + 1];
        _indptr.CopyTo(indptr, firstRow);
        indptr.AsSpan(firstRow + RowCount).Fill(EntryCount);
        return new CsrMatrix(ColumnCount, indptr, _indices, _values, start: 0);
    }

    /// <summary>Some of the rows, from <paramref name="firstRow"/> on; the entries are not copied.</summary>
    public CsrMatrix Slice(int firstRow, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, RowCount - rowCount);
        if (rowCount == RowCount) return this;
        var start = _indptr[firstRow];
        var indptr = new long[rowCount + 1];
        for (var row = 0; row <= rowCount; row++) indptr[row] = _indptr[firstRow + row] - start;
        return new CsrMatrix(ColumnCount, indptr, _indices, _values, (int)start);
    }

    /// <summary>Some of the columns, from <paramref name="firstColumn"/> on, with all rows; a copy.</summary>
    public CsrMatrix SliceColumns(int firstColumn, int columnCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstColumn);
        ArgumentOutOfRangeException.ThrowIfNegative(columnCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstColumn, ColumnCount - columnCount);
        var (indptr, indices, values) = (new long[RowCount + 1], new List<int>(), new List<float>());
        for (var row = 0; row < RowCount; row++)
        {
            var columns = RowIndices(row);
            var (first, end) = (Position(columns, firstColumn), Position(columns, firstColumn + columnCount));
            foreach (var column in columns[first..end]) indices.Add(column - firstColumn);
            values.AddRange(RowValues(row)[first..end]);
            indptr[row + 1] = indices.Count;
        }

        return new CsrMatrix(columnCount, indptr, indices.ToArray(), values.ToArray(), start: 0);

        static int Position(ReadOnlySpan<int> columns, int column)
        {
            var found = columns.BinarySearch(column);
            return found < 0 ? ~found : found;
        }
    }
}

/// <summary>The rules of a CSR matrix, each with a message that says where it is broken.</summary>
file static class CsrValidation
{
    public static void Check(int columnCount, long[] indptr, int[] indices, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columnCount);
        if (indptr.Length == 0)
            throw new ArgumentException("indptr is empty; it has rowCount + 1 elements.", nameof(indptr));
        if (indptr[0] != 0) throw new ArgumentException($"indptr starts at {indptr[0]}; expected 0.", nameof(indptr));
        Require.Length(indices.LongLength, indptr[^1], nameof(indices));
        Require.Length(values.LongLength, indptr[^1], nameof(values));
        for (var row = 0; row < indptr.Length - 1; row++)
            if (indptr[row + 1] < indptr[row])
                throw new ArgumentException($"indptr decreases after row {row}.", nameof(indptr));
        for (var row = 0; row < indptr.Length - 1; row++)
            CheckRow(row, columnCount, indices.AsSpan((int)indptr[row]..(int)indptr[row + 1]));

        var bad = Array.FindIndex(values, value => !float.IsFinite(value));
        if (bad >= 0)
            throw new ArgumentException($"values[{bad}] is {values[bad]}; expected a finite number.", nameof(values));
    }

    private static void CheckRow(int row, int columnCount, ReadOnlySpan<int> indices)
    {
        var previous = -1;
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)columnCount)
                throw new ArgumentException($"row {row} has column {index}; there are {columnCount}.", nameof(indices));
            if (index <= previous)
                throw new ArgumentException(
                    $"row {row} has column {index} after {previous}; columns must ascend.", nameof(indices));
            previous = index;
        }
    }
}

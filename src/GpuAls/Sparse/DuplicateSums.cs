namespace GpuAls;

/// <summary>
/// Merges entries with the same row and column: sums them in fp64, or averages them if they are ratings.
/// </summary>
internal sealed class DuplicateSums
{
    private readonly long[] _starts;
    private readonly int[] _columns;
    private readonly float[] _sums;
    private readonly int[] _lengths;
    private readonly int _parts;
    private readonly Feedback _feedback;

    /// <param name="starts">[rows + 1], where each row starts.</param>
    /// <param name="columns">[entries or more], ascending within a row; overwritten from the start of each row.</param>
    /// <param name="values">
    /// [entries or more], in the order in which duplicates are summed; null if each entry is 1.
    /// </param>
    /// <param name="feedback">What the values are.</param>
    public DuplicateSums(long[] starts, int[] columns, float[]? values, Feedback feedback)
    {
        _feedback = feedback;
        (_starts, _columns, _sums) = (starts, columns, values ?? new float[starts[^1]]);
        _lengths = new int[starts.Length - 1];
        _parts = Segments.CountFor(starts[^1]);
        var (cancelled, overflows) = (new long[_parts], new (int Row, int Column)?[_parts]);
        Parallel.For(0, _parts, part =>
        {
            var end = Segments.FirstRow(_starts, part + 1, _parts);
            for (var row = Segments.FirstRow(_starts, part, _parts); row < end; row++)
                SumRow(row, values is null, ref cancelled[part], ref overflows[part]);
        });
        Cancelled = cancelled.Sum();
        Overflow = overflows.FirstOrDefault(overflow => overflow is not null);
    }

    /// <summary>Number of entries left out because their sum is 0.</summary>
    public long Cancelled { get; }

    /// <summary>The first entry whose sum is not finite in fp32.</summary>
    public (int Row, int Column)? Overflow { get; }

    /// <exception cref="ArgumentException">A sum is not finite in fp32.</exception>
    public CsrMatrix ToMatrix(int columnCount)
    {
        var indptr = new long[_starts.Length];
        for (var row = 0; row < _lengths.Length; row++) indptr[row + 1] = indptr[row] + _lengths[row];
        if (indptr[^1] == _starts[^1] && Overflow is null)
            return CsrMatrix.InBuffers(columnCount, indptr, _columns, _sums);
        var (indices, values) = (new int[indptr[^1]], new float[indptr[^1]]);
        Parallel.For(0, _parts, part =>
        {
            var end = Segments.FirstRow(_starts, part + 1, _parts);
            for (var row = Segments.FirstRow(_starts, part, _parts); row < end; row++)
            {
                _columns.AsSpan((int)_starts[row], _lengths[row]).CopyTo(indices.AsSpan((int)indptr[row]));
                _sums.AsSpan((int)_starts[row], _lengths[row]).CopyTo(values.AsSpan((int)indptr[row]));
            }
        });
        return new CsrMatrix(columnCount, indptr, indices, values);
    }

    private void SumRow(int row, bool areOnes, ref long cancelled, ref (int Row, int Column)? overflow)
    {
        var (start, end) = ((int)_starts[row], (int)_starts[row + 1]);
        var next = start;
        for (var entry = start; entry < end;)
        {
            var column = _columns[entry];
            var first = entry;
            double sum = 0;
            for (; entry < end && _columns[entry] == column; entry++) sum += areOnes ? 1 : _sums[entry];
            var rounded = (float)(_feedback == Feedback.Explicit ? sum / (entry - first) : sum);
            if (rounded == 0 && _feedback == Feedback.Implicit)
            {
                cancelled++;
                continue;
            }

            if (!float.IsFinite(rounded)) overflow ??= (row, column);
            (_columns[next], _sums[next++]) = (column, rounded);
        }

        _lengths[row] = next - start;
    }
}

namespace GpuAls.Sparse;

/// <summary>The entries of a CSR matrix, one for each place that coordinates name, duplicates summed in fp64.</summary>
internal sealed class DuplicateSums
{
    private readonly long[] _indptr;
    private readonly int[] _indices;
    private readonly float[] _sums;
    private int _count;

    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rows">[entries], the row of each entry.</param>
    /// <param name="columns">[entries], the column of each entry.</param>
    /// <param name="values">[entries]; empty where each entry is 1.</param>
    /// <param name="order">[entries], entry numbers by row, then by column.</param>
    public DuplicateSums(int rowCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, int[] order)
    {
        _indptr = new long[rowCount + 1];
        _indices = new int[order.Length];
        _sums = new float[order.Length];
        for (var i = 0; i < order.Length;)
        {
            var (row, column) = (rows[order[i]], columns[order[i]]);
            double sum = 0;
            for (; i < order.Length && rows[order[i]] == row && columns[order[i]] == column; i++) sum += values.IsEmpty ? 1 : values[order[i]];
            Add(row, column, (float)sum);
        }

        for (var row = 0; row < rowCount; row++) _indptr[row + 1] += _indptr[row];
    }

    /// <summary>Places left out because their sum is 0.</summary>
    public long Cancelled { get; private set; }

    /// <summary>The first place whose sum is not finite in fp32.</summary>
    public (int Row, int Column)? Overflow { get; private set; }

    /// <exception cref="ArgumentException">A sum is not finite in fp32.</exception>
    public CsrMatrix ToMatrix(int columnCount) => new(columnCount, _indptr, _indices[.._count], _sums[.._count]);

    private void Add(int row, int column, float sum)
    {
        if (sum == 0)
        {
            Cancelled++;
            return;
        }

        if (!float.IsFinite(sum)) Overflow ??= (row, column);
        (_indices[_count], _sums[_count]) = (column, sum);
        _count++;
        _indptr[row + 1]++;
    }
}

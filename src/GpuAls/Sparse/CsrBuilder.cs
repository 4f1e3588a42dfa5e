using GpuAls.Indexing;

namespace GpuAls.Sparse;

/// <summary>
/// COO → CSR by two stable counting sorts, first by column, then by row: linear in the entries, and duplicates meet in the
/// order of the input, so that their sum does not depend on how the work was divided.
/// </summary>
public static class CsrBuilder
{
    /// <summary>The plays of an input in both directions; duplicates summed in fp64, sums of 0 left out.</summary>
    public static InteractionMatrix Build(IndexedInteractions interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var byUser = FromCoordinates(
            interactions.Users.Count, interactions.Items.Count, interactions.UserIndices, interactions.ItemIndices, interactions.Weights);
        return new InteractionMatrix(interactions.Users, interactions.Items, byUser);
    }

    /// <summary>A CSR matrix from coordinates in any order; duplicates summed in fp64, sums of 0 left out.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rows">[entries], the row of each entry.</param>
    /// <param name="columns">[entries], the column of each entry.</param>
    /// <param name="values">[entries]; null where each entry is 1.</param>
    /// <exception cref="ArgumentException">An index is out of range, or the sum of an entry is not finite in fp32.</exception>
    public static CsrMatrix FromCoordinates(
        int rowCount, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        Require.Length(columns.Length, rows.Length, nameof(columns));
        if (!values.IsEmpty) Require.Length(values.Length, rows.Length, nameof(values));
        var byColumn = StableOrder(columns, columnCount, order: null);
        var byRow = StableOrder(rows, rowCount, byColumn);
        return SumDuplicates(rowCount, columnCount, rows, columns, values, byRow);
    }

    /// <summary>The same entries with rows and columns exchanged.</summary>
    public static CsrMatrix Transpose(CsrMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var indptr = Starts(matrix.Indices, matrix.ColumnCount);
        var next = indptr[..^1];
        var indices = new int[matrix.EntryCount];
        var values = new float[matrix.EntryCount];
        for (var row = 0; row < matrix.RowCount; row++)
        {
            var rowIndices = matrix.RowIndices(row);
            var rowValues = matrix.RowValues(row);
            for (var entry = 0; entry < rowIndices.Length; entry++)
            {
                var place = next[rowIndices[entry]]++;
                (indices[place], values[place]) = (row, rowValues[entry]);
            }
        }

        return new CsrMatrix(matrix.RowCount, indptr, indices, values);
    }

    /// <summary>Where each key starts when sorted, [keyCount + 1].</summary>
    private static long[] Starts(ReadOnlySpan<int> keys, int keyCount)
    {
        var starts = new long[keyCount + 1];
        foreach (var key in keys) starts[key + 1]++;
        for (var key = 0; key < keyCount; key++) starts[key + 1] += starts[key];
        return starts;
    }

    /// <summary>Entry numbers sorted by key, those of one key in the given order (null: by number).</summary>
    private static int[] StableOrder(ReadOnlySpan<int> keys, int keyCount, int[]? order)
    {
        foreach (var key in keys)
            if ((uint)key >= (uint)keyCount) throw new ArgumentException($"index {key} is out of range; there are {keyCount}.", nameof(keys));
        var next = Starts(keys, keyCount);
        var sorted = new int[keys.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            var entry = order is null ? i : order[i];
            sorted[next[keys[entry]]++] = entry;
        }

        return sorted;
    }

    private static CsrMatrix SumDuplicates(
        int rowCount, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, int[] order)
    {
        var indptr = new long[rowCount + 1];
        var indices = new int[order.Length];
        var sums = new float[order.Length];
        var count = 0;
        for (var i = 0; i < order.Length;)
        {
            var (row, column) = (rows[order[i]], columns[order[i]]);
            double sum = 0;
            for (; i < order.Length && rows[order[i]] == row && columns[order[i]] == column; i++) sum += values.IsEmpty ? 1 : values[order[i]];
            if ((float)sum == 0) continue;
            (indices[count], sums[count]) = (column, (float)sum);
            count++;
            indptr[row + 1]++;
        }

        for (var row = 0; row < rowCount; row++) indptr[row + 1] += indptr[row];
        return new CsrMatrix(columnCount, indptr, indices[..count], sums[..count]);
    }
}

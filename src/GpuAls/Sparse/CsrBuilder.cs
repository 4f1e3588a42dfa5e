using GpuAls.Indexing;

namespace GpuAls.Sparse;

/// <summary>Matrices in CSR form from rows of plays and from each other; the bytes do not depend on the number of threads.</summary>
public static class CsrBuilder
{
    /// <summary>The plays of an input in both directions; duplicates summed in fp64, sums of 0 left out and counted.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: the weights of a user and an item add up to more than fp32 holds.</exception>
    public static InteractionMatrix Build(IndexedInteractions interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var (users, items) = (interactions.Users, interactions.Items);
        var sums = Sum(users.Count, items.Count, interactions.UserIndices, interactions.ItemIndices, interactions.Weights);
        if (sums.Overflow is var (user, item)) throw TooLarge(users.Format(user), items.Format(item));
        return new InteractionMatrix(users, items, sums.ToMatrix(items.Count)) { CancelledPairs = sums.Cancelled };
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
        return Sum(rowCount, columnCount, rows.ToArray(), columns.ToArray(), values.IsEmpty ? null : values.ToArray()).ToMatrix(columnCount);
    }

    /// <summary>The same entries with rows and columns exchanged.</summary>
    public static CsrMatrix Transpose(CsrMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var parts = Segments.CountFor(matrix.EntryCount);
        var sort = new CountingSort(matrix.ColumnCount, parts, (part, counts) =>
        {
            var (first, end) = (Segments.FirstRow(matrix.Indptr, part, parts), Segments.FirstRow(matrix.Indptr, part + 1, parts));
            foreach (var column in matrix.Indices[(int)matrix.Indptr[first]..(int)matrix.Indptr[end]]) counts[column]++;
        });
        var indices = new int[matrix.EntryCount];
        var values = new float[matrix.EntryCount];
        Parallel.For(0, parts, part => ScatterRows(matrix, part, parts, sort.Next(part), indices, values));
        return new CsrMatrix(matrix.RowCount, sort.Starts, indices, values);
    }

    private static void ScatterRows(CsrMatrix matrix, int part, int parts, int[] next, int[] indices, float[] values)
    {
        var end = Segments.FirstRow(matrix.Indptr, part + 1, parts);
        for (var row = Segments.FirstRow(matrix.Indptr, part, parts); row < end; row++)
        {
            var rowIndices = matrix.RowIndices(row);
            var rowValues = matrix.RowValues(row);
            for (var entry = 0; entry < rowIndices.Length; entry++)
            {
                var place = next[rowIndices[entry]]++;
                (indices[place], values[place]) = (row, rowValues[entry]);
            }
        }
    }

    private static DuplicateSums Sum(int rowCount, int columnCount, int[] rows, int[] columns, float[]? values)
    {
        CheckRange(rows, rowCount);
        CheckRange(columns, columnCount);
        var (starts, sortedColumns, sortedValues) = new CsrAssembly(rowCount, columnCount).Sort(rows, columns, values);
        return new DuplicateSums(starts, sortedColumns, sortedValues);
    }

    private static void CheckRange(ReadOnlySpan<int> keys, int keyCount)
    {
        if (!keys.ContainsAnyExceptInRange(0, keyCount - 1)) return;
        var bad = keys[keys.IndexOfAnyExceptInRange(0, keyCount - 1)];
        throw new ArgumentException($"index {bad} is out of range; there are {keyCount}.", nameof(keys));
    }

    private static GpuAlsException TooLarge(string user, string item) => new(
        FailureKind.BadInput,
        $"the weights of user '{user}' and item '{item}' add up to more than fp32 holds ({float.MaxValue:g2}). Divide all weights by a constant, or mend these.");
}

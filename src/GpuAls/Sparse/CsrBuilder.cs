using GpuAls.Indexing;

namespace GpuAls.Sparse;

/// <summary>
/// COO → CSR by two stable counting sorts, first by column, then by row: linear in the entries, and duplicates meet in the
/// order of the input, so that their sum does not depend on how the work was divided.
/// </summary>
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
        return Sum(rowCount, columnCount, rows, columns, values).ToMatrix(columnCount);
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

    private static DuplicateSums Sum(
        int rowCount, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        var byColumn = StableOrder(columns, columnCount, order: null);
        return new DuplicateSums(rowCount, rows, columns, values, StableOrder(rows, rowCount, byColumn));
    }

    private static GpuAlsException TooLarge(string user, string item) => new(
        FailureKind.BadInput,
        $"the weights of user '{user}' and item '{item}' add up to more than fp32 holds ({float.MaxValue:g2}). Divide all weights by a constant, or mend these.");
}

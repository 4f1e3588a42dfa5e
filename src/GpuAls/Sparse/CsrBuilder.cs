namespace GpuAls;

/// <summary>
/// Builds CSR matrices from plays and transposes them; the result does not depend on the number of threads.
/// </summary>
internal static class CsrBuilder
{
    /// <summary>
    /// The plays of an input in both directions. Duplicates are summed in fp64; sums of 0 are left out and counted.
    /// Duplicate ratings are averaged, and nothing is left out.
    /// </summary>
    /// <param name="interactions">Its rows move into the matrices; it has none afterwards.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the weights of a user and an item add up to more than fp32 holds.
    /// </exception>
    public static InteractionMatrix Build(IndexedInteractions interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var (users, items) = (interactions.Users, interactions.Items);
        var feedback = interactions.Feedback;
        var garbage = new LargeGarbage();
        var sorted = Sort(interactions);
        garbage.WaitIfDue(); // the rows' users, which are in the order of the matrix now
        var sums = new DuplicateSums(sorted.Starts, sorted.Columns, sorted.Values, feedback);
        if (sums.Overflow is var (user, item)) throw TooLarge(users.Format(user), items.Format(item));
        var byUser = sums.ToMatrix(items.Count);
        var byItem = Transpose(byUser, sorted.SpareIndices, sorted.SpareValues);
        return new InteractionMatrix(
            users, items, byUser, byItem)
        { Feedback = feedback, CancelledPairs = sums.Cancelled };
    }

    /// <summary>The entries of a matrix under other numbers of rows and columns.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="rows">[its rows], the new number of each; -1 to leave it out.</param>
    /// <param name="rowCount">Number of new rows.</param>
    /// <param name="columns">[its columns], the new number of each; -1 to leave it out.</param>
    /// <param name="columnCount">Number of new columns.</param>
    /// <param name="feedback">What the values are.</param>
    public static CsrMatrix Renumbered(
        CsrMatrix matrix, int[] rows, int rowCount, int[] columns, int columnCount, Feedback feedback)
    {
        var (newRows, newColumns, values) = (new List<int>(), new List<int>(), new List<float>());
        for (var row = 0; row < matrix.RowCount; row++)
        {
            if (rows[row] < 0) continue;
            var indices = matrix.RowIndices(row);
            var rowValues = matrix.RowValues(row);
            for (var entry = 0; entry < indices.Length; entry++)
            {
                if (columns[indices[entry]] < 0) continue;
                newRows.Add(rows[row]);
                newColumns.Add(columns[indices[entry]]);
                values.Add(rowValues[entry]);
            }
        }

        return FromCoordinates(
            rowCount, columnCount, newRows.ToArray(), newColumns.ToArray(), values.ToArray(), feedback);
    }

    /// <summary>A CSR matrix from coordinates in any order; duplicates are merged as in <see cref="Build"/>.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rows">[entries], the row of each entry.</param>
    /// <param name="columns">[entries], the column of each entry.</param>
    /// <param name="values">[entries]; empty if each entry is 1.</param>
    /// <param name="feedback">What the values are.</param>
    /// <exception cref="ArgumentException">
    /// An index is out of range, or the sum of an entry is not finite in fp32.
    /// </exception>
    public static CsrMatrix FromCoordinates(
        int rowCount,
        int columnCount,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> columns,
        ReadOnlySpan<float> values,
        Feedback feedback = Feedback.Implicit)
    {
        Require.Length(columns.Length, rows.Length, nameof(columns));
        if (!values.IsEmpty) Require.Length(values.Length, rows.Length, nameof(values));
        var ownValues = values.IsEmpty ? null : values.ToArray();
        var sorted = Sort(rowCount, columnCount, rows.Length, rows.ToArray(), columns.ToArray(), ownValues);
        return new DuplicateSums(sorted.Starts, sorted.Columns, sorted.Values, feedback).ToMatrix(columnCount);
    }

    /// <summary>The same entries with rows and columns swapped.</summary>
    public static CsrMatrix Transpose(CsrMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return Transpose(matrix, [], null);
    }

    /// <summary>Some columns of a matrix as rows of another.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="slots">[columns], the row that each becomes; -1 to leave it out.</param>
    /// <param name="slotCount">How many are taken.</param>
    /// <param name="firstRow">What is added to the numbers of the rows, which become columns.</param>
    public static CsrMatrix TransposeSome(CsrMatrix matrix, int[] slots, int slotCount, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(slots);
        var parts = Segments.CountFor(matrix.EntryCount);
        var sort = new CountingSort(slotCount, parts, (part, counts) =>
        {
            foreach (var column in IndicesOf(matrix, part, parts))
                if (slots[column] is var slot and >= 0) counts[slot]++;
        });
        var count = (int)sort.Starts[^1];
        var (indices, values) = (
            GC.AllocateUninitializedArray<int>(count), GC.AllocateUninitializedArray<float>(count));
        Parallel.For(0, parts, part =>
        {
            var next = sort.Next(part);
            var end = Segments.FirstRow(matrix.Indptr, part + 1, parts);
            for (var row = Segments.FirstRow(matrix.Indptr, part, parts); row < end; row++)
            {
                var columns = matrix.RowIndices(row);
                var rowValues = matrix.RowValues(row);
                for (var entry = 0; entry < columns.Length; entry++)
                {
                    if (slots[columns[entry]] is not (var slot and >= 0)) continue;
                    var position = next[slot]++;
                    (indices[position], values[position]) = (firstRow + row, rowValues[entry]);
                }
            }
        });
        return CsrMatrix.InBuffers(firstRow + matrix.RowCount, sort.Starts, indices, values);
    }

    /// <param name="matrix">The matrix.</param>
    /// <param name="spareIndices">A buffer for the entries, used if it has the right length.</param>
    /// <param name="spareValues">A buffer for their values, used if it has the right length.</param>
    private static CsrMatrix Transpose(CsrMatrix matrix, int[] spareIndices, float[]? spareValues)
    {
        var parts = Segments.CountFor(matrix.EntryCount);
        var sort = new CountingSort(matrix.ColumnCount, parts, (part, counts) =>
        {
            foreach (var column in IndicesOf(matrix, part, parts)) counts[column]++;
        });
        var count = (int)matrix.EntryCount;
        var indices = spareIndices.Length == count ? spareIndices : GC.AllocateUninitializedArray<int>(count);
        var values = spareValues?.Length == count ? spareValues : GC.AllocateUninitializedArray<float>(count);
        Parallel.For(0, parts, part => ScatterRows(matrix, part, parts, sort.Next(part), indices, values));
        return new CsrMatrix(matrix.RowCount, sort.Starts, indices, values);
    }

    /// <summary>The columns of the entries of a part.</summary>
    private static ReadOnlySpan<int> IndicesOf(CsrMatrix matrix, int part, int parts)
    {
        var (first, end) = (
            Segments.FirstRow(matrix.Indptr, part, parts), Segments.FirstRow(matrix.Indptr, part + 1, parts));
        return matrix.Indices[(int)matrix.Indptr[first]..(int)matrix.Indptr[end]];
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
                var position = next[rowIndices[entry]]++;
                (indices[position], values[position]) = (row, rowValues[entry]);
            }
        }
    }

    private static SortedEntries Sort(IndexedInteractions interactions)
    {
        var count = interactions.RowCount;
        var (rows, columns, values) = interactions.Take();
        return Sort(interactions.Users.Count, interactions.Items.Count, count, rows, columns, values);
    }

    private static SortedEntries Sort(
        int rowCount, int columnCount, int entryCount, int[] rows, int[] columns, float[]? values)
    {
        CheckRange(rows.AsSpan(0, entryCount), rowCount);
        CheckRange(columns.AsSpan(0, entryCount), columnCount);
        return new CoordinateSort(rowCount, columnCount, entryCount).Sort(rows, columns, values);
    }

    private static void CheckRange(ReadOnlySpan<int> keys, int keyCount)
    {
        if (!keys.ContainsAnyExceptInRange(0, keyCount - 1)) return;
        var bad = keys[keys.IndexOfAnyExceptInRange(0, keyCount - 1)];
        throw new ArgumentException($"index {bad} is out of range; there are {keyCount}.", nameof(keys));
    }

    internal static GpuAlsException TooLarge(string user, string item) => new(
        FailureKind.BadInput,
        $"the weights of user '{user}' and item '{item}' add up to more than fp32 can hold ({float.MaxValue:g2}). "
        + "Divide all weights by a constant, or correct these.");
}

namespace GpuAls.Sparse;

/// <summary>
/// COO → CSR by two stable counting sorts, first by column, then by row, each over parts of its input at once: linear in the entries,
/// and duplicates meet in the order of the input, so that their sum does not depend on how the work was divided.
/// </summary>
/// <param name="rowCount">Number of rows.</param>
/// <param name="columnCount">Number of columns.</param>
internal sealed class CsrAssembly(int rowCount, int columnCount)
{
    /// <summary>The entries in CSR order, duplicates not yet summed.</summary>
    /// <param name="rows">[entries].</param>
    /// <param name="columns">[entries].</param>
    /// <param name="values">[entries]; null where each entry is 1.</param>
    /// <returns>indptr [rowCount + 1], columns [entries], values [entries] or null.</returns>
    public (long[] Indptr, int[] Columns, float[]? Values) Sort(int[] rows, int[] columns, float[]? values)
    {
        var parts = Segments.CountFor(rows.Length);
        var byColumn = Count(columns, columnCount, parts);
        var (sortedRows, sortedValues) = (new int[rows.Length], values is null ? null : new float[rows.Length]);
        Parallel.For(0, parts, part => ScatterByColumn(part, parts, byColumn, rows, columns, values, sortedRows, sortedValues));

        var byRow = Count(sortedRows, rowCount, parts);
        var (csrColumns, csrValues) = (new int[rows.Length], values is null ? null : new float[rows.Length]);
        Parallel.For(0, parts, part => ScatterByRow(part, parts, byColumn.Starts, byRow, sortedRows, sortedValues, csrColumns, csrValues));
        return (byRow.Starts, csrColumns, csrValues);
    }

    private static CountingSort Count(int[] keys, int keyCount, int parts) => new(keyCount, parts, (part, counts) =>
    {
        foreach (var key in Part(keys, part, parts)) counts[key]++;
    });

    private static ReadOnlySpan<int> Part(int[] keys, int part, int parts) =>
        keys.AsSpan(Segments.Start(keys.Length, part, parts)..Segments.Start(keys.Length, part + 1, parts));

    private static void ScatterByColumn(
        int part, int parts, CountingSort sort, int[] rows, int[] columns, float[]? values, int[] sortedRows, float[]? sortedValues)
    {
        var next = sort.Next(part);
        var end = Segments.Start(rows.Length, part + 1, parts);
        for (var entry = Segments.Start(rows.Length, part, parts); entry < end; entry++)
        {
            var place = next[columns[entry]]++;
            sortedRows[place] = rows[entry];
            if (values is not null) sortedValues![place] = values[entry];
        }
    }

    private static void ScatterByRow(
        int part, int parts, long[] columnStarts, CountingSort sort, int[] sortedRows, float[]? sortedValues, int[] csrColumns, float[]? csrValues)
    {
        var next = sort.Next(part);
        var start = Segments.Start(sortedRows.Length, part, parts);
        var end = Segments.Start(sortedRows.Length, part + 1, parts);
        var column = 0;
        while (columnStarts[column + 1] <= start && start < end) column++;
        for (var entry = start; entry < end; entry++)
        {
            while (columnStarts[column + 1] <= entry) column++;
            var place = next[sortedRows[entry]]++;
            csrColumns[place] = column;
            if (sortedValues is not null) csrValues![place] = sortedValues[entry];
        }
    }
}

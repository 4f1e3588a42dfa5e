namespace GpuAls;

/// <summary>
/// COO → CSR by two stable counting sorts, first by column, then by row, each over parts of its input at once: linear in the entries,
/// and duplicates meet in the order of the input, so that their sum does not depend on how the work was divided.
/// </summary>
/// <param name="rowCount">Number of rows.</param>
/// <param name="columnCount">Number of columns.</param>
/// <param name="entryCount">Number of entries.</param>
internal sealed class CsrAssembly(int rowCount, int columnCount, int entryCount)
{
    private readonly int _parts = Segments.CountFor(entryCount);

    /// <summary>The entries in CSR order, duplicates not yet summed.</summary>
    /// <param name="rows">[entries or more].</param>
    /// <param name="columns">[entries or more]; receives those of the result.</param>
    /// <param name="values">[entries or more]; receives those of the result; null where each entry is 1.</param>
    public SortedEntries Sort(int[] rows, int[] columns, float[]? values)
    {
        var byColumn = Count(columns, columnCount);
        var sortedRows = GC.AllocateUninitializedArray<int>(entryCount);
        var sortedValues = values is null ? null : GC.AllocateUninitializedArray<float>(entryCount);
        Parallel.For(0, _parts, part => ScatterByColumn(part, byColumn, rows, columns, values, sortedRows, sortedValues));

        var byRow = Count(sortedRows, rowCount);
        Parallel.For(0, _parts, part => ScatterByRow(part, byColumn.Starts, byRow, sortedRows, sortedValues, columns, values));
        return new SortedEntries(byRow.Starts, columns, values, sortedRows, sortedValues);
    }

    private CountingSort Count(int[] keys, int keyCount) => new(keyCount, _parts, (part, counts) =>
    {
        foreach (var key in keys.AsSpan(Start(part)..Start(part + 1))) counts[key]++;
    });

    private int Start(int part) => Segments.Start(entryCount, part, _parts);

    private void ScatterByColumn(int part, CountingSort sort, int[] rows, int[] columns, float[]? values, int[] sortedRows, float[]? sortedValues)
    {
        var next = sort.Next(part);
        var end = Start(part + 1);
        for (var entry = Start(part); entry < end; entry++)
        {
            var place = next[columns[entry]]++;
            sortedRows[place] = rows[entry];
            if (values is not null) sortedValues![place] = values[entry];
        }
    }

    private void ScatterByRow(
        int part, long[] columnStarts, CountingSort sort, int[] sortedRows, float[]? sortedValues, int[] csrColumns, float[]? csrValues)
    {
        var next = sort.Next(part);
        var (start, end) = (Start(part), Start(part + 1));
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

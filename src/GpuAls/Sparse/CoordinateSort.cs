namespace GpuAls;

/// <summary>
/// COO → CSR by two stable counting sorts, first by column, then by row, each over parts of its input in parallel. It
/// takes linear time, and duplicates keep the order of the input, so their sum does not depend on how the work is
/// divided.
/// </summary>
/// <param name="rowCount">Number of rows.</param>
/// <param name="columnCount">Number of columns.</param>
/// <param name="entryCount">Number of entries.</param>
internal sealed class CoordinateSort(int rowCount, int columnCount, int entryCount)
{
    private readonly int _parts = Segments.CountFor(entryCount);

    /// <summary>The entries in CSR order, duplicates not yet summed.</summary>
    /// <param name="rows">[entries or more].</param>
    /// <param name="columns">[entries or more]; overwritten with the result.</param>
    /// <param name="values">[entries or more]; overwritten with the result; null if each entry is 1.</param>
    public SortedEntries Sort(int[] rows, int[] columns, float[]? values)
    {
        var byColumn = Count(columns, columnCount);
        var sortedRows = GC.AllocateUninitializedArray<int>(entryCount);
        var sortedValues = values is null ? null : GC.AllocateUninitializedArray<float>(entryCount);
        Parallel.For(
            0, _parts, part => ScatterByColumn(part, byColumn, rows, columns, values, sortedRows, sortedValues));

        var byRow = Count(sortedRows, rowCount);
        Parallel.For(
            0, _parts, part => ScatterByRow(part, byColumn.Starts, byRow, sortedRows, sortedValues, columns, values));
        return new SortedEntries(byRow.Starts, columns, values, sortedRows, sortedValues);
    }

    private CountingSort Count(int[] keys, int keyCount) => new(keyCount, _parts, (part, counts) =>
    {
        foreach (var key in keys.AsSpan(Start(part)..Start(part + 1))) counts[key]++;
    });

    private int Start(int part) => Segments.Start(entryCount, part, _parts);

    private void ScatterByColumn(
        int part,
        CountingSort sort,
        int[] rows,
        int[] columns,
        float[]? values,
        int[] sortedRows,
        float[]? sortedValues)
    {
        var next = sort.Next(part);
        var end = Start(part + 1);
        for (var entry = Start(part); entry < end; entry++)
        {
            var position = next[columns[entry]]++;
            sortedRows[position] = rows[entry];
            if (values is not null) sortedValues![position] = values[entry];
        }
    }

    private void ScatterByRow(
        int part,
        long[] columnStarts,
        CountingSort sort,
        int[] sortedRows,
        float[]? sortedValues,
        int[] csrColumns,
        float[]? csrValues)
    {
        var next = sort.Next(part);
        var (start, end) = (Start(part), Start(part + 1));
        var column = 0;
        while (columnStarts[column + 1] <= start && start < end) column++;
        for (var entry = start; entry < end; entry++)
        {
            while (columnStarts[column + 1] <= entry) column++;
            var position = next[sortedRows[entry]]++;
            csrColumns[position] = column;
            if (sortedValues is not null) csrValues![position] = sortedValues[entry];
        }
    }
}

/// <summary>Entries in CSR order, duplicates not yet summed.</summary>
/// <param name="Starts">[rows + 1], where each row starts.</param>
/// <param name="Columns">[entries or more], ascending within a row.</param>
/// <param name="Values">[entries or more]; null if each entry is 1.</param>
/// <param name="SpareIndices">[entries], a buffer that can be reused.</param>
/// <param name="SpareValues">[entries], a buffer that can be reused; null if each entry is 1.</param>
internal sealed record SortedEntries(
    long[] Starts, int[] Columns, float[]? Values, int[] SpareIndices, float[]? SpareValues);

/// <summary>
/// Target positions of a stable counting sort whose input is cut into parts: entries with the same key keep the order
/// of their parts.
/// </summary>
internal sealed class CountingSort
{
    private readonly int[][] _next;

    /// <param name="keyCount">Keys are 0 .. keyCount - 1.</param>
    /// <param name="partCount">Number of parts.</param>
    /// <param name="count">Counts the keys of a part: part, then [keyCount] to add to.</param>
    public CountingSort(int keyCount, int partCount, Action<int, int[]> count)
    {
        _next = new int[partCount][];
        Parallel.For(0, partCount, part => count(part, _next[part] = new int[keyCount]));
        Starts = new long[keyCount + 1];
        var position = 0;
        for (var key = 0; key < keyCount; key++)
        {
            Starts[key] = position;
            foreach (var next in _next) (next[key], position) = (position, position + next[key]);
        }

        Starts[keyCount] = position;
    }

    /// <summary>[keyCount + 1], the position where each key starts in the sorted order.</summary>
    public long[] Starts { get; }

    /// <summary>[keyCount], the position of the next entry of each key; the caller increments it.</summary>
    public int[] Next(int part) => _next[part];
}

namespace GpuAls;

/// <summary>The rules of a CSR matrix, each with a message that names the place where it is broken.</summary>
internal static class CsrValidation
{
    public static void Check(int columnCount, long[] indptr, int[] indices, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columnCount);
        if (indptr.Length == 0) throw new ArgumentException("indptr is empty; it has rowCount + 1 elements.", nameof(indptr));
        if (indptr[0] != 0) throw new ArgumentException($"indptr starts at {indptr[0]}; expected 0.", nameof(indptr));
        Require.Length(indices.LongLength, indptr[^1], nameof(indices));
        Require.Length(values.LongLength, indptr[^1], nameof(values));
        for (var row = 0; row < indptr.Length - 1; row++)
            if (indptr[row + 1] < indptr[row]) throw new ArgumentException($"indptr falls after row {row}.", nameof(indptr));
        for (var row = 0; row < indptr.Length - 1; row++)
            CheckRow(row, columnCount, indices.AsSpan((int)indptr[row]..(int)indptr[row + 1]));

        var bad = Array.FindIndex(values, value => !float.IsFinite(value));
        if (bad >= 0) throw new ArgumentException($"values[{bad}] is {values[bad]}; expected a finite number.", nameof(values));
    }

    private static void CheckRow(int row, int columnCount, ReadOnlySpan<int> indices)
    {
        var previous = -1;
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)columnCount) throw new ArgumentException($"row {row} has column {index}; there are {columnCount}.", nameof(indices));
            if (index <= previous) throw new ArgumentException($"row {row} has column {index} after {previous}; columns rise.", nameof(indices));
            previous = index;
        }
    }
}

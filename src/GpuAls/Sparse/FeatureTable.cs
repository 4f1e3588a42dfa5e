namespace GpuAls;

/// <summary>Features of users or of items, one row for each id, as numbers in columns.</summary>
internal sealed class FeatureTable
{
    /// <summary>The name of the first column, which is 1 in every row.</summary>
    public const string Bias = "(bias)";

    /// <param name="ids">The ids of the rows.</param>
    /// <param name="names">The name of each column, the first of them <see cref="Bias"/>.</param>
    /// <param name="values">[ids, names].</param>
    public FeatureTable(IdIndex ids, string[] names, CsrMatrix values)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        Require.Length(values.RowCount, ids.Count, nameof(values));
        Require.Length(values.ColumnCount, names.Length, nameof(names));
        (Ids, Names, Values) = (ids, names, values);
    }

    /// <summary>The ids of the rows.</summary>
    public IdIndex Ids { get; }

    /// <summary>The name of each column.</summary>
    public string[] Names { get; }

    /// <summary>[ids, names].</summary>
    public CsrMatrix Values { get; }

    /// <summary>The rows of some ids; an id without features has the bias alone.</summary>
    /// <returns>[ids, names].</returns>
    public CsrMatrix RowsOf(IdIndex ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var rows = new int[ids.Count];
        Array.Fill(rows, -1);
        var indices = Ids.IndicesIn(ids);
        for (var row = 0; row < indices.Length; row++)
            if (indices[row] >= 0) rows[indices[row]] = row;
        return RowsAt(Values, rows);
    }

    /// <summary>Some rows in the order given; one that is not there has the bias alone.</summary>
    /// <param name="values">[rows, features].</param>
    /// <param name="rows">Which of them.</param>
    public static CsrMatrix RowsAt(CsrMatrix values, int[] rows)
    {
        var indptr = new long[rows.Length + 1];
        for (var i = 0; i < rows.Length; i++)
            indptr[i + 1] = indptr[i] + (IsThere(rows[i]) ? values.RowLength(rows[i]) : 1);
        var (indices, numbers) = (new int[indptr[^1]], new float[indptr[^1]]);
        for (var i = 0; i < rows.Length; i++)
        {
            var start = (int)indptr[i];
            numbers[start] = 1;
            if (!IsThere(rows[i])) continue;
            values.RowIndices(rows[i]).CopyTo(indices.AsSpan(start));
            values.RowValues(rows[i]).CopyTo(numbers.AsSpan(start));
        }

        return CsrMatrix.InBuffers(values.ColumnCount, indptr, indices, numbers);

        bool IsThere(int row) => (uint)row < (uint)values.RowCount;
    }
}

/// <summary>The features of both sides.</summary>
/// <param name="Users">Those of users; null for none.</param>
/// <param name="Items">Those of items; null for none.</param>
internal sealed record FeatureTables(FeatureTable? Users, FeatureTable? Items)
{
    /// <summary>No features.</summary>
    public static FeatureTables None { get; } = new(null, null);

    /// <summary>Whether there are any.</summary>
    public bool HasAny => Users is not null || Items is not null;
}

namespace GpuAls;

/// <summary>
/// The largest part of some plays in which every row and every column still has a least number of entries (the k-core
/// of the bipartite graph). It is unique: the order in which rows and columns are dropped does not matter.
/// </summary>
internal static class PlayCore
{
    /// <param name="plays">[rows, columns].</param>
    /// <param name="leastOfRow">Entries that a row must have.</param>
    /// <param name="leastOfColumn">Entries that a column must have.</param>
    /// <returns>A matrix of the same shape, in which dropped rows and columns are empty.</returns>
    public static CsrMatrix Of(CsrMatrix plays, int leastOfRow, int leastOfColumn)
    {
        if (leastOfRow <= 1 && leastOfColumn <= 1) return plays;
        var transposed = CsrBuilder.Transpose(plays);
        var (rows, columns) = (new Degrees(plays, leastOfRow), new Degrees(transposed, leastOfColumn));
        // Each row and column is dropped once, and then takes one entry from each of its neighbours.
        while (rows.Dropped.Count + columns.Dropped.Count > 0)
        {
            if (rows.Dropped.TryDequeue(out var row)) columns.LoseOne(plays.RowIndices(row));
            if (columns.Dropped.TryDequeue(out var column)) rows.LoseOne(transposed.RowIndices(column));
        }

        var isKept = new bool[plays.EntryCount];
        for (var row = 0; row < plays.RowCount; row++)
        {
            if (!rows.IsKept(row)) continue;
            for (var entry = plays.Indptr[row]; entry < plays.Indptr[row + 1]; entry++)
                isKept[entry] = columns.IsKept(plays.Indices[(int)entry]);
        }

        return EntrySelection.Select(plays, isKept, wanted: true);
    }

    /// <summary>The part of plays whose rows several processes own: they drop what has too few, in rounds.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="plays">[rows that this one owns, columns].</param>
    /// <param name="leastOfRow">Entries that a row must have.</param>
    /// <param name="leastOfColumn">Entries that a column must have.</param>
    /// <returns>A matrix of the same shape, in which dropped rows and columns are empty.</returns>
    public static CsrMatrix OfShares(IProcessGroup group, CsrMatrix plays, int leastOfRow, int leastOfColumn)
    {
        if (leastOfRow <= 1 && leastOfColumn <= 1) return plays;
        while (true)
        {
            var rows = plays;
            var columns = SharedCsr.ColumnLengths(group, rows, row => rows.RowLength(row) >= leastOfRow);
            var isKept = new bool[rows.EntryCount];
            Parallel.For(0, rows.RowCount, row =>
            {
                if (rows.RowLength(row) < leastOfRow) return;
                for (var entry = (int)rows.Indptr[row]; entry < rows.Indptr[row + 1]; entry++)
                    isKept[entry] = columns[rows.Indices[entry]] >= leastOfColumn;
            });
            if (group.Sum(isKept.AsSpan().Count(false)) == 0) return plays;
            plays = EntrySelection.Select(plays, isKept, wanted: true);
        }
    }

    /// <summary>How many entries the rows of one side still have.</summary>
    private sealed class Degrees
    {
        private readonly int[] _left;
        private readonly int _least;

        public Degrees(CsrMatrix matrix, int least)
        {
            (_left, _least) = (new int[matrix.RowCount], least);
            for (var row = 0; row < _left.Length; row++)
            {
                _left[row] = matrix.RowLength(row);
                if (!IsKept(row)) Dropped.Enqueue(row);
            }
        }

        /// <summary>Those that have too few, and whose neighbours do not know it yet.</summary>
        public Queue<int> Dropped { get; } = new();

        public bool IsKept(int row) => _left[row] >= _least;

        public void LoseOne(ReadOnlySpan<int> rows)
        {
            foreach (var row in rows)
                if (_left[row]-- == _least) Dropped.Enqueue(row);
        }
    }
}

namespace GpuAls;

/// <summary>
/// A factor matrix in host memory, [RowCount, Rank], row-major. It may have more entries than an array can: rows lie in
/// blocks, each an array of whole rows. Two matrices of one shape have the same blocks.
/// </summary>
public sealed class FactorMatrix
{
    private readonly float[][] _blocks;
    private readonly int _shift;
    private readonly int _mask;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank">Number of factors in a row.</param>
    internal FactorMatrix(int rowCount, int rank)
        : this(rowCount, rank, length => new float[length])
    {
    }

    private FactorMatrix(int rowCount, int rank, Func<int, float[]> create)
    {
        (RowCount, Rank) = (rowCount, rank);
        _shift = ShiftOf(rank);
        _mask = (int)((1L << _shift) - 1);
        _blocks = new float[((long)rowCount + _mask) >> _shift][];
        for (var i = 0; i < _blocks.Length; i++)
            _blocks[i] = create(checked((int)(Math.Min(1L << _shift, rowCount - ((long)i << _shift)) * rank)));
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of factors in a row.</summary>
    public int Rank { get; }

    /// <summary>RowCount · Rank.</summary>
    public long Length => (long)RowCount * Rank;

    /// <summary>
    /// Entries of a block at most, unless a row has more: few enough for its bytes to be counted in 32 bits. Tests take
    /// fewer, so that small matrices have many blocks; matrices of before must not be used with those made after.
    /// </summary>
    internal static int BlockEntries { get; set; } = 1 << 28;

    /// <summary>The blocks, in the order of their rows.</summary>
    internal IEnumerable<(RowRange Rows, Memory<float> Values)> Blocks
    {
        get
        {
            for (var i = 0; i < _blocks.Length; i++)
                yield return (new RowRange(i << _shift, _blocks[i].Length / Rank), _blocks[i]);
        }
    }

    /// <summary>A row, [Rank].</summary>
    /// <param name="row">0 .. RowCount - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> this[int row] => Row(row);

    /// <summary>All entries as one array, [RowCount, Rank], row-major: a copy.</summary>
    /// <exception cref="InvalidOperationException">An array cannot have as many.</exception>
    public float[] ToArray()
    {
        if (Length > Array.MaxLength)
            throw new InvalidOperationException(
                $"an array cannot have {RowCount:N0} x {Rank:N0} entries. Read them row by row.");
        var values = GC.AllocateUninitializedArray<float>((int)Length);
        foreach (var (rows, block) in Blocks) block.Span.CopyTo(values.AsSpan(rows.Start * Rank));
        return values;
    }

    /// <summary>A matrix of entries that are not set yet.</summary>
    internal static FactorMatrix Uninitialized(int rowCount, int rank) =>
        new(rowCount, rank, length => GC.AllocateUninitializedArray<float>(length));

    /// <summary>The matrix of an array, which is kept as it is unless it is longer than a block.</summary>
    /// <param name="values">[rows, rank], row-major.</param>
    /// <param name="rank">Number of factors in a row.</param>
    /// <exception cref="ArgumentException">These are not whole rows.</exception>
    internal static FactorMatrix Of(float[] values, int rank)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (rank <= 0 || values.Length % rank != 0)
            throw new ArgumentException(
                $"{Counted.Of(values.Length, "value")} are not whole rows of {Counted.Of(rank, "factor")}.",
                nameof(values));
        var rowCount = values.Length / rank;
        if (rowCount <= 1L << ShiftOf(rank)) return new FactorMatrix(rowCount, rank, _ => values);
        var matrix = Uninitialized(rowCount, rank);
        foreach (var (rows, block) in matrix.Blocks)
            values.AsSpan(rows.Start * rank, block.Length).CopyTo(block.Span);
        return matrix;
    }

    /// <summary>A row to write to.</summary>
    internal Span<float> Row(int row)
    {
        if ((uint)row >= (uint)RowCount) throw new ArgumentOutOfRangeException(nameof(row));
        return _blocks[row >> _shift].AsSpan((row & _mask) * Rank, Rank);
    }

    /// <summary>Some rows that follow each other, [count, Rank]: a copy if they are in several blocks.</summary>
    /// <param name="rows">Few enough for one array.</param>
    internal ReadOnlyMemory<float> Rows(RowRange rows)
    {
        if (rows.Count == 0) return default;
        var first = rows.Start & _mask;
        if (first + (long)rows.Count <= 1L << _shift)
            return _blocks[rows.Start >> _shift].AsMemory(first * Rank, rows.Count * Rank);
        var copy = Uninitialized(rows.Count, Rank);
        for (var i = 0; i < rows.Count; i++) this[rows.Start + i].CopyTo(copy.Row(i));
        return copy.ToArray();
    }

    /// <summary>Some rows as a matrix of their own.</summary>
    /// <param name="rows">Which, in this order; below 0 for a row of zeros.</param>
    internal FactorMatrix Gather(int[] rows)
    {
        var gathered = new FactorMatrix(rows.Length, Rank);
        for (var i = 0; i < rows.Length; i++)
            if (rows[i] >= 0) this[rows[i]].CopyTo(gathered.Row(i));
        return gathered;
    }

    /// <summary>A copy with more rows, of zeros, or fewer.</summary>
    internal FactorMatrix Copied(int rowCount)
    {
        var copy = new FactorMatrix(rowCount, Rank);
        for (var row = 0; row < Math.Min(rowCount, RowCount); row++) this[row].CopyTo(copy.Row(row));
        return copy;
    }

    /// <summary>Whether an entry is outside a range, or not a number.</summary>
    internal bool HasOutside(float least, float most)
    {
        var found = false;
        ParallelRanges.ForEach(RowCount, (start, end) =>
        {
            for (var row = (int)start; row < end && !found; row++)
                if (this[row].ContainsAnyExceptInRange(least, most)) found = true;
        });
        return found;
    }

    /// <summary>log₂ of the rows of a block.</summary>
    private static int ShiftOf(int rank) => int.Log2(Math.Max(1, BlockEntries / Math.Max(1, rank)));
}

namespace GpuAls;

/// <summary>Selects some of the entries of a matrix into a matrix of the same shape.</summary>
internal static class EntrySelection
{
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="isChosen">[entries].</param>
    /// <param name="wanted">Whether to take the chosen entries or the others.</param>
    public static CsrMatrix Select(CsrMatrix matrix, bool[] isChosen, bool wanted)
    {
        var count = isChosen.AsSpan().Count(wanted);
        var (indptr, indices, values) = (new long[matrix.RowCount + 1], new int[count], new float[count]);
        var (entry, next) = (0, 0);
        for (var row = 0; row < matrix.RowCount; row++)
        {
            for (; entry < matrix.Indptr[row + 1]; entry++)
                if (isChosen[entry] == wanted)
                    (indices[next], values[next++]) = (matrix.Indices[entry], matrix.Values[entry]);
            indptr[row + 1] = next;
        }

        return new CsrMatrix(matrix.ColumnCount, indptr, indices, values);
    }

    /// <summary>The plays above 0; the matrix itself if it has no others.</summary>
    public static CsrMatrix Likes(CsrMatrix plays)
    {
        var isLike = new bool[plays.EntryCount];
        for (var entry = 0; entry < isLike.Length; entry++) isLike[entry] = plays.Values[entry] > 0;
        return isLike.AsSpan().Contains(false) ? Select(plays, isLike, wanted: true) : plays;
    }
}

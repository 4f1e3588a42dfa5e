namespace GpuAls;

/// <summary>Cuts work into as many parts as there are processors; where the cuts are does not change any result.</summary>
internal static class Segments
{
    private const int Smallest = 1 << 14;

    /// <summary>How many parts it pays to cut some elements into.</summary>
    public static int CountFor(long elements) => (int)Math.Clamp(elements / Smallest, 1, Environment.ProcessorCount);

    /// <summary>Where a part starts; <paramref name="part"/> = <paramref name="count"/> gives the end.</summary>
    public static int Start(int elements, int part, int count) => (int)((long)elements * part / count);

    /// <summary>The first row of a part, parts having about equally many entries.</summary>
    public static int FirstRow(ReadOnlySpan<long> indptr, int part, int count)
    {
        if (part == count) return indptr.Length - 1;
        var row = indptr.BinarySearch(indptr[^1] * part / count);
        if (row < 0) return ~row;
        while (row > 0 && indptr[row - 1] == indptr[row]) row--;
        return row;
    }
}

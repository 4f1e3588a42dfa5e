namespace GpuAls;

/// <summary>Divides work into one part per core; where the parts begin does not change any result.</summary>
internal static class Segments
{
    private const int Smallest = 1 << 14;

    /// <summary>How many parts are worth it for a number of elements.</summary>
    public static int CountFor(long elements) => (int)Math.Clamp(elements / Smallest, 1, Environment.ProcessorCount);

    /// <summary>The start of a part; <paramref name="part"/> = <paramref name="count"/> gives the end.</summary>
    public static int Start(int elements, int part, int count) => (int)((long)elements * part / count);

    /// <summary>The first row of a part, if all parts have about the same number of entries.</summary>
    public static int FirstRow(ReadOnlySpan<long> indptr, int part, int count)
    {
        if (part == count) return indptr.Length - 1;
        var row = indptr.BinarySearch(indptr[^1] * part / count);
        if (row < 0) return ~row;
        while (row > 0 && indptr[row - 1] == indptr[row]) row--;
        return row;
    }
}

namespace GpuAls;

/// <summary>Places of a stable counting sort whose input is cut into parts: a part's entries of a key stand behind those of earlier parts.</summary>
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
        var place = 0;
        for (var key = 0; key < keyCount; key++)
        {
            Starts[key] = place;
            foreach (var next in _next) (next[key], place) = (place, place + next[key]);
        }

        Starts[keyCount] = place;
    }

    /// <summary>[keyCount + 1], where each key starts when sorted.</summary>
    public long[] Starts { get; }

    /// <summary>[keyCount], where the next entry of each key goes, to be raised by one with each.</summary>
    public int[] Next(int part) => _next[part];
}

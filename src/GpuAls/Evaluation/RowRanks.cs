using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>The place of an item in a row of scores by counting, without sorting the row.</summary>
internal static class RowRanks
{
    /// <summary>How many items come before one: those with a higher score, and of equal ones those with a lower index. NaN comes nowhere.</summary>
    public static int Before(ReadOnlySpan<float> scores, int item)
    {
        var score = scores[item];
        return CountAtLeast(scores[..item], score) + CountAbove(scores[(item + 1)..], score);
    }

    private static int CountAtLeast(ReadOnlySpan<float> scores, float bound)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var (bounds, counts) = (new Vector<float>(bound), Vector<int>.Zero);
        foreach (var vector in vectors) counts -= Vector.GreaterThanOrEqual(vector, bounds); // true is -1
        var count = Vector.Sum(counts);
        foreach (var score in scores[(vectors.Length * Vector<float>.Count)..]) count += score >= bound ? 1 : 0;
        return count;
    }

    private static int CountAbove(ReadOnlySpan<float> scores, float bound)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var (bounds, counts) = (new Vector<float>(bound), Vector<int>.Zero);
        foreach (var vector in vectors) counts -= Vector.GreaterThan(vector, bounds);
        var count = Vector.Sum(counts);
        foreach (var score in scores[(vectors.Length * Vector<float>.Count)..]) count += score > bound ? 1 : 0;
        return count;
    }
}

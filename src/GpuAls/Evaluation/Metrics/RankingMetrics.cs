using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>How well one list ranks what a user went on to play. Relevance is binary.</summary>
/// <param name="Precision">Relevant items among the first k, divided by k.</param>
/// <param name="Recall">Relevant items among the first k, divided by all relevant ones.</param>
/// <param name="AveragePrecision">
/// Σ precision at the rank of each relevant item among the first k, divided by min(k, relevant).
/// </param>
/// <param name="Ndcg">
/// DCG ÷ the DCG of the best list: DCG = Σ 1/log₂(rank + 1) over the ranks, from 1, of relevant items; the best list
/// has min(k, relevant) of them first (Järvelin and Kekäläinen, 2002).
/// </param>
/// <param name="ReciprocalRank">1 ÷ the rank of the first relevant item among the first k; 0 without one.</param>
/// <param name="Hit">1 where one of the first k is relevant, else 0.</param>
internal readonly record struct RankingMetrics(
    double Precision, double Recall, double AveragePrecision, double Ndcg, double ReciprocalRank, double Hit)
{
    /// <summary>The metrics of one list.</summary>
    /// <param name="list">Items, best first; those after the k-th do not count, and -1 ends a shorter list.</param>
    /// <param name="relevant">The relevant items, rising, at least one.</param>
    /// <param name="k">
    /// How many items count, at least 1; a shorter list counts as if filled up with irrelevant items.
    /// </param>
    public static RankingMetrics Of(ReadOnlySpan<int> list, ReadOnlySpan<int> relevant, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (relevant.IsEmpty)
            throw new ArgumentException("no item is relevant, so recall has no meaning.", nameof(relevant));
        var (hits, first) = (0, 0);
        double gain = 0, precisions = 0;
        for (var rank = 1; rank <= Math.Min(k, list.Length); rank++)
        {
            if (relevant.BinarySearch(list[rank - 1]) < 0) continue;
            hits++;
            if (hits == 1) first = rank;
            precisions += (double)hits / rank;
            gain += Discount(rank);
        }

        var most = Math.Min(k, relevant.Length);
        double best = 0;
        for (var rank = 1; rank <= most; rank++) best += Discount(rank);
        return new RankingMetrics(
            (double)hits / k, (double)hits / relevant.Length, precisions / most, gain / best,
            hits > 0 ? 1.0 / first : 0, hits > 0 ? 1 : 0);
    }

    /// <summary>What a relevant item adds at a rank, from 1.</summary>
    private static double Discount(int rank) => 1 / Math.Log2(rank + 1);
}

/// <summary>The rank of an item in a row of scores, by counting instead of sorting.</summary>
internal static class RowRanks
{
    /// <summary>
    /// How many items come before one: those with a higher score, and of equal ones those with a lower index. NaN comes
    /// nowhere.
    /// </summary>
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

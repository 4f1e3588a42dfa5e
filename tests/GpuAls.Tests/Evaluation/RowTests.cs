using CsCheck;

namespace GpuAls.Tests.Evaluation;

/// <summary>Lists and ranks of a row of scores: few distinct scores, some NaN.</summary>
public sealed class RowTests
{
    private static readonly Gen<float[]> Rows =
        Gen.Int[-4, 3].Select(value => value == -4 ? float.NaN : value).Array[1, 300];

    [Test]
    public void BestItems_AnyRow_AreThoseOfTheSortedRow() =>
        Gen.Select(Rows, Gen.Int[1, 320])
            .Sample((scores, k) => new BestItems(k).Of(scores).SequenceEqual(Sorted(scores).Take(k)));

    [Test]
    public void BestItems_OfferedInAnyOrder_AreTheSame() =>
        Gen.Select(Rows, Gen.Int[1, 40], Gen.Int).Sample((scores, k, seed) =>
        {
            var (best, order) = (new BestItems(k), Enumerable.Range(0, scores.Length).ToArray());
            new Random(seed).Shuffle(order);
            best.Clear();
            foreach (var item in order) best.Offer(item, scores[item]);
            return best.Take().SequenceEqual(Sorted(scores).Take(k));
        });

    [Test]
    public void Before_AnyRow_IsTheRankInTheSortedRow() =>
        Rows.Sample(scores => Sorted(scores).Index().All(pair => RowRanks.Before(scores, pair.Item) == pair.Index));

    private static int[] Sorted(float[] scores) =>
    [
        .. Enumerable.Range(0, scores.Length)
            .Where(item => !float.IsNaN(scores[item]))
            .OrderByDescending(item => scores[item]).ThenBy(item => item)
    ];
}

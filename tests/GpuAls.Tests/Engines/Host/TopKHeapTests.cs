using CsCheck;
using GpuAls.Engines.Host;

namespace GpuAls.Tests.Engines.Host;

public sealed class TopKHeapTests
{
    [Test]
    public void Sort_AnyScores_EqualsASort() =>
        Gen.Select(Gen.Int[-3, 3].Array[0, 40], Gen.Int[1, 12]).Sample((scores, k) =>
        {
            var indices = new int[k];
            var kept = new float[k];
            var heap = new TopKHeap(indices, kept);
            for (var item = 0; item < scores.Length; item++)
                if (scores[item] > heap.Threshold) heap.Push(item, scores[item]);
            heap.Sort();

            var expected = scores.Select((score, item) => (Item: item, Score: score)).OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Item).Take(k).ToArray();
            return indices[..expected.Length].SequenceEqual(expected.Select(pair => pair.Item))
                && indices[expected.Length..].All(index => index == -1)
                && kept[expected.Length..].All(float.IsNegativeInfinity);
        });
}

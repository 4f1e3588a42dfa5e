using CsCheck;

namespace GpuAls.Tests.Engines.Host;

public sealed class BestKeysTests
{
    /// <summary>
    /// Few and many, close and far from each other, and some in a bin of their own far from the others.
    /// </summary>
    private static readonly Gen<ulong[]> Keys = Gen.Select(
        Gen.Int[1, 600], Gen.Int[10, 64], Gen.Int[0, 3], Gen.Int[0, 1_000_000]).Select((count, bits, far, seed) =>
    {
        var random = new Random(seed);
        var keys = Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() >> (64 - bits))
            .Concat(Enumerable.Range(0, far).Select(i => ulong.MaxValue - (ulong)i));
        var distinct = keys.Distinct().ToArray();
        random.Shuffle(distinct);
        return distinct;
    });

    [Test]
    public void Select_AnyKeys_BringsTheSmallestToTheFrontTheLargestOfThemLast() =>
        Gen.Select(Keys, Gen.Int[1, 700]).Sample((keys, length) =>
        {
            var k = Math.Min(length, keys.Length);
            var expected = keys.Order().Take(k).ToArray();
            var selected = keys.ToArray();

            new BestKeys(keys.Length).Select(selected, k);

            return selected[k - 1] == expected[k - 1] && selected.Take(k).Order().SequenceEqual(expected);
        });

    [Test]
    public void Sort_AnyKeys_EqualsASort() =>
        Keys.Sample(keys =>
        {
            var sorted = keys.ToArray();

            new BestKeys(keys.Length).Sort(sorted);

            return sorted.SequenceEqual(keys.Order());
        });
}

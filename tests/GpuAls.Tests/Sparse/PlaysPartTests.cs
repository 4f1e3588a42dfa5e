using System.Text;
using CsCheck;

namespace GpuAls.Tests.Sparse;

public sealed class PlaysPartTests
{
    /// <summary>
    /// In the part, user 30 has two plays, 7 and 100 one; user 5 has none. Item b has two, a and c one.
    /// </summary>
    [Test]
    public void Of_Part_HasAnIndexOfItsOwn()
    {
        var (users, items) = (new IdIndex<long>([5, 100, 7, 30]), new IdIndex<string>(["c", "a", "b", "d"]));
        var part = CsrBuilder.FromCoordinates(4, 4, [1, 2, 3, 3], [0, 2, 1, 2], [1, 2, 3, 4]);

        var made = PlaysPart.Of(users, items, part);

        Assert.That(Texts(made.Plays.Users), Is.EqualTo(new[] { "30", "7", "100" }));
        Assert.That(Texts(made.Plays.Items), Is.EqualTo(new[] { "b", "a", "c" }));
        Assert.That(made.UserIndices, Is.EqualTo(new[] { -1, 2, 1, 0 }));
        Assert.That(made.ItemIndices, Is.EqualTo(new[] { 2, 1, 0, -1 }));
        Assert.That(made.Plays.ByUser.Indices.ToArray(), Is.EqualTo(new[] { 0, 1, 0, 2 }));
        Assert.That(made.Plays.ByUser.Values.ToArray(), Is.EqualTo(new float[] { 4, 3, 2, 1 }));
    }

    /// <summary>Text in every block of Unicode: those above U+FFFF are where UTF-16 and UTF-8 disagree.</summary>
    [Test]
    public void CodePoints_AnyText_AreInTheOrderOfUtf8()
    {
        int[] blocks = [0x41, 0x7FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF];
        var letters = Gen.Int[0, blocks.Length - 1].Select(block => char.ConvertFromUtf32(blocks[block]));
        var texts = letters.Array[0, 4].Select(string.Concat);

        Gen.Select(texts, texts).Sample((one, other) =>
            Math.Sign(CodePoints.Compare(one, other)) == Math
                .Sign(Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other))));
    }

    private static string[] Texts(IdIndex ids) => [.. Enumerable.Range(0, ids.Count).Select(ids.Format)];
}

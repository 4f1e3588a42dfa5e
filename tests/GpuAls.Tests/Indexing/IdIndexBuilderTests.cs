using CsCheck;
using GpuAls.Indexing;
using GpuAls.Reading;

namespace GpuAls.Tests.Indexing;

public sealed class IdIndexBuilderTests
{
    private static readonly InputFile File = new("p.csv", InputFormat.Delimited, InputCompression.None, 0);
    private static readonly Gen<string> Id = Gen.OneOf("a", "b", "c", "ab", "é", "ﬀ", "😀", "日本", "A b", "\"", "10", "9");

    [Test]
    public void Build_AnyTextIds_MatchesAPlainSort() => Id.Array[1, 40].Array[1, 4].Sample(batches =>
    {
        var builder = new IdIndexBuilder("user");
        foreach (var batch in batches) builder.Add(new TextIds(Array.ConvertAll(batch, id => id.AsMemory()), MayBeIntegers: false), File);

        var (ids, indices) = builder.Build();

        var rows = batches.SelectMany(batch => batch).ToArray();
        var expected = rows.GroupBy(id => id).OrderByDescending(group => group.Count())
            .ThenBy(group => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(group.Key)), StringComparer.Ordinal).Select(group => group.Key).ToArray();
        return ((IdIndex<string>)ids).Ids.ToArray().SequenceEqual(expected) && indices.Select(index => expected[index]).SequenceEqual(rows);
    });

    [Test]
    public void Build_TextAndTypedIntegers_GiveTheSameIndex() => Gen.Long[-20, 20].Array[1, 60].Sample(values =>
    {
        var text = new IdIndexBuilder("user");
        text.Add(new TextIds(Array.ConvertAll(values, value => value.ToString(System.Globalization.CultureInfo.InvariantCulture).AsMemory()), MayBeIntegers: true), File);
        var typed = new IdIndexBuilder("user");
        typed.Add(new IntegerIds(values, IdType.Integer64), File);

        var (textIds, textIndices) = text.Build();
        var (typedIds, typedIndices) = typed.Build();
        return ((IdIndex<long>)textIds).Ids.Span.SequenceEqual(((IdIndex<long>)typedIds).Ids.Span) && textIndices.SequenceEqual(typedIndices);
    });

    [Test]
    public void TryFind_EachId_FindsItsIndex()
    {
        var ids = new IdIndex<int>([5, -1]);

        Assert.That(ids.TryFind("-1", out var index), Is.True);
        Assert.That(index, Is.EqualTo(1));
        Assert.That(ids.TryFind("6", out var missing), Is.False);
        Assert.That(missing, Is.EqualTo(-1));
    }

    [TestCase("C0FFEE00-0000-0000-0000-00000000000A")]
    [TestCase("{c0ffee00-0000-0000-0000-00000000000a}")]
    [TestCase("c0ffee0000000000000000000000000a")]
    public void TryFind_UuidInAnotherForm_FindsItsIndex(string id)
    {
        var ids = new IdIndex<Guid>([Guid.Empty, new("c0ffee00-0000-0000-0000-00000000000a")]);

        Assert.That((ids.TryFind(id, out var index), index), Is.EqualTo((true, 1)));
    }

    [Test]
    public void TryFind_TextThatLooksLikeAUuid_IsTakenLiterally()
    {
        var ids = new IdIndex<string>(["c0ffee00-0000-0000-0000-00000000000a"]);

        Assert.That(ids.TryFind("C0FFEE00-0000-0000-0000-00000000000A", out _), Is.False);
    }
}

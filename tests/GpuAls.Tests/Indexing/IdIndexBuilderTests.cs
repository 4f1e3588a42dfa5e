using System.Globalization;
using System.Text;
using CsCheck;

namespace GpuAls.Tests.Indexing;

public sealed class IdIndexBuilderTests
{
    private const string Origin = "p.csv";
    private static readonly Gen<string> Id =
        Gen.OneOf("a", "b", "c", "ab", "é", "ﬀ", "😀", "日本", "A b", "\"", "10", "9");

    [Test]
    public void Build_AnyTextIds_MatchesAPlainSort() => Id.Array[1, 40].Array[1, 4].Sample(batches =>
    {
        var (ids, indices) = Build(batches.Select(batch => Texts(batch, mayBeIntegers: false)));

        var rows = batches.SelectMany(batch => batch).ToArray();
        var expected = rows.GroupBy(id => id).OrderByDescending(group => group.Count())
            .ThenBy(group => Convert.ToHexString(Encoding.UTF8.GetBytes(group.Key)), StringComparer.Ordinal)
            .Select(group => group.Key).ToArray();
        return ((IdIndex<string>)ids).Ids.ToArray().SequenceEqual(expected)
            && indices.Select(index => expected[index]).SequenceEqual(rows);
    });

    [Test]
    public void Build_TextAndTypedIntegers_GiveTheSameIndex() =>
        Gen.OneOf(Gen.Long[-20, 20], Gen.Long).Array[1, 60].Sample(values =>
    {
        var texts = Array.ConvertAll(values, value => value.ToString(CultureInfo.InvariantCulture));
        var (textIds, textIndices) = Build([Texts(texts, mayBeIntegers: true)]);
        var (typedIds, typedIndices) = Build([Integers(values)]);

        var expected = values.GroupBy(value => value).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key).Select(group => group.Key);
        return ((IdIndex<long>)textIds).Ids.ToArray().SequenceEqual(expected)
            && ((IdIndex<long>)typedIds).Ids.Span.SequenceEqual(((IdIndex<long>)textIds).Ids.Span)
            && textIndices.SequenceEqual(typedIndices);
    });

    [Test]
    public void Build_ValuesThatNoRowHas_AreNoIds()
    {
        var ids = Texts(["a", "ghost", "b"], mayBeIntegers: false);

        var (index, _) = Build([ids with { Indices = new[] { 2, 0, 2 } }]);

        Assert.That(((IdIndex<string>)index).Ids.ToArray(), Is.EqualTo(new[] { "b", "a" }));
    }

    /// <summary>
    /// Long common beginnings, zeros at the end, many ids with as many rows: all that the sort by words has to get
    /// right.
    /// </summary>
    [Test]
    public void Build_IdsThatDifferLate_MatchesAPlainSort() =>
        Gen.Select(
            Gen.Int[0, 40],
            Gen.Char['\0', 'c'].Array[0, 20],
            (length, end) => new string('x', length) + new string(end)).Array[1, 400].Sample(rows =>
    {
        var (ids, indices) = Build([Texts(rows, mayBeIntegers: false)]);

        var expected = rows.GroupBy(id => id).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => group.Key).ToArray();
        return ((IdIndex<string>)ids).Ids.ToArray().SequenceEqual(expected)
            && indices.Select(index => expected[index]).SequenceEqual(rows);
    }, iter: 300);

    [Test]
    public void Number_ManyBatchesAtOnce_GivesTheIndexOfOneAfterTheOther()
    {
        var random = new Random(11);
        var batches = Enumerable.Range(0, 24)
            .Select(_ => Enumerable.Range(0, 5_000).Select(_ => "user "
                + $"{random.Next(1 + random.Next(20_000))}").ToArray()).ToArray();
        var columns = Array.ConvertAll(batches, batch => Texts(batch, mayBeIntegers: false));
        var builder = new IdIndexBuilder("user");
        Parallel.ForEach(columns, new ParallelOptions { MaxDegreeOfParallelism = 8 }, column => builder.Number(column));
        var indices = columns.SelectMany(column => column.Indices.ToArray()).ToArray();
        foreach (var column in columns) builder.Check(column.Kind, Origin);

        var ids = builder.Build(indices);

        var (expectedIds, expected) = Build(batches.Select(batch => Texts(batch, mayBeIntegers: false)));
        Assert.That(((IdIndex<string>)ids).Ids.ToArray(), Is.EqualTo(((IdIndex<string>)expectedIds).Ids.ToArray()));
        Assert.That(indices, Is.EqualTo(expected));
    }

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

    private static (IdIndex Ids, int[] Indices) Build(IEnumerable<IdColumn> batches)
    {
        var builder = new IdIndexBuilder("user");
        var rows = new List<int>();
        foreach (var batch in batches)
        {
            rows.AddRange(builder.Number(batch).Span);
            builder.Check(batch.Kind, Origin);
        }

        var indices = rows.ToArray();
        return (builder.Build(indices), indices);
    }

    private static IdColumn Texts(string[] ids, bool mayBeIntegers)
    {
        var values = new IdValues(0);
        foreach (var id in ids) Encoding.UTF8.GetBytes(id, values.AddText(Encoding.UTF8.GetByteCount(id)));
        return new IdColumn(IdType.Text, values, Enumerable.Range(0, ids.Length).ToArray(), mayBeIntegers);
    }

    private static IdColumn Integers(long[] ids)
    {
        var values = new IdValues(IdValues.IntegerBytes);
        foreach (var id in ids) IdValues.WriteInteger(values.AddFixed(1), id);
        return new IdColumn(IdType.Integer64, values, Enumerable.Range(0, ids.Length).ToArray());
    }
}

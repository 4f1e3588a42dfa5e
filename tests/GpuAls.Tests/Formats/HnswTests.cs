using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GpuAls.Formats;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Formats;

/// <summary>Indexes for hnswlib: the layout it writes, and graphs in which searches find what is nearest.</summary>
public sealed class HnswTests
{
    private const int Found = 10;

    /// <summary>The graph of an index that hnswlib wrote, written again, is the same file.</summary>
    [Test]
    public async Task WriteAsync_GraphOfHnswlib_GivesItsBytes()
    {
        var theirs = File.ReadAllBytes(ExchangeCommandTests.Case("others", "items-ip.hnswlib"));
        var index = IndexFile.Read(theirs);

        var ours = new MemoryStream();
        await HnswlibFormat.WriteAsync(
            ours, index.Vectors, index.Graph, new HnswOptions(index.M, index.EfConstruction), default);

        Assert.That(index.Vectors.Count, Is.EqualTo(38));
        Assert.That(ours.ToArray(), Is.EqualTo(theirs));
    }

    [Test]
    public void WriteAsync_FactorsOfHnswlib_DifferInLinksOnly()
    {
        var theirs = IndexFile.Read(File.ReadAllBytes(ExchangeCommandTests.Case("others", "items-ip.hnswlib")));
        var values = Enumerable.Range(0, 38).SelectMany(node => theirs.Vectors.Of(node).ToArray()).ToArray();

        var ours = Write(values, 8, new FormatOptions { Hnsw = new HnswOptions(8, 100) });

        Assert.That((ours.M, ours.EfConstruction), Is.EqualTo((theirs.M, theirs.EfConstruction)));
        for (var node = 0; node < 38; node++)
            Assert.That(ours.Vectors.Of(node).ToArray(), Is.EqualTo(theirs.Vectors.Of(node).ToArray()));
        Assert.That(Recall(ours, values, 8, VectorSpace.InnerProduct), Is.EqualTo(1), "38 items");
    }

    [TestCase("InnerProduct", 0.95)]
    [TestCase("Euclidean", 0.95)]
    [TestCase("Cosine", 0.95)]
    public void WriteAsync_ManyFactors_AreFoundByASearchOfTheFile(string space, double least)
    {
        const int Rank = 24;
        var (options, values) = (
            new FormatOptions { Space = Enum.Parse<VectorSpace>(space) }, Factors(4_000, Rank, seed: 3));

        var index = Write(values, Rank, options);

        Assert.That(index.Vectors.Length, Is.EqualTo(Rank + (space == "InnerProduct" ? 0 : 1)));
        Assert.That(Recall(index, values, Rank, options.Space), Is.GreaterThanOrEqualTo(least));
        AssertLinks(index);
    }

    /// <summary>All vectors have one norm, so the nearest have the largest inner product.</summary>
    [TestCase("Euclidean")]
    [TestCase("Cosine")]
    public void WriteAsync_OneMoreDimension_GivesAllTheSameNorm(string space)
    {
        var index = Write(
            Factors(50, 7, seed: 1), 7, new FormatOptions { Space = Enum.Parse<VectorSpace>(space) });

        double[] norms =
            [.. Enumerable.Range(0, 50).Select(node => Math.Sqrt(index.Vectors.Score(node, index.Vectors.Of(node))))];
        Assert.That(norms, Is.All.EqualTo(space == "Cosine" ? 1 : norms[0]).Within(1e-5));
    }

    [Test]
    public void WriteAsync_SameFactorsTwice_GivesTheSameBytes()
    {
        var values = Factors(1_500, 9, seed: 5);

        var (one, other) = (Bytes(values, 9, new FormatOptions()), Bytes(values, 9, new FormatOptions()));

        Assert.That(other, Is.EqualTo(one));
    }

    /// <summary>Equal vectors, vectors of zeros and a single vector have graphs in which enough is found.</summary>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(300)]
    public void WriteAsync_EqualVectors_FillAList(int count)
    {
        foreach (var value in (float[])[0, 0.5f])
            foreach (var space in Enum.GetValues<VectorSpace>())
            {
                var values = new float[count * 3];
                Array.Fill(values, value);

                var index = Write(values, 3, new FormatOptions { Space = space, Hnsw = new HnswOptions(4, 20) });

                var found = new HnswSearch(index.Vectors, index.Graph)
                    .Near(new float[index.Vectors.Length], index.Graph.Entry, Found, 0);
                Assert.That(found, Has.Count.EqualTo(Math.Min(count, Found)), $"{space} of {value}");
            }
    }

    private static void AssertLinks(IndexFile index)
    {
        var options = new HnswOptions(index.M, index.EfConstruction);
        for (var node = 0; node < index.Vectors.Count; node++)
            for (var level = 0; level <= index.Graph.Levels[node]; level++)
            {
                var links = index.Graph.Links(node, level).ToArray();
                Assert.That(links, Is.Unique.And.No.Member(node));
                Assert.That(links, Is.All.InRange(0, index.Vectors.Count - 1));
                Assert.That(links.Length, Is.InRange(level == 0 ? 1 : 0, options.MaximumLinks(level)));
                Assert.That(links.All(link => index.Graph.Levels[link] >= level));
            }
    }

    /// <summary>The share of the items with the largest inner products that a search of the index finds.</summary>
    private static double Recall(IndexFile index, float[] values, int rank, VectorSpace space)
    {
        const int Queries = 100;
        var (queries, items) = (Factors(Queries, rank, seed: 77), new HnswVectors(FactorMatrix.Of(values, rank)));
        var (search, hits, k) = (new HnswSearch(index.Vectors, index.Graph), 0, Math.Min(Found, items.Count));
        for (var query = 0; query < Queries; query++)
        {
            var vector = queries.AsSpan(query * rank, rank).ToArray();
            var best = Enumerable.Range(0, items.Count).OrderByDescending(item => items.Score(item, vector)).Take(k);
            float[] asked = space == VectorSpace.InnerProduct ? vector : [.. vector, 0];
            var entry = index.Graph.Entry;
            for (var level = index.Graph.Levels[entry]; level > 0; level--) entry = search.Best(asked, entry, level);
            var found = search.Near(asked, entry, 100, 0).Take(k).Select(one => one.Node);
            hits += best.Intersect(found).Count();
        }

        return hits / (double)(Queries * k);
    }

    /// <summary>Factors whose norms differ, as those of popular and rare items do.</summary>
    private static float[] Factors(int count, int rank, int seed)
    {
        var factors = TestMatrices.Factors(count, rank, seed);
        for (var row = 0; row < count; row++)
            foreach (ref var factor in factors.AsSpan(row * rank, rank)) factor *= 1f / (1 + (row % 10));
        return factors;
    }

    private static IndexFile Write(float[] values, int rank, FormatOptions options) =>
        IndexFile.Read(Bytes(values, rank, options));

    private static byte[] Bytes(float[] values, int rank, FormatOptions options)
    {
        var items = values.Length / rank;
        var model = FactorArrays.Model(
            new IdIndex<int>([0]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            new CsrMatrix(items, new long[2], [], []), AlsOptions.Default with { Rank = rank }, new float[rank],
            values);
        var stream = new MemoryStream();
        new HnswlibFormat().WriteAsync(model, options, stream, default).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>An index file, read as hnswlib's loadIndex does.</summary>
    private sealed record IndexFile(HnswVectors Vectors, HnswGraph Graph, int M, int EfConstruction)
    {
        public static IndexFile Read(byte[] file)
        {
            int Size(int at) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            var (capacity, count, row, label, data) = (Size(8), Size(16), Size(24), Size(32), Size(40));
            var (top, entry) = (
                BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(48)),
                BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(52)));
            var (upperM, groundM, m, ef) = (Size(56), Size(64), Size(72), Size(88));
            Assert.That(Size(0), Is.Zero);
            Assert.That((capacity, upperM, groundM), Is.EqualTo((count, m, 2 * m)));
            Assert.That(BinaryPrimitives.ReadDoubleLittleEndian(file.AsSpan(80)), Is.EqualTo(1 / Math.Log(m)));
            Assert.That(data, Is.EqualTo(4 * (groundM + 1)));
            Assert.That(row, Is.EqualTo(label + 8));
            var length = (label - data) / 4;
            var (values, levels, upper) = (new List<float>(), new int[count], new List<byte[]>());
            var at = 96 + (count * row);
            for (var node = 0; node < count; node++)
            {
                var start = 96 + (node * row);
                values.AddRange(MemoryMarshal.Cast<byte, float>(file.AsSpan(start + data, 4 * length)));
                Assert.That(Size(start + label), Is.EqualTo(node));
                var bytes = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
                levels[node] = bytes / (4 * (m + 1));
                upper.Add(file[(at + 4)..(at + 4 + bytes)]);
                at += 4 + bytes;
            }

            Assert.That(at, Is.EqualTo(file.Length));
            Assert.That(levels.Max(), Is.EqualTo(top).And.EqualTo(levels[entry]));
            var graph = new HnswGraph(new HnswOptions(m, ef), levels) { Entry = entry };
            for (var node = 0; node < count; node++)
            {
                graph.SetLinks(node, 0, Links(file.AsSpan(96 + (node * row))));
                for (var level = 1; level <= levels[node]; level++)
                    graph.SetLinks(node, level, Links(upper[node].AsSpan((level - 1) * 4 * (m + 1))));
            }

            return new IndexFile(new HnswVectors(FactorMatrix.Of([.. values], length)), graph, m, ef);
        }

        private static int[] Links(ReadOnlySpan<byte> list)
        {
            var numbers = MemoryMarshal.Cast<byte, int>(list[..(list.Length / 4 * 4)]);
            return numbers.Slice(1, numbers[0]).ToArray();
        }
    }
}

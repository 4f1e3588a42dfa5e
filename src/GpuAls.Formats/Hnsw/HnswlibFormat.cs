using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace GpuAls.Formats;

/// <summary>How an index of vectors compares them.</summary>
[JsonConverter(typeof(WordConverter<VectorSpace>))]
internal enum VectorSpace
{
    /// <summary>By inner product.</summary>
    [JsonStringEnumMemberName("ip")]
    InnerProduct,

    /// <summary>By Euclidean distance, of vectors with one more dimension.</summary>
    [JsonStringEnumMemberName("l2")]
    Euclidean,

    /// <summary>By cosine, of vectors with one more dimension.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,
}

/// <summary>
/// An index that <c>load_index</c> of hnswlib opens: a graph over the factors of one side, for approximate search. Its
/// labels are row numbers.
/// </summary>
internal sealed class HnswlibFormat() : ModelFormat("hnswlib")
{
    private const int HeaderBytes = 96;

    /// <inheritdoc/>
    public override bool IsOfOneSide => true;

    /// <inheritdoc/>
    public override async Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var factors = model.FactorsOf(options.Side);
        var widest = Math.Max(factors.Rank + 1, options.Hnsw.MaximumLinks(0) + 1);
        if ((long)factors.RowCount * widest > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{Counted.Of(factors.RowCount, "row")} of rank {factors.Rank} are more than an index with --m "
                + $"{options.Hnsw.M} can hold. Lower --m, or use --format faiss.");
        var vectors = Vectors(factors, options.Space);
        var graph = HnswBuilder.Build(vectors, options.Hnsw, cancellation);
        await WriteAsync(stream, vectors, graph, options.Hnsw, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes an index.</summary>
    public static async Task WriteAsync(
        Stream stream, HnswVectors vectors, HnswGraph graph, HnswOptions options, CancellationToken cancellation)
    {
        var links = sizeof(int) * (1 + options.MaximumLinks(0));
        var label = links + (sizeof(float) * vectors.Length);
        var row = new byte[label + sizeof(ulong)];
        await stream.WriteAsync(Header(vectors, graph, options, links, label), cancellation).ConfigureAwait(false);
        for (var node = 0; node < vectors.Count; node++)
        {
            WriteLinks(graph.Links(node, 0), row.AsSpan(0, links));
            MemoryMarshal.AsBytes(vectors.Of(node)).CopyTo(row.AsSpan(links));
            BinaryPrimitives.WriteUInt64LittleEndian(row.AsSpan(label), (ulong)node);
            await stream.WriteAsync(row, cancellation).ConfigureAwait(false);
        }

        var upper = sizeof(int) * (1 + options.M);
        for (var node = 0; node < vectors.Count; node++)
        {
            var lists = new byte[sizeof(int) + (graph.Levels[node] * upper)];
            BinaryPrimitives.WriteInt32LittleEndian(lists, lists.Length - sizeof(int));
            for (var level = 1; level <= graph.Levels[node]; level++)
                WriteLinks(graph.Links(node, level), lists.AsSpan(sizeof(int) + ((level - 1) * upper), upper));
            await stream.WriteAsync(lists, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// For inner products the factors as they are; otherwise with one more dimension that gives all the same norm, so
    /// that the order of distances or angles is that of inner products (Bachrach et al., 2014). A query has 0 there.
    /// </summary>
    private static HnswVectors Vectors(FactorMatrix factors, VectorSpace space)
    {
        var rank = factors.Rank;
        if (space == VectorSpace.InnerProduct) return new HnswVectors(factors);
        var squares = new double[factors.RowCount];
        for (var row = 0; row < factors.RowCount; row++)
            foreach (var factor in factors[row]) squares[row] += (double)factor * factor;
        var largest = squares.Max();
        var scale = space == VectorSpace.Cosine && largest > 0 ? 1 / Math.Sqrt(largest) : 1;
        var vectors = new FactorMatrix(factors.RowCount, rank + 1);
        for (var row = 0; row < factors.RowCount; row++)
        {
            var from = factors[row];
            var to = vectors.Row(row);
            for (var i = 0; i < rank; i++) to[i] = (float)(from[i] * scale);
            to[rank] = (float)(Math.Sqrt(largest - squares[row]) * scale);
        }

        return new HnswVectors(vectors);
    }

    private static byte[] Header(HnswVectors vectors, HnswGraph graph, HnswOptions options, int links, int label)
    {
        var header = new byte[HeaderBytes];
        var sizes = MemoryMarshal.Cast<byte, ulong>(header.AsSpan());
        (sizes[0], sizes[1], sizes[2]) = (0, (ulong)vectors.Count, (ulong)vectors.Count);
        (sizes[3], sizes[4], sizes[5]) = ((ulong)(label + sizeof(ulong)), (ulong)label, (ulong)links);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(48), graph.Levels[graph.Entry]);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(52), graph.Entry);
        (sizes[7], sizes[8], sizes[9]) = ((ulong)options.M, (ulong)options.MaximumLinks(0), (ulong)options.M);
        BinaryPrimitives.WriteDoubleLittleEndian(header.AsSpan(80), options.LevelScale);
        sizes[11] = (ulong)options.EfConstruction;
        return header;
    }

    /// <summary>The number of links, then the links, then zeros.</summary>
    private static void WriteLinks(ReadOnlySpan<int> links, Span<byte> to)
    {
        to.Clear();
        var numbers = MemoryMarshal.Cast<byte, int>(to);
        numbers[0] = links.Length;
        links.CopyTo(numbers[1..]);
    }
}

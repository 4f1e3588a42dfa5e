using CsCheck;
using Parquet;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Columns of every type, codec, page version and null pattern decode to what was written, which is also what
/// Parquet.Net reads.
/// </summary>
public sealed class ParquetPagesTests : LoaderTests
{
    private const int PlainRows = 300;

    /// <summary>Some rows of a chunk.</summary>
    /// <param name="IsVersion2">Whether it is a page of version 2.</param>
    /// <param name="HasIndices">Whether it has dictionary indices instead of values.</param>
    /// <param name="IsCompressed">Whether a page of version 2 is compressed.</param>
    /// <param name="Repeat">Values that make a run.</param>
    /// <param name="Rows">[rows], indices of values; below 0 for null.</param>
    private sealed record Page(bool IsVersion2, bool HasIndices, bool IsCompressed, int Repeat, int[] Rows);

    private sealed record Chunk(int Codec, byte[][] Values, Page[] Pages);

    /// <summary>Values of all types that the library writes, few different ones or many.</summary>
    private static readonly Gen<Array> Written = Gen.OneOf<Array>(
        Of(Gen.String.Null()), Of(Gen.Int[0, 9].Select(value => (string?)$"ü{value}")),
        Of(Gen.Int), Of(Gen.Int[-3, 3]), Of(Gen.Int.Nullable()),
        Of(Gen.Long), Of(Gen.ULong.Select(value => value >> 1)),
        Of(Gen.Short), Of(Gen.Guid), Of(Gen.Float), Of(Gen.Double), Of(Gen.Double.Nullable()),
        Of(Gen.Int.Select(value => value / 1000m)));

    [TestCaseSource(typeof(ParquetKind), nameof(ParquetKind.Names))]
    public async Task Read_AnyPages_GivesWhatWasWritten(string name)
    {
        var kind = ParquetKind.Of(name);
        var file =
            Gen.Bool.SelectMany(isOptional => Gen.Select(Gen.Const(isOptional), Chunks(kind, isOptional).Array[1, 3]));
        await file.SampleAsync(
            async (isOptional, chunks) => await AssertReadAsync(kind, isOptional, chunks), iter: 60, threads: 1);
    }

    [Test]
    public async Task Read_AnyFileOfParquetNet_GivesWhatWasWritten() =>
        await Gen.Select(
            Written, Gen.Enum<CompressionMethod>().Where(IsRead), Gen.Enum<EncodingHint>(), Gen.Int[1, 3]).SampleAsync(
            async (values, compression, encoding, groups) =>
            {
                var path = Folder.At("p.parquet");
                var options = new ParquetOptions { CompressionMethod = compression };
                options.ColumnEncodingHints["c"] = encoding;
                await ParquetPlays.WriteAsync(path, groups, options, ("c", values));
                var file = await ParquetFile.OpenAsync(new FileByteSource(path), CancellationToken.None);
                var isWeight = values is double[] or double?[] or float[] or decimal[];
                var read = new List<string?>();
                for (var group = 0; group < groups; group++)
                {
                    using var column = await ReadAsync(file, group, isWeight);
                    read.AddRange(Rows(column));
                }

                Assert.That(
                    read,
                    Is.EqualTo(values.Cast<object?>().Select(ParquetKind.Text)),
                    $"{values.GetType().Name}, {compression}, {encoding}");
            },
            iter: 300, threads: 1);

    private static bool IsRead(CompressionMethod compression) =>
        compression is not (CompressionMethod.LZ4 or CompressionMethod.Lzo);

    private async Task AssertReadAsync(ParquetKind kind, bool isOptional, Chunk[] chunks)
    {
        var path = Folder.At("p.parquet");
        RawParquet.Write(path, Array.ConvertAll(
            chunks,
            chunk => new RawParquet.Group(
                RowCount(chunk), kind.Column(isOptional, chunk.Codec, Bytes(kind, isOptional, chunk)))));
        var file = await ParquetFile.OpenAsync(new FileByteSource(path), CancellationToken.None);
        await using var reader = await ParquetReader.CreateAsync(path);
        for (var group = 0; group < chunks.Length; group++)
        {
            var rows = chunks[group].Pages.SelectMany(page => page.Rows);
            var expected = rows.Select(row => row < 0 ? null : kind.TextOf(chunks[group].Values[row]));
            using var ours = await ReadAsync(file, group, kind.IsWeight);
            if (chunks[group].Codec == RawPages.Lz4Hadoop) continue; // which Parquet.Net does not read
            using var theirs = await ParquetNetColumn.ReadAsync(reader, group, "c", Values(file, kind.IsWeight));
            Assert.That(Rows(ours), Is.EqualTo(expected), $"{kind.Name}, row group {group}");
            Assert.That(Rows(theirs), Is.EqualTo(expected), $"{kind.Name}, row group {group}, by Parquet.Net");
        }
    }

    private static Gen<Array> Of<T>(Gen<T> values) => values.Array[0, 2 * PlainRows].Select(array => (Array)array);

    private static Gen<Chunk> Chunks(ParquetKind kind, bool isOptional) => Gen.Select(
        Gen.Int[0, RawPages.Codecs.Length - 1], kind.Plain.Array[1, 40]).SelectMany((codec, values) =>
            Pages(values.Length, isOptional).Array[0, 5]
                .Select(pages => new Chunk(RawPages.Codecs[codec], values, pages)));

    private static Gen<Page> Pages(int values, bool isOptional) => Gen.Select(
        Gen.Bool,
        Gen.Bool,
        Gen.Bool,
        Gen.Int[1, 30],
        Gen.OneOf(Gen.Int[isOptional ? -values : 0, values - 1].Array[0, PlainRows], Stretches(values, isOptional)),
        (version2, indices, compressed, repeat, rows) => new Page(version2, indices, compressed, repeat, rows));

    /// <summary>Rows in which values and nulls come many at a time.</summary>
    private static Gen<int[]> Stretches(int values, bool isOptional) =>
        Gen.Select(Gen.Int[isOptional ? -1 : 0, values - 1], Gen.Int[1, PlainRows]).Array[1, 5].Select(
        stretches => stretches.SelectMany(stretch => Enumerable.Repeat(stretch.Item1, stretch.Item2)).ToArray());

    private static int RowCount(Chunk chunk) => chunk.Pages.Sum(page => page.Rows.Length);

    private static byte[] Bytes(ParquetKind kind, bool isOptional, Chunk chunk)
    {
        IEnumerable<byte[]> pages = chunk.Pages.Select(page => Bytes(isOptional, chunk, page));
        if (chunk.Pages.Any(page => page.HasIndices))
            pages = pages.Prepend(RawPages.Dictionary(chunk.Codec, chunk.Values.Length, Concatenated(chunk.Values)));
        return Concatenated(pages);
    }

    private static byte[] Bytes(bool isOptional, Chunk chunk, Page page)
    {
        var present = page.Rows.Where(row => row >= 0).ToArray();
        var width = 32 - int.LeadingZeroCount(chunk.Values.Length - 1);
        var values = page.HasIndices
            ? [(byte)width, .. RawRuns.Encode(present, width, page.Repeat)]
            : Concatenated(present.Select(row => chunk.Values[row]));
        var levels = isOptional
            ? RawRuns.Encode(Array.ConvertAll(page.Rows, row => row < 0 ? 0 : 1), 1, page.Repeat)
            : [];
        var encoding = page.HasIndices ? RawPages.RleDictionary : RawPages.PlainEncoding;
        if (page.IsVersion2)
            return RawPages.Version2(
                page.IsCompressed ? chunk.Codec : null,
                page.Rows.Length,
                page.Rows.Length - present.Length,
                encoding,
                levels,
                values);
        return RawPages.Version1(
            chunk.Codec,
            page.Rows.Length,
            encoding,
            isOptional ? [.. BitConverter.GetBytes(levels.Length), .. levels] : [],
            values);
    }

    private static byte[] Concatenated(IEnumerable<byte[]> parts) => parts.SelectMany(part => part).ToArray();

    private static Task<ParquetColumnData> ReadAsync(ParquetFile file, int group, bool isWeight) =>
        file.ReadAsync(group, file.Schema.Leaves[0], Values(file, isWeight), CancellationToken.None);

    private static ParquetValues Values(ParquetFile file, bool isWeight) =>
        isWeight ? ParquetWeights.For(file.Schema.Leaves[0])! : ParquetIdValues.For(file.Schema.Leaves[0])!;

    private static IEnumerable<string?> Rows(ParquetColumnData column) =>
        Enumerable.Range(0, column.Indices.Length).Select(row => ParquetKind.At(column, row));
}

using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>A row group of a file and its columns, each of which is read by itself.</summary>
/// <param name="file">The file.</param>
/// <param name="index">The number of the row group.</param>
/// <param name="rowCount">Rows, as the footer says.</param>
/// <param name="chunks">Where the columns are; null for one that is not there.</param>
internal sealed class ParquetGroup(InputFile file, int index, long rowCount, IReadOnlyDictionary<DataField, ColumnChunk?> chunks)
{
    /// <summary>Runs of equal values take few bytes; no file of plays comes near this.</summary>
    private const long MostRowsPerByte = 1 << 16;

    public int Index => index;

    public async Task<ParquetColumnData> ReadAsync(DataField field, Func<DataField, ParquetValues> form, CancellationToken cancellation)
    {
        var rows = Rows();
        var chunk = Check(field);
        if (ParquetForms.AreDecodedHere(field, chunk) && Decode(field, chunk.MetaData!, new ParquetColumnData(field.Name, rows, form(field))) is { } decoded) return decoded;
        return await ReadByLibraryAsync(field, chunk.MetaData!, new ParquetColumnData(field.Name, rows, form(field)), cancellation).ConfigureAwait(false);
    }

    private int Rows()
    {
        // A damaged count must not become a huge allocation.
        if (rowCount < 0 || rowCount > Math.Min(Array.MaxLength, file.Bytes * MostRowsPerByte))
            throw Bad($"row group {index} says it has {rowCount:N0} rows. The file is damaged, or written with row groups that are too large");
        return (int)rowCount;
    }

    private ColumnChunk Check(DataField field)
    {
        if (chunks[field] is not { MetaData: { } data } chunk) throw Bad($"column '{field.Name}' is absent from a row group; write the file again");
        if (data.NumValues != rowCount) throw Bad($"column '{field.Name}' has {data.NumValues:N0} values in a row group of {rowCount:N0}; copy or write the file again");
        if (data.Codec is CompressionCodec.LZ4 or CompressionCodec.LZO)
            throw Bad($"column '{field.Name}' is compressed by {data.Codec} (Hadoop's framing), which is not read. Write it with ZSTD, SNAPPY, GZIP or LZ4_RAW");
        return chunk;
    }

    /// <returns>Null where a page is in a form that only the library knows.</returns>
    private ParquetColumnData? Decode(DataField field, ColumnMetaData data, ParquetColumnData column)
    {
        try
        {
            using var handle = File.OpenHandle(file.Path);
            var start = data.DictionaryPageOffset is { } dictionary and > 0 ? Math.Min(dictionary, data.DataPageOffset) : data.DataPageOffset;
            if (start < 0 || data.TotalCompressedSize < 0 || data.TotalCompressedSize > RandomAccess.GetLength(handle) - start)
                throw new InvalidDataException($"column '{field.Name}' goes on behind the end of the file");
            if (data.TotalCompressedSize <= Array.MaxLength && Decode(handle, start, (int)data.TotalCompressedSize, data.Codec, field, column)) return column;
            column.Dispose();
            return null;
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    private static bool Decode(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long start, int length, CompressionCodec codec, DataField field, ParquetColumnData column)
    {
        using var chunk = new RentedArray<byte>(length);
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(handle, chunk.Span[read..], start + read);
            if (count == 0) throw new EndOfStreamException();
            read += count;
        }

        return ParquetChunk.TryRead(new ArraySegment<byte>(chunk.Array, 0, length), codec, field, column);
    }

    private async Task<ParquetColumnData> ReadByLibraryAsync(DataField field, ColumnMetaData data, ParquetColumnData column, CancellationToken cancellation)
    {
        try
        {
            var reader = await ParquetReader.CreateAsync(file.Path, cancellationToken: cancellation).ConfigureAwait(false);
            await using var owned = reader.ConfigureAwait(false);
            using var group = reader.OpenRowGroupReader(index);
            await ParquetLibraryColumn.ReadAsync(group, field, column, cancellation).ConfigureAwait(false);
            return column;
        }
        catch (NotSupportedException)
        {
            column.Dispose();
            throw Bad($"column '{field.Name}' is {ParquetNames.Of(field.SchemaElement)} in {string.Join(", ", data.Encodings)}, which is not supported. Write it with PLAIN or dictionary encoding");
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    private GpuAlsException Bad(string problem) => ParquetGuard.Bad(file, problem);
}

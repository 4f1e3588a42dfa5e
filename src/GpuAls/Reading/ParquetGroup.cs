using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace GpuAls;

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

    /// <exception cref="GpuAlsException">Kind BadInput: the column is damaged, or in a form that is not read.</exception>
    public async Task<ParquetColumnData> ReadAsync(DataField field, Func<DataField, ParquetValues> form, CancellationToken cancellation)
    {
        var rows = Rows();
        var data = Check(field);
        try
        {
            using var chunk = ReadChunk(data);
            if (ParquetForms.AreDecodedHere(field) && Decode(chunk.Segment, data.Codec, field, new ParquetColumnData(field.Name, rows, form(field))) is { } decoded) return decoded;
            ParquetChunk.Check(chunk.Segment, data.Codec, rows);
            return await ReadByLibraryAsync(field, new ParquetColumnData(field.Name, rows, form(field)), cancellation).ConfigureAwait(false);
        }
        catch (NotSupportedException)
        {
            throw Bad($"column '{field.Name}' is {ParquetNames.Of(field.SchemaElement)} in {string.Join(", ", data.Encodings)}, which is not supported. Write it with PLAIN or dictionary encoding");
        }
        catch (Exception exception) when (ParquetGuard.IsDamage(exception))
        {
            throw ParquetGuard.Damaged($"{file.Path}, row group {index}: column '{field.Name}'", exception);
        }
    }

    private int Rows()
    {
        // A damaged count must not become a huge allocation.
        if (rowCount < 0 || rowCount > Math.Min(Array.MaxLength, file.Bytes * MostRowsPerByte))
            throw Bad($"it says it has {rowCount:N0} rows. The file is damaged, or written with row groups that are too large");
        return (int)rowCount;
    }

    private ColumnMetaData Check(DataField field)
    {
        if (chunks[field] is not { MetaData: { } data } chunk) throw Bad($"column '{field.Name}' is absent; write the file again");
        if (chunk.FilePath is not null) throw Bad($"column '{field.Name}' is in another file, which is not read. Write all columns to one file");
        if (chunk.CryptoMetadata is not null) throw Bad($"column '{field.Name}' is encrypted, which is not read. Write it without encryption");
        if (data.Type != field.SchemaElement?.Type) throw Bad($"column '{field.Name}' is {data.Type} here and {field.SchemaElement?.Type} in the schema; copy or write the file again");
        if (data.NumValues != rowCount) throw Bad($"column '{field.Name}' has {data.NumValues:N0} values for {rowCount:N0} rows; copy or write the file again");
        if (!ParquetCompression.IsKnown(data.Codec))
            throw Bad($"column '{field.Name}' is compressed by {data.Codec}{(data.Codec == CompressionCodec.LZ4 ? " (Hadoop's framing)" : "")}, which is not read. Write it with ZSTD, SNAPPY, GZIP or LZ4_RAW");
        if (data.TotalCompressedSize > Array.MaxLength) throw TooLarge(field);
        return data;
    }

    private RentedArray<byte> ReadChunk(ColumnMetaData data)
    {
        using var handle = File.OpenHandle(file.Path);
        var start = data.DictionaryPageOffset is { } dictionary and > 0 ? Math.Min(dictionary, data.DataPageOffset) : data.DataPageOffset;
        if (start < 0 || data.TotalCompressedSize < 0 || data.TotalCompressedSize > RandomAccess.GetLength(handle) - start)
            throw new InvalidDataException("it goes on behind the end of the file");
        var chunk = new RentedArray<byte>((int)data.TotalCompressedSize);
        try
        {
            for (var read = 0; read < data.TotalCompressedSize;)
                read += RandomAccess.Read(handle, chunk.Span[read..], start + read) is var count and > 0 ? count : throw new EndOfStreamException();
            return chunk;
        }
        catch
        {
            chunk.Dispose();
            throw;
        }
    }

    /// <returns>Null where a page is in a form that only the library knows.</returns>
    private ParquetColumnData? Decode(ArraySegment<byte> chunk, CompressionCodec codec, DataField field, ParquetColumnData column)
    {
        try
        {
            if (ParquetChunk.TryRead(chunk, codec, field, column)) return column;
            column.Dispose();
            return null;
        }
        catch (OverflowException)
        {
            column.Dispose();
            throw TooLarge(field);
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    private async Task<ParquetColumnData> ReadByLibraryAsync(DataField field, ParquetColumnData column, CancellationToken cancellation)
    {
        try
        {
            var reader = await ParquetReader.CreateAsync(file.Path, cancellationToken: cancellation).ConfigureAwait(false);
            await using var owned = reader.ConfigureAwait(false);
            using var group = reader.OpenRowGroupReader(index);
            await ParquetLibraryColumn.ReadAsync(group, field, column, cancellation).ConfigureAwait(false);
            return column;
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    private GpuAlsException TooLarge(DataField field) => Bad($"column '{field.Name}' has more than {Array.MaxLength:N0} bytes. Write the file with smaller row groups");

    private GpuAlsException Bad(string problem) => new(FailureKind.BadInput, $"{file.Path}, row group {index}: {problem}.");
}

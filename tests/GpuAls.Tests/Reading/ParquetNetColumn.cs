using System.Runtime.InteropServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls.Tests.Reading;

/// <summary>Reads a column chunk with Parquet.Net, to compare with.</summary>
internal static class ParquetNetColumn
{
    /// <param name="reader">The file.</param>
    /// <param name="group">Index of the row group.</param>
    /// <param name="name">The column.</param>
    /// <param name="values">Empty; receives the values.</param>
    public static async Task<ParquetColumnData> ReadAsync(
        ParquetReader reader, int group, string name, ParquetValues values)
    {
        using var rows = reader.OpenRowGroupReader(group);
        var field = reader.Schema.FindDataField(name);
        var column = new ParquetColumnData(name, (int)rows.RowCount, values);

        // As text it would have U+FFFD for bytes that are not valid UTF-8.
        using var raw = await rows.ReadRawColumnDataBaseAsync(values is ParquetTexts ? AsBytes(field) : field);
        Fill(raw, SetIndices(raw, field, column), values);
        return column;
    }

    private static DataField<ReadOnlyMemory<byte>> AsBytes(DataField field)
    {
        var bytes = new DataField<ReadOnlyMemory<byte>>(field.Name, field.IsNullable);
        _ = new ParquetSchema(bytes); // a field has its levels from its schema
        return bytes;
    }

    private static void Fill(RawColumnData raw, int count, ParquetValues values)
    {
        switch (raw)
        {
            case RawColumnData<ReadOnlyMemory<byte>> bytes when values is ParquetTexts:
                foreach (var text in bytes.Values[..count]) values.Add(RawParquet.Plain(text.ToArray()), 1);
                break;
            case RawColumnData<ReadOnlyMemory<byte>> bytes:
                foreach (var uuid in bytes.Values[..count]) values.Add(uuid.Span, 1);
                break;
            case RawColumnData<Guid> uuids:
                foreach (var uuid in uuids.Values[..count]) values.Add(uuid.ToByteArray(bigEndian: true), 1);
                break;
            case RawColumnData<byte> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<short> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<int> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<uint> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<long> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<ulong> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<float> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<double> numbers: Add(values, numbers.Values[..count]); break;
            default: throw new ArgumentException($"no column of {raw.GetType()}");
        }
    }

    private static int[] Widen<T>(Span<T> values, Converter<T, int> widen) => Array.ConvertAll(values.ToArray(), widen);

    private static void Add<T>(ParquetValues values, Span<T> numbers)
        where T : unmanaged => values.Add(MemoryMarshal.AsBytes(numbers), numbers.Length);

    /// <returns>Number of values.</returns>
    private static int SetIndices(RawColumnData raw, DataField field, ParquetColumnData column)
    {
        var indices = column.Indices.Span;
        var levels = field.MaxDefinitionLevel > 0 ? raw.DefinitionLevels : [];
        var next = 0;
        for (var row = 0; row < indices.Length; row++)
            indices[row] = levels.IsEmpty || levels[row] == field.MaxDefinitionLevel ? next++ : ParquetColumnData.Null;
        return next;
    }
}

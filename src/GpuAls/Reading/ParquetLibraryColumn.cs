using System.Runtime.InteropServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls;

/// <summary>Reads a column chunk by Parquet.Net: slower, but it knows the rarer forms.</summary>
internal static class ParquetLibraryColumn
{
    /// <param name="group">The row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="column">Receives the places and values.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NotSupportedException">The library does not know the form either.</exception>
    public static async Task ReadAsync(ParquetRowGroupReader group, DataField field, ParquetColumnData column, CancellationToken cancellation)
    {
        // Text comes decoded, with U+FFFD for bytes that are no UTF-8, which would make one id of several: so its bytes are read.
        var asked = column.Values is ParquetTexts or ParquetTimeTexts ? AsBytes(field) : field;
        using var raw = await group.ReadRawColumnDataBaseAsync(asked, cancellation).ConfigureAwait(false);
        Fill(raw, Place(raw, field, column), column.Values);
    }

    private static DataField<ReadOnlyMemory<byte>> AsBytes(DataField field)
    {
        var bytes = new DataField<ReadOnlyMemory<byte>>(field.Name, field.IsNullable);
        _ = new ParquetSchema(bytes); // a field has its levels from its schema
        return bytes;
    }

    /// <param name="raw">What was read, in some forms with room for values that are null.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="values">Receives them.</param>
    private static void Fill(RawColumnData raw, int count, ParquetValues values)
    {
        switch (raw)
        {
            case RawColumnData<ReadOnlyMemory<byte>> bytes when values is ParquetTexts texts:
                foreach (var text in bytes.Values[..count]) texts.Add(text.Span);
                break;
            case RawColumnData<ReadOnlyMemory<byte>> bytes when values is ParquetTimeTexts times:
                foreach (var text in bytes.Values) times.Add(text.Span);
                break;
            case RawColumnData<DateTime> instants when values is ParquetTimes times:
                foreach (var instant in instants.Values) times.Add(instant);
                break;
            case RawColumnData<ReadOnlyMemory<byte>> bytes:
                foreach (var uuid in bytes.Values[..count]) values.Add(uuid.Span, 1);
                break;
            case RawColumnData<Guid> uuids:
                foreach (var uuid in uuids.Values[..count]) values.Add(uuid.ToByteArray(bigEndian: true), 1);
                break;
            case RawColumnData<sbyte> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<byte> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<short> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<ushort> numbers: Add(values, Widen(numbers.Values[..count], value => value)); break;
            case RawColumnData<int> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<uint> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<long> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<ulong> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<float> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<double> numbers: Add(values, numbers.Values[..count]); break;
            case RawColumnData<decimal> numbers: Add(values, Array.ConvertAll(numbers.Values[..count].ToArray(), value => (double)value)); break;
            default: throw new ParquetException("a column has an unexpected type");
        }
    }

    private static int[] Widen<T>(Span<T> values, Converter<T, int> widen) => Array.ConvertAll(values.ToArray(), widen);

    private static void Add<T>(ParquetValues values, Span<T> numbers)
        where T : unmanaged => values.Add(MemoryMarshal.AsBytes(numbers), numbers.Length);

    /// <returns>How many values there are.</returns>
    private static int Place(RawColumnData raw, DataField field, ParquetColumnData column)
    {
        var places = column.Places.Span;
        var isNullable = field.MaxDefinitionLevel > 0;
        var levels = isNullable ? raw.DefinitionLevels : [];
        if (isNullable && levels.Length != places.Length)
            throw new ParquetException($"column '{field.Name}' has {levels.Length} rows in a group of {places.Length}");
        var next = 0;
        for (var row = 0; row < places.Length; row++)
            places[row] = !isNullable || levels[row] == field.MaxDefinitionLevel ? next++ : ParquetColumnData.Null;
        return next;
    }
}

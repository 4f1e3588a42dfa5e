using System.Runtime.InteropServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls.Reading;

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
        Fill(raw, column.Values);
        Place(raw, field, column);
    }

    private static DataField<ReadOnlyMemory<byte>> AsBytes(DataField field)
    {
        var bytes = new DataField<ReadOnlyMemory<byte>>(field.Name, field.IsNullable);
        _ = new ParquetSchema(bytes); // a field has its levels from its schema
        return bytes;
    }

    private static void Fill(RawColumnData raw, ParquetValues values)
    {
        switch (raw)
        {
            case RawColumnData<ReadOnlyMemory<byte>> bytes when values is ParquetTexts texts:
                foreach (var text in bytes.Values) texts.Add(text.Span);
                break;
            case RawColumnData<ReadOnlyMemory<byte>> bytes when values is ParquetTimeTexts times:
                foreach (var text in bytes.Values) times.Add(text.Span);
                break;
            case RawColumnData<DateTime> instants when values is ParquetTimes times:
                foreach (var instant in instants.Values) times.Add(instant);
                break;
            case RawColumnData<ReadOnlyMemory<byte>> bytes:
                foreach (var uuid in bytes.Values) values.Add(uuid.Span, 1);
                break;
            case RawColumnData<Guid> uuids:
                foreach (var uuid in uuids.Values) values.Add(uuid.ToByteArray(bigEndian: true), 1);
                break;
            case RawColumnData<sbyte> numbers: Add(values, Widen(numbers, value => value)); break;
            case RawColumnData<byte> numbers: Add(values, Widen(numbers, value => value)); break;
            case RawColumnData<short> numbers: Add(values, Widen(numbers, value => value)); break;
            case RawColumnData<ushort> numbers: Add(values, Widen(numbers, value => value)); break;
            case RawColumnData<int> numbers: Add(values, numbers.Values); break;
            case RawColumnData<uint> numbers: Add(values, numbers.Values); break;
            case RawColumnData<long> numbers: Add(values, numbers.Values); break;
            case RawColumnData<ulong> numbers: Add(values, numbers.Values); break;
            case RawColumnData<float> numbers: Add(values, numbers.Values); break;
            case RawColumnData<double> numbers: Add(values, numbers.Values); break;
            case RawColumnData<decimal> numbers: Add(values, Array.ConvertAll(numbers.Values.ToArray(), value => (double)value)); break;
            default: throw new ParquetException("a column has an unexpected type");
        }
    }

    private static int[] Widen<T>(RawColumnData<T> raw, Converter<T, int> widen)
        where T : struct => Array.ConvertAll(raw.Values.ToArray(), widen);

    private static void Add<T>(ParquetValues values, Span<T> numbers)
        where T : unmanaged => values.Add(MemoryMarshal.AsBytes(numbers), numbers.Length);

    private static void Place(RawColumnData raw, DataField field, ParquetColumnData column)
    {
        var places = column.Places.Span;
        var isNullable = field.MaxDefinitionLevel > 0;
        var levels = isNullable ? raw.DefinitionLevels : [];
        if (isNullable && levels.Length != places.Length)
            throw new ParquetException($"column '{field.Name}' has {levels.Length} rows in a group of {places.Length}");
        var next = 0;
        for (var row = 0; row < places.Length; row++)
            places[row] = !isNullable || levels[row] == field.MaxDefinitionLevel ? next++ : ParquetColumnData.Null;
        if (next > column.Values.Count) throw new ParquetException($"column '{field.Name}' has {column.Values.Count} values for {next} rows");
    }
}

using System.Text;
using System.Text.Unicode;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>
/// One column of a row group. Parquet stores the values that are not null, one behind the other; the definition levels say
/// which rows have one.
/// </summary>
internal sealed class ParquetColumnData : IDisposable
{
    /// <summary>Length of a value of fixed length that is a UUID.</summary>
    public const int UuidBytes = 16;

    private readonly RawColumnData _raw;
    private readonly int _maxLevel;
    private readonly bool _isUuid;

    private ParquetColumnData(RawColumnData raw, DataField field)
    {
        (_raw, Name, _maxLevel) = (raw, field.Name, field.MaxDefinitionLevel);
        _isUuid = field.SchemaElement is { Type: Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY, TypeLength: UuidBytes };
    }

    public string Name { get; }

    public static async Task<ParquetColumnData> ReadAsync(ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        var raw = await ParquetRawColumn.ReadAsync(group, field, cancellation).ConfigureAwait(false);
        var column = new ParquetColumnData(raw, field);
        if (field.MaxDefinitionLevel > 0 && raw.DefinitionLevels.Length != group.RowCount)
            throw new ParquetException($"column '{field.Name}' has {raw.DefinitionLevels.Length} rows in a group of {group.RowCount}");
        return column;
    }

    /// <summary>Where the value of each row stands among the values; -1 for null.</summary>
    public int[] Places(int rowCount)
    {
        var places = new int[rowCount];
        var next = 0;
        if (_maxLevel == 0)
        {
            for (var row = 0; row < rowCount; row++) places[row] = row;
            return places;
        }

        var levels = _raw.DefinitionLevels;
        for (var row = 0; row < rowCount; row++) places[row] = levels[row] == _maxLevel ? next++ : -1;
        return places;
    }

    /// <summary>The ids at some places.</summary>
    public IdColumn Ids(int[] places) => _raw switch
    {
        RawColumnData<ReadOnlyMemory<char>> text => new TextIds(Gather(text.Values, places), MayBeIntegers: false),
        RawColumnData<ReadOnlyMemory<byte>> bytes when _isUuid => new UuidIds(Array.ConvertAll(places, place => new Guid(bytes.Values[place].Span, bigEndian: true))),
        RawColumnData<ReadOnlyMemory<byte>> bytes => ByteIds(bytes, places),
        RawColumnData<Guid> uuids => new UuidIds(Gather(uuids.Values, places)),
        RawColumnData<sbyte> values => Integers(values, places, value => value, IdType.Integer32),
        RawColumnData<byte> values => Integers(values, places, value => value, IdType.Integer32),
        RawColumnData<short> values => Integers(values, places, value => value, IdType.Integer32),
        RawColumnData<ushort> values => Integers(values, places, value => value, IdType.Integer32),
        RawColumnData<int> values => Integers(values, places, value => value, IdType.Integer32),
        RawColumnData<uint> values => Integers(values, places, value => value, IdType.Integer64),
        RawColumnData<long> values => new IntegerIds(Gather(values.Values, places), IdType.Integer64),
        RawColumnData<ulong> values => Integers(values, places, value => (long)value, IdType.Integer64),
        _ => throw new ParquetException($"column '{Name}' has an unexpected type"),
    };

    /// <summary>The weight at a place.</summary>
    public Func<int, double> Weights() => _raw switch
    {
        RawColumnData<float> values => place => values.Values[place],
        RawColumnData<double> values => place => values.Values[place],
        RawColumnData<decimal> values => place => (double)values.Values[place],
        RawColumnData<sbyte> values => place => values.Values[place],
        RawColumnData<byte> values => place => values.Values[place],
        RawColumnData<short> values => place => values.Values[place],
        RawColumnData<ushort> values => place => values.Values[place],
        RawColumnData<int> values => place => values.Values[place],
        RawColumnData<uint> values => place => values.Values[place],
        RawColumnData<long> values => place => values.Values[place],
        RawColumnData<ulong> values => place => values.Values[place],
        _ => throw new ParquetException($"column '{Name}' has an unexpected type"),
    };

    /// <summary>Why the value at a place is no id; null where it is one.</summary>
    public string? Problem(int place) => _raw switch
    {
        RawColumnData<ReadOnlyMemory<char>> text => text.Values[place].IsEmpty ? "is empty" : null,
        RawColumnData<ReadOnlyMemory<byte>> bytes when !_isUuid => Problem(bytes.Values[place].Span),
        RawColumnData<ulong> values when values.Values[place] > long.MaxValue =>
            $"is {values.Values[place]}; integer ids go up to {long.MaxValue}. Write them as text",
        _ => null,
    };

    public void Dispose() => _raw.Dispose();

    private static T[] Gather<T>(Span<T> values, int[] places)
    {
        var gathered = new T[places.Length];
        for (var row = 0; row < places.Length; row++) gathered[row] = values[places[row]];
        return gathered;
    }

    private static IntegerIds Integers<T>(RawColumnData<T> values, int[] places, Func<T, long> widen, IdType type)
        where T : struct =>
        new(Array.ConvertAll(places, place => widen(values.Values[place])), type);

    private static TextIds ByteIds(RawColumnData<ReadOnlyMemory<byte>> bytes, int[] places) =>
        new(Array.ConvertAll(places, place => Encoding.UTF8.GetString(bytes.Values[place].Span).AsMemory()), MayBeIntegers: false);

    private static string? Problem(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "is empty";
        return Utf8.IsValid(bytes) ? null : $"has {bytes.Length} bytes that are no UTF-8 text. Cast ids to UTF-8 strings, 16-byte UUIDs to FIXED_LEN_BYTE_ARRAY(16)";
    }
}

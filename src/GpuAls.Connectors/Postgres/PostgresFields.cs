using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace GpuAls.Connectors.Postgres;

/// <summary>Appends the id at an index as a field of binary COPY: its length, then its bytes.</summary>
internal delegate void WriteField(ArrayBufferWriter<byte> row, int index);

/// <summary>The fields of rows as binary COPY has them.</summary>
internal static class PostgresFields
{
    private const int Integer16Bytes = sizeof(short);
    private const int Float32Type = 700;
    private const int NumericBytes = 20;

    /// <summary>What the ids of a model can be written as.</summary>
    public const string IdTypes = "text, varchar, char, smallint, integer, bigint, numeric or uuid";

    /// <summary>The type of a new column of ids.</summary>
    public static string NewType(IdType type) => type switch
    {
        IdType.Text => "text",
        IdType.Integer32 => "integer",
        IdType.Integer64 => "bigint",
        IdType.UnsignedInteger64 => "numeric(20, 0)",
        _ => "uuid",
    };

    /// <summary>The same type by its number.</summary>
    public static PostgresType TypeOf(IdType type) => type switch
    {
        IdType.Text => PostgresType.Text,
        IdType.Integer32 => PostgresType.Integer32,
        IdType.Integer64 => PostgresType.Integer64,
        IdType.UnsignedInteger64 => PostgresType.Numeric,
        _ => PostgresType.Uuid,
    };

    /// <summary>Whether a column of a type can have a role.</summary>
    public static bool Takes(ColumnRole role, PostgresType type) => role switch
    {
        ColumnRole.User or ColumnRole.Item => IsText(type) || IsInteger(type)
            || type is PostgresType.Uuid or PostgresType.Numeric,
        ColumnRole.Rank => IsInteger(type),
        ColumnRole.Score => type is PostgresType.Float32 or PostgresType.Float64,
        _ => type is PostgresType.Float32Array,
    };

    /// <summary>What a column of a role can be, for messages.</summary>
    public static string Expected(ColumnRole role) => role switch
    {
        ColumnRole.User or ColumnRole.Item => IdTypes,
        ColumnRole.Rank => "smallint, integer or bigint",
        ColumnRole.Score => "real or double precision",
        _ => "real[]",
    };

    /// <summary>Writes ids into a column of a type. Each is looked at before the first is written.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="type">The type of the column.</param>
    /// <param name="column">The table and column, for messages.</param>
    /// <exception cref="GpuAlsException">Kind Output: an id is no value of the type.</exception>
    public static WriteField OfIds(IdIndex ids, PostgresType type, string column)
    {
        if (IsText(type)) return (row, index) => WriteText(row, ids.Format(index));
        return type switch
        {
            PostgresType.Uuid => OfUuids(ids, column),
            PostgresType.Numeric when ids is IdIndex<ulong> unsigned =>
                (row, index) => WriteNumeric(row, unsigned.Ids.Span[index]),
            PostgresType.Numeric => OfNumbers(ids, column),
            _ => OfIntegers(ids, type, column),
        };
    }

    /// <summary>Appends an integer of a type.</summary>
    public static void WriteInteger(ArrayBufferWriter<byte> row, long value, PostgresType type)
    {
        switch (type)
        {
            case PostgresType.Integer16:
                BinaryPrimitives.WriteInt16BigEndian(Take(row, Integer16Bytes), (short)value);
                break;
            case PostgresType.Integer32:
                BinaryPrimitives.WriteInt32BigEndian(Take(row, sizeof(int)), (int)value);
                break;
            default:
                BinaryPrimitives.WriteInt64BigEndian(Take(row, sizeof(long)), value);
                break;
        }
    }

    /// <summary>Appends a number as real or double precision.</summary>
    public static void WriteFloat(ArrayBufferWriter<byte> row, float value, PostgresType type)
    {
        if (type == PostgresType.Float32) BinaryPrimitives.WriteSingleBigEndian(Take(row, sizeof(float)), value);
        else BinaryPrimitives.WriteDoubleBigEndian(Take(row, sizeof(double)), value);
    }

    /// <summary>Appends an array of reals.</summary>
    public static void WriteFloats(ArrayBufferWriter<byte> row, ReadOnlySpan<float> values)
    {
        const int headInts = 5; // dimensions, whether there are NULLs, type, length, first index
        var field = Take(row, (headInts + (2 * values.Length)) * sizeof(int));
        int[] head = [1, 0, Float32Type, values.Length, 1];
        for (var i = 0; i < headInts; i++) BinaryPrimitives.WriteInt32BigEndian(field[(i * sizeof(int))..], head[i]);
        field = field[(headInts * sizeof(int))..];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(field[(i * 2 * sizeof(int))..], sizeof(float));
            BinaryPrimitives.WriteSingleBigEndian(field[(((i * 2) + 1) * sizeof(int))..], values[i]);
        }
    }

    /// <summary>Begins a row.</summary>
    public static void WriteFieldCount(ArrayBufferWriter<byte> row, int fields)
    {
        BinaryPrimitives.WriteInt16BigEndian(row.GetSpan(Integer16Bytes), (short)fields);
        row.Advance(Integer16Bytes);
    }

    /// <summary>Writes the length of a field.</summary>
    /// <returns>[length], to be filled.</returns>
    private static Span<byte> Take(ArrayBufferWriter<byte> row, int length)
    {
        var bytes = row.GetSpan(sizeof(int) + length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        row.Advance(sizeof(int) + length);
        return bytes.Slice(sizeof(int), length);
    }

    private static void WriteText(ArrayBufferWriter<byte> row, string text) =>
        Encoding.UTF8.GetBytes(text, Take(row, Encoding.UTF8.GetByteCount(text)));

    private static void WriteNumeric(ArrayBufferWriter<byte> row, Int128 value)
    {
        Span<byte> bytes = stackalloc byte[NumericBytes];
        var length = PostgresNumeric.Write(bytes, value);
        bytes[..length].CopyTo(Take(row, length));
    }

    private static WriteField OfNumbers(IdIndex ids, string column)
    {
        var numbers = Converted<long>(ids, column, "numeric", text =>
            long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null);
        return (row, index) => WriteNumeric(row, numbers.Span[index]);
    }

    private static WriteField OfUuids(IdIndex ids, string column)
    {
        var uuids = ids is IdIndex<Guid> own
            ? own.Ids
            : Converted<Guid>(ids, column, "uuid", text => Guid.TryParse(text, out var uuid) ? uuid : null);
        return (row, index) => uuids.Span[index].TryWriteBytes(Take(row, IdValues.UuidBytes), bigEndian: true, out _);
    }

    private static WriteField OfIntegers(IdIndex ids, PostgresType type, string column)
    {
        var integers = ids is IdIndex<long> own && type == PostgresType.Integer64
            ? own.Ids
            : Converted<long>(ids, column, Name(type), text =>
                long.TryParse(text, CultureInfo.InvariantCulture, out var value) && Fits(value, type) ? value : null);
        return (row, index) => WriteInteger(row, integers.Span[index], type);
    }

    /// <summary>[ids], as another type.</summary>
    private static ReadOnlyMemory<T> Converted<T>(IdIndex ids, string column, string typeName, Func<string, T?> convert)
        where T : struct
    {
        var values = new T[ids.Count];
        for (var index = 0; index < values.Length; index++)
            values[index] = convert(ids.Format(index)) ?? throw Unfit(column, ids.Format(index), typeName);
        return values;
    }

    private static GpuAlsException Unfit(string column, string id, string typeName) => new(
        FailureKind.Output,
        $"{column} is {typeName}, which cannot hold the id {Quoted.Of(id)}. Make the column text, or write to another "
        + "table.");

    private static bool IsText(PostgresType type) =>
        type is PostgresType.Text or PostgresType.BoundedText or PostgresType.PaddedText;

    private static bool IsInteger(PostgresType type) =>
        type is PostgresType.Integer16 or PostgresType.Integer32 or PostgresType.Integer64;

    private static bool Fits(long value, PostgresType type) => type switch
    {
        PostgresType.Integer16 => value is >= short.MinValue and <= short.MaxValue,
        PostgresType.Integer32 => value is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };

    private static string Name(PostgresType type) => type switch
    {
        PostgresType.Integer16 => "smallint",
        PostgresType.Integer32 => "integer",
        _ => "bigint",
    };
}

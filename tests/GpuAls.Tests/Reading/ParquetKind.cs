using System.Globalization;
using System.Text;
using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>A type of column: how its values look in a file and how they are told apart when read.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Type">Its physical type.</param>
/// <param name="Plain">Values in PLAIN encoding.</param>
/// <param name="TextOf">From one of these to what is compared.</param>
internal sealed record ParquetKind(string Name, int Type, Gen<byte[]> Plain, Func<byte[], string> TextOf)
{
    private const int Float = 4;
    private const int Double = 5;
    private const int UnsignedInt64 = 14;
    private const int Int16 = 16;

    private static readonly ParquetKind[] All =
    [
        new(
            "STRING",
            RawParquet.ByteArray,
            Bytes(0, 20),
            bytes => Convert.ToHexString(bytes[4..])) { Converted = RawParquet.Utf8 },
        new("BYTE_ARRAY", RawParquet.ByteArray, Bytes(1, 300), bytes => Convert.ToHexString(bytes[4..])),
        new(
            "UUID",
            RawParquet.FixedLengthByteArray,
            Gen.Byte.Array[IdValues.UuidBytes],
            Convert.ToHexString) { TypeLength = IdValues.UuidBytes },
        new("INT32", RawParquet.Int32, Gen.Byte.Array[4], bytes => Invariant(BitConverter.ToInt32(bytes))),
        new("INT64", RawParquet.Int64, Gen.Byte.Array[8], bytes => Invariant(BitConverter.ToInt64(bytes))),
        new(
            "INT16",
            RawParquet.Int32,
            Gen.Short.Select(value => BitConverter.GetBytes((int)value)),
            bytes => Invariant(BitConverter.ToInt32(bytes))) { Converted = Int16 },
        new(
            "UINT8",
            RawParquet.Int32,
            Gen.Byte.Select(value => BitConverter.GetBytes((int)value)),
            bytes => Invariant(BitConverter.ToInt32(bytes))) { Converted = RawParquet.UnsignedInt8 },
        new(
            "UINT32",
            RawParquet.Int32,
            Gen.Byte.Array[4],
            bytes => Invariant(BitConverter.ToUInt32(bytes))) { Converted = RawParquet.UnsignedInt32 },
        // held as signed
        new(
            "UINT64",
            RawParquet.Int64,
            Gen.Byte.Array[8],
            bytes => Invariant(BitConverter.ToInt64(bytes))) { Converted = UnsignedInt64 },
        new("FLOAT", Float, Gen.Byte.Array[4], bytes => Invariant(BitConverter.ToSingle(bytes))) { IsWeight = true },
        new("DOUBLE", Double, Gen.Byte.Array[8], bytes => Invariant(BitConverter.ToDouble(bytes))) { IsWeight = true },
        new(
            "INT32 weight",
            RawParquet.Int32,
            Gen.Byte.Array[4],
            bytes => Invariant(BitConverter.ToInt32(bytes))) { IsWeight = true },
        new(
            "UINT32 weight",
            RawParquet.Int32,
            Gen.Byte.Array[4],
            bytes => Invariant(BitConverter.ToUInt32(bytes))) { IsWeight = true, Converted = RawParquet.UnsignedInt32 },
        new(
            "UINT64 weight",
            RawParquet.Int64,
            Gen.Byte.Array[8],
            bytes => Invariant(BitConverter.ToUInt64(bytes))) { IsWeight = true, Converted = UnsignedInt64 },
    ];

    public int? TypeLength { get; private init; }

    public int? Converted { get; private init; }

    public bool IsWeight { get; private init; }

    public static IEnumerable<string> Names => All.Select(kind => kind.Name);

    public static ParquetKind Of(string name) => All.Single(kind => kind.Name == name);

    public RawParquet.Column Column(bool isOptional, int codec, byte[] pages) =>
        new("c", Type, [], TypeLength, Converted, codec) { IsOptional = isOptional, Pages = pages };

    /// <summary>What a decoded column has in a row; null where there is nothing.</summary>
    public static string? At(ParquetColumnData column, int row)
    {
        var index = column.Indices.Span[row];
        if (index == ParquetColumnData.Null) return null;
        if (column.Values is ParquetWeights weights) return Invariant(weights.Values[index]);
        var ids = (ParquetIdValues)column.Values;
        return ids.Type is IdType.Text or IdType.Uuid
            ? Convert.ToHexString(ids.Ids[index])
            : Invariant(IdValues.ReadInteger(ids.Ids[index]));
    }

    /// <summary>A value as it looks when it is compared.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        string text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        Guid uuid => Convert.ToHexString(uuid.ToByteArray(bigEndian: true)),
        float or double or decimal => Invariant(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => Invariant(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    private static Gen<byte[]> Bytes(int least, int most) =>
        Gen.Byte.Array[least, most].Select(bytes => RawParquet.Plain(bytes));

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

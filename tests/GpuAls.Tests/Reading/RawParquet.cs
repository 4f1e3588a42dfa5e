using System.Buffers.Binary;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Parquet byte by byte, for what the writer of the library does not write: one row group of required columns, PLAIN,
/// uncompressed. All it says of itself may be wrong on purpose.
/// </summary>
internal static class RawParquet
{
    public const int Int32 = 1;
    public const int ByteArray = 6;
    public const int FixedLengthByteArray = 7;
    public const int Utf8 = 0;
    public const int UnsignedInt32 = 13;
    public const int Uuid = 14;
    public const int Float16 = 15;
    public const int DeltaByteArray = 7;

    /// <summary>A column.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its physical type.</param>
    /// <param name="Values">Its values in PLAIN encoding, one behind the other.</param>
    /// <param name="TypeLength">Bytes of a value of fixed length.</param>
    /// <param name="Converted">Its converted type.</param>
    /// <param name="Codec">What the footer says of its compression.</param>
    /// <param name="Logical">Its logical type, one without fields.</param>
    /// <param name="Encoding">What its page says of its encoding.</param>
    public sealed record Column(string Name, int Type, byte[] Values, int? TypeLength = null, int? Converted = null, int Codec = 0, int? Logical = null, int Encoding = 0);

    /// <summary>Text or bytes of any length in PLAIN encoding.</summary>
    public static byte[] Plain(params byte[][] values) => [.. values.SelectMany(value => (byte[])[(byte)value.Length, 0, 0, 0, .. value])];

    /// <param name="path">Where to.</param>
    /// <param name="rows">What the footer and the pages say of the number of rows.</param>
    /// <param name="columns">The columns.</param>
    public static void Write(string path, int rows, params Column[] columns)
    {
        var file = new List<byte>("PAR1"u8.ToArray());
        var chunks = new List<byte[]>();
        foreach (var column in columns)
        {
            var start = file.Count;
            file.AddRange(PageHeader(rows, column));
            file.AddRange(column.Values);
            chunks.Add(Chunk(column, rows, start, file.Count - start));
        }

        var footer = Footer(rows, columns, chunks);
        file.AddRange(footer);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        File.WriteAllBytes(path, [.. file, .. length, .. "PAR1"u8]);
    }

    private static byte[] PageHeader(int rows, Column column) => Struct(
        (1, Thrift.Integer(0)), (2, Thrift.Integer(column.Values.Length)), (3, Thrift.Integer(column.Values.Length)),
        (5, Thrift.Of(Struct((1, Thrift.Integer(rows)), (2, Thrift.Integer(column.Encoding)), (3, Thrift.Integer(3)), (4, Thrift.Integer(3))))));

    private static byte[] Chunk(Column column, int rows, int start, int bytes) => Struct(
        (2, Thrift.Long(start)),
        (3, Thrift.Of(Struct(
            (1, Thrift.Integer(column.Type)), (2, Thrift.List(5, Varint(column.Encoding))), (3, Thrift.List(8, Text(column.Name))), (4, Thrift.Integer(column.Codec)),
            (5, Thrift.Long(rows)), (6, Thrift.Long(bytes)), (7, Thrift.Long(bytes)), (9, Thrift.Long(start))))));

    private static byte[] Footer(int rows, Column[] columns, List<byte[]> chunks) => Struct(
        (1, Thrift.Integer(1)),
        (2, Thrift.List(12, [Struct((4, Thrift.Text("schema")), (5, Thrift.Integer(columns.Length))), .. columns.Select(Element)])),
        (3, Thrift.Long(rows)),
        (4, Thrift.List(12, Struct((1, Thrift.List(12, [.. chunks])), (2, Thrift.Long(1)), (3, Thrift.Long(rows))))));

    private static byte[] Element(Column column)
    {
        List<(int Id, Thrift Value)> fields = [(1, Thrift.Integer(column.Type))];
        if (column.TypeLength is { } length) fields.Add((2, Thrift.Integer(length)));
        fields.AddRange([(3, Thrift.Integer(0)), (4, Thrift.Text(column.Name))]);
        if (column.Converted is { } converted) fields.Add((6, Thrift.Integer(converted)));
        if (column.Logical is { } logical) fields.Add((10, Thrift.Of(Struct((logical, Thrift.Of(Struct()))))));
        return Struct([.. fields]);
    }

    private static byte[] Struct(params (int Id, Thrift Value)[] fields)
    {
        var bytes = new List<byte>();
        var previous = 0;
        foreach (var (id, value) in fields)
        {
            bytes.Add((byte)(((id - previous) << 4) | value.Type));
            bytes.AddRange(value.Bytes);
            previous = id;
        }

        return [.. bytes, 0];
    }

    private static byte[] Varint(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        var bytes = new List<byte>();
        for (; rest > 127; rest >>= 7) bytes.Add((byte)(rest | 128));
        return [.. bytes, (byte)rest];
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. text.Select(c => (byte)c)];

    /// <summary>A value in Thrift's compact protocol and its type there.</summary>
    private readonly record struct Thrift(int Type, byte[] Bytes)
    {
        public static Thrift Integer(int value) => new(5, Varint(value));

        public static Thrift Long(long value) => new(6, Varint(value));

        public static Thrift Text(string value) => new(8, RawParquet.Text(value));

        public static Thrift Of(byte[] fields) => new(12, fields);

        public static Thrift List(int type, params byte[][] elements) => new(9, [(byte)((elements.Length << 4) | type), .. elements.SelectMany(element => element)]);
    }
}

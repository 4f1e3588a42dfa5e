using System.Buffers.Binary;
using static GpuAls.Tests.Reading.RawThrift;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Parquet byte by byte, for what the writer of the library does not write. All it says of itself may be wrong on
/// purpose.
/// </summary>
internal static class RawParquet
{
    public const int Int32 = 1;
    public const int Int64 = 2;
    public const int ByteArray = 6;
    public const int FixedLengthByteArray = 7;
    public const int Utf8 = 0;
    public const int UnsignedInt8 = 11;
    public const int UnsignedInt32 = 13;
    public const int SignedInt32 = 17;
    public const int SignedInt64 = 18;
    public const int Uuid = 14;
    public const int Float16 = 15;
    public const int DeltaByteArray = 7;

    /// <summary>A column.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its physical type.</param>
    /// <param name="Values">
    /// Its values in PLAIN encoding, one behind the other, which become one uncompressed page.
    /// </param>
    /// <param name="TypeLength">Bytes of a value of fixed length.</param>
    /// <param name="Converted">Its converted type.</param>
    /// <param name="Codec">What the footer says of its compression.</param>
    /// <param name="Logical">Its logical type, one without fields.</param>
    /// <param name="Encoding">What its page says of its encoding.</param>
    public sealed record Column(
        string Name,
        int Type,
        byte[] Values,
        int? TypeLength = null,
        int? Converted = null,
        int Codec = 0,
        int? Logical = null,
        int Encoding = 0)
    {
        /// <summary>All of its pages with their headers, in place of that of its values.</summary>
        public byte[]? Pages { get; init; }

        public bool IsOptional { get; init; }

        /// <summary>The physical type that the footer gives the chunk.</summary>
        public int ChunkType { get; init; } = Type;
    }

    /// <summary>A row group: what the footer says of its number of rows, and its columns.</summary>
    public sealed record Group(int Rows, params Column[] Columns);

    /// <summary>Text or bytes of any length in PLAIN encoding.</summary>
    public static byte[] Plain(params byte[][] values) =>
        [.. values.SelectMany(value => (byte[])[.. BitConverter.GetBytes(value.Length), .. value])];

    /// <param name="path">Where to.</param>
    /// <param name="rows">What the footer and the pages say of the number of rows.</param>
    /// <param name="columns">The columns.</param>
    public static void Write(string path, int rows, params Column[] columns) => Write(path, new Group(rows, columns));

    /// <param name="path">Where to.</param>
    /// <param name="groups">The row groups, 14 at most, all with the same columns.</param>
    public static void Write(string path, params Group[] groups)
    {
        var file = new List<byte>("PAR1"u8.ToArray());
        var written = new List<byte[]>();
        foreach (var group in groups)
        {
            var chunks = new List<byte[]>();
            foreach (var column in group.Columns)
            {
                var start = file.Count;
                file.AddRange(column.Pages ?? RawPages.Plain(group.Rows, column.Encoding, column.Values));
                chunks.Add(Chunk(column, group.Rows, start, file.Count - start));
            }

            written.Add(
                Struct((1, RawThrift.List(12, [.. chunks])), (2, RawThrift.Long(1)), (3, RawThrift.Long(group.Rows))));
        }

        var footer = Footer(groups, [.. written]);
        file.AddRange(footer);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        File.WriteAllBytes(path, [.. file, .. length, .. "PAR1"u8]);
    }

    private static byte[] Chunk(Column column, int rows, int start, int bytes) => Struct(
        (2, RawThrift.Long(start)),
        (3, RawThrift.Of(Struct(
            (1, RawThrift.Integer(column.ChunkType)), (2, RawThrift.List(5, RawThrift.Zigzag(column.Encoding))), (
                3, RawThrift.List(8, RawThrift.Binary(column.Name))),
            (4, RawThrift.Integer(column.Codec)), (5, RawThrift.Long(rows)), (6, RawThrift.Long(bytes)), (
                7, RawThrift.Long(bytes)), (9, RawThrift.Long(start))))));

    private static byte[] Footer(Group[] groups, byte[][] written) => Struct(
        (1, RawThrift.Integer(1)),
        (
            2,
            RawThrift.List(
                12,
                [
                    Struct((4, RawThrift.Text("schema")), (5, RawThrift.Integer(groups[0].Columns.Length))),
                    .. groups[0].Columns.Select(Element),
                ])),
        (3, RawThrift.Long(groups.Sum(group => (long)group.Rows))),
        (4, RawThrift.List(12, written)));

    private static byte[] Element(Column column)
    {
        List<(int Id, RawThrift Value)> fields = [(1, RawThrift.Integer(column.Type))];
        if (column.TypeLength is { } length) fields.Add((2, RawThrift.Integer(length)));
        fields.AddRange([(3, RawThrift.Integer(column.IsOptional ? 1 : 0)), (4, RawThrift.Text(column.Name))]);
        if (column.Converted is { } converted) fields.Add((6, RawThrift.Integer(converted)));
        if (column.Logical is { } logical) fields.Add((10, RawThrift.Of(Struct((logical, RawThrift.Of(Struct()))))));
        return Struct([.. fields]);
    }
}

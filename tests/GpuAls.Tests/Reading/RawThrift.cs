namespace GpuAls.Tests.Reading;

/// <summary>A value in Thrift's compact protocol, as its type there and its bytes.</summary>
internal readonly record struct RawThrift(int Type, byte[] Bytes)
{
    public static RawThrift Bool(bool value) => new(value ? 1 : 2, []);

    public static RawThrift Integer(int value) => new(5, Zigzag(value));

    public static RawThrift Long(long value) => new(6, Zigzag(value));

    public static RawThrift Text(string value) => new(8, Binary(value));

    public static RawThrift Of(byte[] fields) => new(12, fields);

    public static RawThrift List(int type, params byte[][] elements) =>
        new(9, [(byte)((elements.Length << 4) | type), .. elements.SelectMany(element => element)]);

    public static byte[] Struct(params (int Id, RawThrift Value)[] fields)
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

    public static byte[] Binary(string text) => [(byte)text.Length, .. text.Select(c => (byte)c)];

    public static byte[] Zigzag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7) bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}

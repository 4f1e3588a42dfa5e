using System.Buffers.Binary;

namespace GpuAls;

/// <summary>Parquet's RLE/bit-packing hybrid encoding, used for levels and dictionary indices.</summary>
internal static class HybridRuns
{
    private const int PackedTogether = 8;
    private const int MaximumBits = 32;
    private const int BitsPerByte = 8;

    /// <summary>Fills <paramref name="values"/>.</summary>
    /// <param name="bytes">The runs; trailing bytes are ignored.</param>
    /// <param name="width">Bits per value, 0 to 32.</param>
    /// <param name="values">[values], receives the values.</param>
    /// <exception cref="InvalidDataException">The runs hold fewer values, or the width is out of range.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, int width, Span<int> values)
    {
        var thrift = new ThriftReader(bytes, "a run of values"); // uses the same variable-length integers
        if (width > MaximumBits) throw thrift.Damaged();
        while (!values.IsEmpty)
        {
            var header = thrift.Varint();
            var rest = bytes[thrift.Position..];
            var packed = (header & 1) != 0;
            var count = (int)Math.Min(header >> 1, (ulong)values.Length);
            if (packed) count = (int)Math.Min((ulong)count * PackedTogether, (ulong)values.Length);
            if (packed) Unpack(rest, width, values[..count], thrift);
            else values[..count].Fill(Value(rest, width, thrift));
            var length = packed ? Math.Min((header >> 1) * (ulong)width, (ulong)rest.Length) : (ulong)Bytes(width);
            thrift.Skip(length);
            values = values[count..];
        }
    }

    private static int Bytes(int width) => (width + BitsPerByte - 1) / BitsPerByte;

    private static int Value(ReadOnlySpan<byte> bytes, int width, ThriftReader thrift)
    {
        if (bytes.Length < Bytes(width)) throw thrift.Damaged();
        var value = 0u;
        for (var i = 0; i < Bytes(width); i++) value |= (uint)bytes[i] << (i * BitsPerByte);
        return (int)value;
    }

    private static void Unpack(ReadOnlySpan<byte> bytes, int width, Span<int> values, ThriftReader thrift)
    {
        if (((long)values.Length * width) + (BitsPerByte - 1) >> 3 > bytes.Length) throw thrift.Damaged();
        var mask = (1ul << width) - 1;
        var whole = width == 0
            ? values.Length
            : (int)Math.Clamp((bytes.Length - sizeof(ulong)) * (long)BitsPerByte / width, 0, values.Length);
        for (var i = 0; i < whole; i++)
        {
            var bit = (long)i * width;
            var word = width == 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes[(int)(bit >> 3)..]);
            values[i] = (int)((word >> (int)(bit & 7)) & mask);
        }

        Span<byte> last = stackalloc byte[sizeof(ulong)];
        for (var i = whole; i < values.Length; i++)
        {
            var bit = (long)i * width;
            var tail = bytes[(int)(bit >> 3)..];
            last.Clear();
            tail[..Math.Min(tail.Length, last.Length)].CopyTo(last);
            values[i] = (int)((BinaryPrimitives.ReadUInt64LittleEndian(last) >> (int)(bit & 7)) & mask);
        }
    }
}

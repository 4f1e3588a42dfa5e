using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Parquet's hybrid of repeated and bit-packed values, written and read bit by bit, to be compared with.
/// </summary>
internal static class RawRuns
{
    /// <summary>Runs of any kind and length, one behind the other.</summary>
    /// <param name="width">Bits of a value.</param>
    /// <param name="most">Values of a repeated run at most, and of a packed one times 8.</param>
    public static Gen<byte[]> Any(int width, int most) =>
        Gen.OneOf(Repeated(width, most), Packed(width, most)).Array[1, 12]
            .Select(runs => runs.SelectMany(run => run).ToArray());

    /// <summary>
    /// Values as runs: repeated where <paramref name="repeat"/> many or more are equal, packed otherwise.
    /// </summary>
    public static byte[] Encode(ReadOnlySpan<int> values, int width, int repeat)
    {
        var bytes = new List<byte>();
        for (var start = 0; start < values.Length;)
        {
            var equal = 1;
            while (start + equal < values.Length && values[start + equal] == values[start]) equal++;
            if (equal >= repeat)
            {
                bytes.AddRange(RawThrift.Varint((ulong)equal << 1));
                bytes.AddRange(BitConverter.GetBytes(values[start])[..((width + 7) / 8)]);
                start += equal;
                continue;
            }

            var packed = values[start..Math.Min(values.Length, start + 8)];
            bytes.AddRange([3, .. Pack(packed, width)]);
            start += packed.Length;
        }

        return [.. bytes];
    }

    /// <summary>The first values of runs.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public static int[] Decode(byte[] bytes, int width, int count)
    {
        var values = new List<int>();
        var at = 0;
        while (values.Count < count)
        {
            var header = 0ul;
            for (var shift = 0; ; shift += 7)
            {
                var part = Byte(bytes, at++);
                header |= (ulong)(part & 127) << shift;
                if (part < 128) break;
            }

            var run = header >> 1;
            if ((header & 1) == 0)
            {
                var value = 0u;
                for (var i = 0; i < (width + 7) / 8; i++) value |= (uint)Byte(bytes, at++) << (8 * i);
                for (; run > 0 && values.Count < count; run--) values.Add((int)value);
                continue;
            }

            for (var bit = 0L; bit < (long)run * 8 * width && values.Count < count; bit += width)
                values.Add((int)Bits(bytes, (at * 8L) + bit, width));
            if (width == 0) values.AddRange(new int[Math.Min((int)run * 8, count - values.Count)]);
            at += (int)run * width;
        }

        return [.. values];
    }

    private static Gen<byte[]> Repeated(int width, int most) =>
        Gen.Select(Gen.Int[0, most], Value(width), (count, value) =>
        (byte[])[.. RawThrift.Varint((ulong)count << 1), .. BitConverter.GetBytes(value)[..((width + 7) / 8)]]);

    private static Gen<byte[]> Packed(int width, int most) => Gen.Int[0, most / 8].SelectMany(groups =>
        Gen.Byte.Array[groups * width].Select(
            bytes => (byte[])[.. RawThrift.Varint(((ulong)groups << 1) | 1), .. bytes]));

    private static Gen<uint> Value(int width) => Gen.UInt.Select(value => (uint)(value & ((1ul << width) - 1)));

    private static byte[] Pack(ReadOnlySpan<int> values, int width)
    {
        var bytes = new byte[width]; // eight values of as many bits
        for (var i = 0; i < values.Length * width; i++)
            if ((((uint)values[i / width] >> (i % width)) & 1) != 0) bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes;
    }

    private static uint Bits(byte[] bytes, long start, int width)
    {
        var value = 0u;
        for (var bit = 0; bit < width; bit++)
            value |= ((uint)Byte(bytes, (int)((start + bit) / 8)) >> (int)((start + bit) % 8) & 1) << bit;
        return value;
    }

    private static byte Byte(byte[] bytes, int at) =>
        at < bytes.Length ? bytes[at] : throw new InvalidDataException("no more");
}

using System.Numerics;

namespace GpuAls.Tests.Reading;

/// <summary>Parquet's delta encodings, written bit by bit.</summary>
internal static class RawDeltas
{
    private const int MiniblockCount = 4;

    /// <summary>DELTA_BINARY_PACKED.</summary>
    /// <param name="values">The values.</param>
    /// <param name="blockSize">Values per block, a multiple of 128.</param>
    public static byte[] Integers(ReadOnlySpan<long> values, int blockSize = 128)
    {
        List<byte> bytes =
        [
            .. RawThrift.Varint((ulong)blockSize),
            .. RawThrift.Varint(MiniblockCount),
            .. RawThrift.Varint((ulong)values.Length),
            .. RawThrift.Zigzag(values.IsEmpty ? 0 : values[0]),
        ];
        for (var start = 1; start < values.Length; start += blockSize)
        {
            var deltas = new long[Math.Min(blockSize, values.Length - start)];
            for (var i = 0; i < deltas.Length; i++) deltas[i] = unchecked(values[start + i] - values[start + i - 1]);
            var least = deltas.Min();
            var miniblocks =
                deltas.Select(delta => unchecked((ulong)(delta - least))).Chunk(blockSize / MiniblockCount).ToArray();
            var widths = miniblocks.Select(block => 64 - BitOperations.LeadingZeroCount(block.Max())).ToArray();
            bytes.AddRange(RawThrift.Zigzag(least));
            // an unused width may be anything
            for (var i = 0; i < MiniblockCount; i++) bytes.Add(i < widths.Length ? (byte)widths[i] : (byte)77);
            foreach (var (block, width) in miniblocks.Zip(widths))
                bytes.AddRange(Pack(block, width, blockSize / MiniblockCount));
        }

        return [.. bytes];
    }

    /// <summary>DELTA_LENGTH_BYTE_ARRAY.</summary>
    public static byte[] Lengths(byte[][] values) =>
        [.. Integers(Array.ConvertAll(values, value => (long)value.Length)), .. values.SelectMany(value => value)];

    /// <summary>DELTA_BYTE_ARRAY.</summary>
    public static byte[] Prefixes(byte[][] values)
    {
        var prefixes =
            values.Select((value, i) => i == 0 ? 0L : value.AsSpan().CommonPrefixLength(values[i - 1])).ToArray();
        return [.. Integers(prefixes), .. Lengths([.. values.Select((value, i) => value[(int)prefixes[i]..])])];
    }

    /// <summary>BYTE_STREAM_SPLIT.</summary>
    public static byte[] Streams(byte[][] values) =>
        values.Length == 0
            ? []
            : [.. Enumerable.Range(0, values[0].Length).SelectMany(part => values.Select(value => value[part]))];

    private static byte[] Pack(ulong[] values, int width, int count)
    {
        var bytes = new byte[count * width / 8];
        for (var i = 0; i < values.Length * width; i++)
            if (((values[i / width] >> (i % width)) & 1) != 0) bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes;
    }
}

using System.Buffers.Binary;

namespace GpuAls;

/// <summary>A hash of bytes: two words a step, multiplied to 128 bits and folded, so that each bit moves all others.</summary>
internal static class IdHash
{
    private const ulong First = 0x9E3779B97F4A7C15; // 2⁶⁴ ÷ the golden ratio
    private const ulong Second = 0xD1342543DE82EF95;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * Second;
        for (; bytes.Length > 2 * sizeof(ulong); bytes = bytes[(2 * sizeof(ulong))..])
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ First, BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]) ^ hash);
        var (low, high) = Last(bytes);
        hash = Fold(low ^ First, high ^ hash);
        return (uint)(Fold(hash ^ Second, First) >> 32);
    }

    /// <summary>The last 0 .. 16 bytes as two words, which may overlap.</summary>
    private static (ulong Low, ulong High) Last(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong))
            return (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]));
        if (bytes.Length >= sizeof(uint))
            return (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]));
        return bytes.IsEmpty ? (0, 0) : ((ulong)bytes[0] | ((ulong)bytes[bytes.Length / 2] << 8), bytes[^1]);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}

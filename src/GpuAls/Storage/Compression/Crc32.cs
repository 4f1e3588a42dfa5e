using System.Buffers.Binary;

namespace GpuAls;

/// <summary>The checksum of gzip and of pages of Parquet: CRC-32 of IEEE 802.3, eight bytes a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Step = 8;

    // [Step, 256]: what a byte adds to the checksum when 0 .. 7 bytes come after it.
    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of what gave <paramref name="crc"/> (0 for nothing) and of <paramref name="bytes"/> behind it.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Four(low, 4) ^ Four(high, 0);
        }

        foreach (var value in bytes) crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Four(uint bytes, int after) =>
        Table[((after + 3) << 8) | (byte)bytes] ^ Table[((after + 2) << 8) | (byte)(bytes >> 8)]
        ^ Table[((after + 1) << 8) | (byte)(bytes >> 16)] ^ Table[(after << 8) | (byte)(bytes >> 24)];

    private static uint[] MakeTable()
    {
        var table = new uint[Step << 8];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            table[value] = crc;
        }

        for (var i = 256; i < table.Length; i++) table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}

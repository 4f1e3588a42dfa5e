using System.Buffers.Binary;

namespace GpuAls;

/// <summary>What stands before the data of a gzip member: ten bytes, then what its flags say.</summary>
internal static class GzipHeader
{
    private const int FixedBytes = 10;
    private const int Deflate = 8;
    private const byte HasChecksum = 2;
    private const byte HasExtra = 4;
    private const byte HasName = 8;
    private const byte HasComment = 16;

    private static ReadOnlySpan<byte> Magic => [0x1F, 0x8B, Deflate];

    /// <summary>Goes behind a header.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="InvalidDataException">Something else is there.</exception>
    /// <exception cref="EndOfStreamException">The file ends within the header.</exception>
    public static bool Skip(Stream stream)
    {
        Span<byte> header = stackalloc byte[FixedBytes];
        var read = stream.ReadAtLeast(header, FixedBytes, throwOnEndOfStream: false);
        if (read == 0) return false;
        if (read < FixedBytes || !header.StartsWith(Magic)) throw new InvalidDataException("it has bytes that are no gzip data, at its beginning or behind its end");
        var flags = header[3];
        if ((flags & HasExtra) != 0) SkipBytes(stream, Length(stream));
        if ((flags & HasName) != 0) SkipText(stream);
        if ((flags & HasComment) != 0) SkipText(stream);
        if ((flags & HasChecksum) != 0) SkipBytes(stream, sizeof(ushort));
        return true;
    }

    private static int Length(Stream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        stream.ReadExactly(length);
        return BinaryPrimitives.ReadUInt16LittleEndian(length);
    }

    private static void SkipBytes(Stream stream, int count) => stream.ReadExactly(new byte[count]);

    private static void SkipText(Stream stream)
    {
        int value;
        do
        {
            value = stream.ReadByte();
        }
        while (value > 0);
        if (value < 0) throw new EndOfStreamException("it ends within the name in its header");
    }
}

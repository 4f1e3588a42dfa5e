using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace GpuAls;

/// <summary>
/// Decompresses gzip (RFC 1952), one member behind the other, and holds each to its checksum and length: the
/// platform's own stream takes a file that was cut short for a whole one.
/// </summary>
internal sealed class GzipMembers(Stream file) : ForwardStream
{
    private const int TrailerBytes = 8;

    private readonly ByteWindow _source = new(file);
    private DeflateStream? _member;
    private readonly Crc32 _crc = new();
    private uint _length;

    /// <exception cref="InvalidDataException">
    /// The file is cut short, damaged, or has something else behind the last member.
    /// </exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (_member is not null || Begin())
        {
            var count = _member!.Read(buffer);
            if (count > 0)
            {
                _crc.Append(buffer[..count]);
                _length += (uint)count; // modulo 2³², as gzip has it
                return count;
            }

            End();
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Begin()
    {
        if (!GzipHeader.Skip(_source)) return false;
        _crc.Reset();
        (_member, _length) = (new DeflateStream(_source, CompressionMode.Decompress, leaveOpen: true), 0);
        return true;
    }

    /// <summary>How far the decoder read is not told, so the trailer is looked for: it is known by now.</summary>
    private void End()
    {
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        if (!_source.GoBehind(trailer))
            throw new InvalidDataException("its checksum does not follow the data, so it was cut short or changed");
        _member!.Dispose();
        _member = null;
    }
}

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
        if (read < FixedBytes || !header.StartsWith(Magic))
            throw new InvalidDataException("it has bytes that are not gzip data, at its beginning or after its end");
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

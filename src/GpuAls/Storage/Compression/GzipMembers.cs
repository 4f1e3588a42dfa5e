using System.Buffers.Binary;
using System.IO.Compression;

namespace GpuAls;

/// <summary>
/// Decompresses gzip (RFC 1952), one member behind the other, and holds each to its checksum and length: the platform's own
/// stream takes a file that was cut short for a whole one.
/// </summary>
internal sealed class GzipMembers(Stream file) : ForwardStream
{
    private const int TrailerBytes = 8;

    private readonly ByteWindow _source = new(file);
    private DeflateStream? _member;
    private uint _crc;
    private uint _length;

    /// <exception cref="InvalidDataException">The file is cut short, damaged, or has something else behind the last member.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (_member is not null || Begin())
        {
            var count = _member!.Read(buffer);
            if (count > 0)
            {
                _crc = Crc32.Append(_crc, buffer[..count]);
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
        (_member, _crc, _length) = (new DeflateStream(_source, CompressionMode.Decompress, leaveOpen: true), 0, 0);
        return true;
    }

    /// <summary>How far the decoder read is not told, so the trailer is looked for: it is known by now.</summary>
    private void End()
    {
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        if (!_source.GoBehind(trailer)) throw new InvalidDataException("its checksum does not follow the data, so it was cut short or changed");
        _member!.Dispose();
        _member = null;
    }
}

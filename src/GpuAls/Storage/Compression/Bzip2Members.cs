using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace GpuAls;

/// <summary>
/// Decompresses bzip2, one member after the other, each held to its checksums. Damage of any kind is an
/// InvalidDataException.
/// </summary>
internal sealed class Bzip2Members(Stream file) : ForwardStream
{
    private BZip2Stream? _members;

    /// <exception cref="InvalidDataException">The file is cut short or damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            _members ??= BZip2Stream.Create(
                file, CompressionMode.Decompress, decompressConcatenated: true, leaveOpen: true);
            return _members.Read(buffer);
        }
        catch (Exception exception) when (exception is not (IOException or OutOfMemoryException))
        {
            throw new InvalidDataException($"it is not whole bzip2 data: {exception.Message}", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _members?.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}

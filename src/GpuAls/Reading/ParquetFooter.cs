using System.Buffers.Binary;

namespace GpuAls;

/// <summary>
/// Whether a file begins and ends as Parquet does: cheap, and the clearest word on a file that was cut. The footer is checked
/// to the last byte, since the reader of the library never returns from some that are damaged.
/// </summary>
internal static class ParquetFooter
{
    private const int TailBytes = 8;
    private const int SmallestFile = 12;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public static void Check(InputFile file)
    {
        try
        {
            CheckBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(FailureKind.BadInput, $"cannot read '{file.Path}': {exception.Message}", exception);
        }
    }

    private static void CheckBytes(InputFile file)
    {
        using var stream = File.OpenRead(file.Path);
        Span<byte> head = stackalloc byte[4];
        Span<byte> tail = stackalloc byte[TailBytes];
        if (stream.Length < SmallestFile) throw Bad(file, $"it has {stream.Length} bytes");
        stream.ReadExactly(head);
        if (!head.SequenceEqual(Magic)) throw Bad(file, "it does not begin with PAR1");
        stream.Seek(-TailBytes, SeekOrigin.End);
        stream.ReadExactly(tail);
        if (!tail[4..].SequenceEqual(Magic)) throw Bad(file, "it does not end with PAR1, so it was cut short");
        var footer = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (footer > Math.Min(Array.MaxLength, stream.Length - SmallestFile)) throw Bad(file, $"its footer claims {footer:N0} bytes");
        CheckFooter(file, stream, (int)footer);
    }

    private static void CheckFooter(InputFile file, FileStream stream, int length)
    {
        var footer = new byte[length];
        stream.Seek(-TailBytes - length, SeekOrigin.End);
        stream.ReadExactly(footer);
        try
        {
            ThriftCheck.Struct(footer, ParquetShapes.FileMetadata);
        }
        catch (InvalidDataException exception)
        {
            throw Bad(file, exception.Message);
        }
    }

    private static GpuAlsException Bad(InputFile file, string found) =>
        new(FailureKind.BadInput, $"{file.Path} is not a whole Parquet file: {found}. Copy or write it again.");
}

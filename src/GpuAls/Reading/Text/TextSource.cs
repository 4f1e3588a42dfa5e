using System.Text;

namespace GpuAls;

/// <summary>A text file, opened: its text as UTF-8, decompressed, and how far it has been read.</summary>
internal sealed class TextSource : IDisposable
{
    private const int MarkBytes = 4;

    private static readonly (byte[] Mark, Encoding Encoding)[] Marks =
    [
        ([0xEF, 0xBB, 0xBF], Encoding.UTF8),
        ([0xFF, 0xFE, 0, 0], new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true)),
        ([0, 0, 0xFE, 0xFF], new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true)),
        ([0xFF, 0xFE], new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true)),
        ([0xFE, 0xFF], new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true)),
    ];

    private readonly InputFile _file;
    private readonly CountedStream _compressed;
    private readonly Stream _plain;
    private readonly Stream _text;
    private long _compressedBytes;

    private TextSource(Stream stream, InputFile file, InteractionSchema schema)
    {
        (_file, _compressed) = (file, new CountedStream(stream, read => _compressedBytes += read));
        _plain = file.Compression == InputCompression.None
            ? _compressed
            : new LimitedStream(Decompress(file.Compression), file.ExpansionLimit(schema));
        try
        {
            _text = Decode(_plain);
        }
        catch
        {
            _plain.Dispose();
            throw;
        }
    }

    /// <summary>The share of the file's bytes that has been read, 0 .. 1.</summary>
    public double Fraction => _file.Bytes == 0 ? 1 : Math.Min(1, (double)_compressedBytes / _file.Bytes);

    /// <summary>What a process reads of a file: all or nothing where it is compressed.</summary>
    public static FilePart PartOf(InputFile file, FilePart part)
    {
        if (file.Compression == InputCompression.None) return part;
        return part.Has(0, file.Bytes) ? FilePart.Whole(file.Bytes) : default;
    }

    /// <exception cref="GpuAlsException">Kind BadInput: the file cannot be opened.</exception>
    public static async Task<TextSource> OpenAsync(
        InputFile file, InteractionSchema schema, CancellationToken cancellation)
    {
        try
        {
            return new TextSource(await file.Source.OpenAsync(cancellation).ConfigureAwait(false), file, schema);
        }
        catch (Exception exception) when (TextErrors.IsUnreadable(exception))
        {
            throw TextErrors.Unreadable(file, exception);
        }
    }

    /// <summary>Fills <paramref name="target"/> with UTF-8, unless the text ends before.</summary>
    /// <returns>Number of bytes read.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read or decompressed, or expands beyond its limit.
    /// </exception>
    public int Read(Span<byte> target)
    {
        try
        {
            return _text.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (DecoderFallbackException exception)
        {
            throw TextErrors.Bad(
                _file,
                $"has a byte order mark, but is not valid text in that encoding: {exception.Message}",
                exception);
        }
        catch (Exception exception) when (TextErrors.IsUnreadable(exception))
        {
            throw TextErrors.Unreadable(_file, exception);
        }
    }

    public void Dispose()
    {
        _text.Dispose();
        _plain.Dispose();
    }

    private Stream Decompress(InputCompression compression) => compression switch
    {
        InputCompression.Gzip => new GzipMembers(_compressed),
        InputCompression.Bzip2 => new Bzip2Members(_compressed),
        InputCompression.Zstandard => new ZstdSharp.DecompressionStream(_compressed, leaveOpen: false),
        _ => _compressed,
    };

    /// <summary>Goes past a byte order mark; text in UTF-16 or UTF-32 becomes UTF-8.</summary>
    private static Stream Decode(Stream bytes)
    {
        var start = new byte[MarkBytes];
        var length = bytes.ReadAtLeast(start, MarkBytes, throwOnEndOfStream: false);
        var (mark, encoding) =
            Marks.FirstOrDefault(known => start.AsSpan(0, length).StartsWith(known.Mark), ([], Encoding.UTF8));
        var text = new AheadStream(start.AsMemory(mark.Length..length), bytes);
        return encoding is UTF8Encoding ? text : Encoding.CreateTranscodingStream(text, encoding, Encoding.UTF8);
    }
}

/// <summary>Errors about text files that cannot be read.</summary>
internal static class TextErrors
{
    /// <summary>Whether opening, reading or decompressing failed.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException;

    public static GpuAlsException Unreadable(InputFile file, Exception exception) => Bad(
        file,
        $"cannot be read: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy it again.",
        exception);

    public static GpuAlsException NotUtf8(InputFile file) =>
        Bad(file, "is not valid UTF-8. Convert it, for example with: iconv -t UTF-8");

    public static GpuAlsException BadLine(InputFile file, long line, string problem) =>
        new(FailureKind.BadInput, $"{file.Path}, line {line}: {problem}");

    public static GpuAlsException Bad(InputFile file, string problem, Exception? exception = null) =>
        new(FailureKind.BadInput, $"{file.Path} {problem}", exception);
}

using System.Text;

namespace GpuAls;

/// <summary>A text file, opened: its bytes decompressed, and how far it has been read.</summary>
internal sealed class TextSource : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly CountingStream _stream;
    private readonly long _length;

    private TextSource(Stream stream, InputFile file)
    {
        (_stream, _length) = (new CountingStream(stream), file.Bytes);
        Bytes = Decompress(file.Compression);
    }

    /// <summary>The text, decompressed.</summary>
    public Stream Bytes { get; }

    /// <summary>The share of the compressed bytes that has been read, 0 .. 1.</summary>
    public double Fraction => _length == 0 ? 1 : Math.Min(1, (double)_stream.Count / _length);

    /// <exception cref="GpuAlsException">Kind BadInput: the file cannot be opened.</exception>
    public static async Task<TextSource> OpenAsync(InputFile file, CancellationToken cancellation)
    {
        try
        {
            return new TextSource(await file.Source.OpenAsync(cancellation).ConfigureAwait(false), file);
        }
        catch (Exception exception) when (TextErrors.IsUnreadable(exception))
        {
            throw TextErrors.Unreadable(file, exception);
        }
    }

    /// <summary>Decodes UTF-8, or what a byte order mark says; bytes that are not valid throw.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="mayHaveMark">Whether these are the first bytes of a file, so that they may start with a byte order mark.</param>
    public static StreamReader Decode(Stream bytes, bool mayHaveMark) =>
        new(bytes, new UTF8Encoding(false, throwOnInvalidBytes: true), mayHaveMark, BufferBytes);

    public void Dispose() => Bytes.Dispose();

    private Stream Decompress(InputCompression compression) => compression switch
    {
        InputCompression.Gzip => new GzipMembers(_stream),
        InputCompression.Zstandard => new ZstdSharp.DecompressionStream(_stream, leaveOpen: false),
        _ => _stream,
    };

    private sealed class CountingStream(Stream stream) : ForwardStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = stream.Read(buffer);
            Count += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }
    }
}

using System.Text;

namespace GpuAls;

/// <summary>Opens text files: decompressed, as UTF-8 (a byte order mark is honoured), bytes that are no UTF-8 refused.</summary>
internal sealed class TextSource : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _stream;

    public TextSource(InputFile file)
    {
        _stream = new FileStream(file.Path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = BufferBytes });
        Bytes = Decompress(file.Compression);
    }

    /// <summary>What the file has, decompressed.</summary>
    public Stream Bytes { get; }

    /// <summary>How much of the file was taken from the disk, 0 .. 1.</summary>
    public double Fraction => _stream.Length == 0 ? 1 : (double)_stream.Position / _stream.Length;

    /// <summary>Text of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="mayHaveMark">Whether these are the first, so that they may say that they are UTF-16.</param>
    public static StreamReader Decode(Stream bytes, bool mayHaveMark) =>
        new(bytes, new UTF8Encoding(false, throwOnInvalidBytes: true), mayHaveMark, BufferBytes);

    public void Dispose() => Bytes.Dispose();

    private Stream Decompress(InputCompression compression) => compression switch
    {
        InputCompression.Gzip => new GzipMembers(_stream),
        InputCompression.Zstandard => new ZstdSharp.DecompressionStream(_stream),
        _ => _stream,
    };
}

using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Bytes that are read: a file, an object in a store, or memory. Starting a read may be slow, and several reads may run
/// at once, so callers read large ranges and read ahead instead of seeking.
/// </summary>
internal interface IByteSource
{
    /// <summary>How messages name it: the path or URL as the user wrote it.</summary>
    string Name { get; }

    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>
    /// The bytes that whoever reads many ranges asks for before they are needed; 0 where a read starts at once, as in
    /// local files.
    /// </summary>
    int ReadAheadBytes => 0;

    /// <summary>
    /// Opens the bytes for reading from front to back. The stream need not seek; the caller disposes of it.
    /// </summary>
    ValueTask<Stream> OpenAsync(CancellationToken cancellation);

    /// <summary>
    /// Fills <paramref name="target"/> from <paramref name="offset"/> on. Several calls may be in flight at once.
    /// </summary>
    /// <exception cref="EndOfStreamException">The source ends before the target is full.</exception>
    ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation);
}

/// <summary>What every source can do.</summary>
internal static class ByteSourceExtensions
{
    private const int LocalPartBytes = 1 << 20;
    private const int RemotePartBytes = 1 << 23;

    /// <summary>Reads all bytes, which have to fit an array.</summary>
    public static async ValueTask<byte[]> ReadAllAsync(this IByteSource source, CancellationToken cancellation)
    {
        var bytes = new byte[source.Length];
        await source.ReadExactlyAsync(0, bytes, cancellation).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>
    /// Fills memory with little-endian elements, in parts that are read at once: to a new array, most of the time is
    /// that of its pages, which the cores share.
    /// </summary>
    /// <param name="source">The bytes.</param>
    /// <param name="offset">Where the elements start.</param>
    /// <param name="values">Gets as many as it holds.</param>
    /// <param name="cancellation">Stops it between parts.</param>
    /// <exception cref="EndOfStreamException">The source ends before it is full.</exception>
    public static async Task ReadAsync<T>(
        this IByteSource source, long offset, Memory<T> values, CancellationToken cancellation)
        where T : unmanaged
    {
        var isLocal = source.ReadAheadBytes == 0;
        var partLength = (isLocal ? LocalPartBytes : RemotePartBytes) / Marshal.SizeOf<T>();
        var options = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism =
                isLocal ? Environment.ProcessorCount : Math.Max(1, source.ReadAheadBytes / RemotePartBytes),
        };
        var parts = (values.Length / partLength) + (values.Length % partLength == 0 ? 0 : 1);
        await Parallel.ForAsync(0, parts, options, ReadPartAsync).ConfigureAwait(false);

        async ValueTask ReadPartAsync(int part, CancellationToken stop)
        {
            var first = part * partLength;
            var count = Math.Min(partLength, values.Length - first);
            using var buffer = new RentedArray<byte>(count * Marshal.SizeOf<T>());
            var start = offset + ((long)first * Marshal.SizeOf<T>());
            await source.ReadExactlyAsync(start, buffer.Memory, stop).ConfigureAwait(false);
            buffer.Span.CopyTo(MemoryMarshal.AsBytes(values.Span.Slice(first, count)));
        }
    }
}

/// <summary>A local file.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Length">Its length when it was found.</param>
internal sealed record FileByteSource(string Name, long Length) : IByteSource
{
    private const int BufferBytes = 1 << 16;

    /// <summary>A file that exists.</summary>
    public FileByteSource(string path)
        : this(path, new FileInfo(path).Length)
    {
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var options = new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = BufferBytes };
        var file = new FileStream(Name, options);
        return new ValueTask<Stream>(new CountedStream(file, static read => MovedBytes.AddRead(read)));
    }

    /// <inheritdoc/>
    public async ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(Name);
        for (var read = 0; read < target.Length;)
        {
            var rest = target[read..];
            var count = await RandomAccess.ReadAsync(handle, rest, offset + read, cancellation).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException($"it ends before byte {offset + target.Length:N0}");
            read += count;
        }

        MovedBytes.AddRead(target.Length);
    }
}

/// <summary>Bytes in memory.</summary>
/// <param name="Name">How messages name them.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record MemoryByteSource(string Name, ReadOnlyMemory<byte> Bytes) : IByteSource
{
    /// <inheritdoc/>
    public long Length => Bytes.Length;

    /// <inheritdoc/>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<Stream>(new AheadStream(Bytes, Stream.Null));
    }

    /// <inheritdoc/>
    public ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (offset < 0 || offset > Bytes.Length - target.Length)
            throw new EndOfStreamException($"it ends before byte {offset + target.Length:N0}");
        Bytes.Slice((int)offset, target.Length).CopyTo(target);
        return ValueTask.CompletedTask;
    }
}

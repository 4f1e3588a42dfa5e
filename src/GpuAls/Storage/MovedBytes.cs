namespace GpuAls;

/// <summary>
/// How many bytes this process has read from files and stores, and written to them: input, models, checkpoints and
/// outputs, as they are stored.
/// </summary>
internal static class MovedBytes
{
    private static long s_read;
    private static long s_written;

    /// <summary>Bytes read so far.</summary>
    public static long Read => Interlocked.Read(ref s_read);

    /// <summary>Bytes written so far.</summary>
    public static long Written => Interlocked.Read(ref s_written);

    /// <summary>Counts bytes that were read.</summary>
    public static void AddRead(long bytes) => Interlocked.Add(ref s_read, bytes);

    /// <summary>Counts bytes that were written.</summary>
    public static void AddWritten(long bytes) => Interlocked.Add(ref s_written, bytes);
}

/// <summary>Counts what is read of a stream.</summary>
/// <param name="inner">The stream, which is disposed with this one.</param>
/// <param name="add">Takes the number of bytes of each read.</param>
internal sealed class CountedStream(Stream inner, Action<int> add) : ForwardStream
{
    public override int Read(Span<byte> buffer) => Counted(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        add(read);
        return read;
    }
}

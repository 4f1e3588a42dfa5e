namespace GpuAls;

/// <summary>What appears with its commit, whole; disposing without one abandons it and leaves nothing behind.</summary>
internal interface ICommittable : IAsyncDisposable
{
    /// <summary>Publishes it; what marks it as complete is published last.</summary>
    /// <returns>Where a replaced output still is, if it could not be deleted.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Output: it cannot be published, or another run has published one meanwhile.
    /// </exception>
    ValueTask<string?> CommitAsync(CancellationToken cancellation);
}

/// <summary>
/// Files that are published together: a local folder or files in one, later a prefix of an object store. Nothing is
/// visible before the commit.
/// </summary>
internal interface IOutput : ICommittable
{
    /// <summary>How messages name it: a path or URL.</summary>
    string Name { get; }

    /// <summary>How messages name a file of it: a path or URL.</summary>
    string NameOf(string file);

    /// <summary>
    /// Begins a file; one of the same name that was begun before is replaced. The stream is written from front to back
    /// by one writer and is closed before the commit. Writes are not retried: after a failure the output can only be
    /// abandoned.
    /// </summary>
    /// <param name="file">Its name in the output, with slashes.</param>
    /// <param name="cancellation">Stops the call; writes have their own.</param>
    /// <exception cref="GpuAlsException">Kind Output, here or from the stream: the file cannot be written.</exception>
    ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation);
}

/// <summary>
/// A folder that is published whole. Other processes may write some of its files: they join it, and hand over what they
/// have written.
/// </summary>
internal interface IFolderOutput : IOutput
{
    /// <summary>What another process needs to join, beside the name of the folder.</summary>
    string Invitation { get; }

    /// <summary>
    /// Takes files over from a process that joined: they are published or abandoned with the others, before those that
    /// were begun here.
    /// </summary>
    /// <param name="receipt">What <see cref="IJoinedOutput.CompleteAsync"/> returned there.</param>
    void TakeOver(string receipt);
}

/// <summary>
/// The files that a process writes in a folder that another has opened. The commit leaves them to that process;
/// disposing without one deletes them.
/// </summary>
internal interface IJoinedOutput : IOutput
{
    /// <summary>Makes sure that the files are complete, all of which are closed.</summary>
    /// <returns>What the process that has opened the folder needs to take them over.</returns>
    /// <exception cref="GpuAlsException">Kind Output: one is not.</exception>
    ValueTask<string> CompleteAsync(CancellationToken cancellation);
}

/// <summary>A file of an output, which is created when it is written.</summary>
/// <param name="Output">The output, which the caller commits.</param>
/// <param name="File">Its name in the output.</param>
internal sealed record OutputFile(IOutput Output, string File)
{
    /// <summary>How messages name it.</summary>
    public string Name => Output.NameOf(File);

    /// <summary>Creates the file, writes it and closes it.</summary>
    public Task WriteAsync(Func<Stream, Task> write, CancellationToken cancellation) =>
        Output.WriteAsync(File, write, cancellation);
}

/// <summary>What every output can do.</summary>
internal static class OutputExtensions
{
    /// <summary>Creates a file, writes it and closes it.</summary>
    public static async Task WriteAsync(
        this IOutput output, string file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        var stream = await output.CreateAsync(file, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false)) await write(stream).ConfigureAwait(false);
    }
}

/// <summary>What is in the location where an output is to appear.</summary>
/// <param name="Files">The names of all files, with slashes, in ordinal order; found when they are enumerated.</param>
/// <param name="ReadAsync">The bytes of a file; null if it is not there or cannot be read.</param>
internal sealed record ExistingFiles(
    IEnumerable<string> Files, Func<string, CancellationToken, ValueTask<byte[]?>> ReadAsync);

/// <summary>Decides whether existing files may be replaced.</summary>
/// <returns>Why not, to follow the output's name in a sentence; null if they may.</returns>
internal delegate ValueTask<string?> ForeignCheck(ExistingFiles existing, CancellationToken cancellation);

/// <summary>
/// A stream that is written from front to back only. It knows its position, which Parquet's footers need.
/// </summary>
internal abstract class WriteOnlyStream : Stream
{
    private long _position;

    public sealed override bool CanRead => false;

    public override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the next bytes.</summary>
    protected abstract void Put(ReadOnlySpan<byte> bytes);

    /// <summary>Takes the next bytes, which stay unchanged until the task ends.</summary>
    protected abstract ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        Put(buffer);
        _position += buffer.Length;
    }

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public sealed override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await PutAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += buffer.Length;
    }

    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();
}

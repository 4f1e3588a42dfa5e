namespace GpuAls;

/// <summary>Turns failures of the file system into messages with a remedy.</summary>
internal static class OutputErrors
{
    /// <summary>
    /// ENOSPC; EDQUOT on Linux and macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as results of Windows.
    /// </summary>
    private static readonly int[] FullCodes = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Whether it is the file system that refused something.</summary>
    public static bool IsOfFileSystem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>Whether there was no space left, on the disk or of a quota.</summary>
    public static bool IsFull(Exception exception) =>
        exception is IOException && Array.IndexOf(FullCodes, exception.HResult) >= 0;

    /// <summary>
    /// Runs <paramref name="write"/>; what the file system refuses becomes a failure of kind Output that names the
    /// final path.
    /// </summary>
    public static void Guard(StagedPath path, Action write) => Guard(path, () =>
    {
        write();
        return true;
    });

    /// <inheritdoc cref="Guard(StagedPath, Action)"/>
    public static T Guard<T>(StagedPath path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <inheritdoc cref="Guard(StagedPath, Action)"/>
    public static async Task GuardAsync(StagedPath path, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <summary>What can be done about an output that already exists.</summary>
    public const string ReplaceRemedy = "Choose another name, or pass --overwrite to replace it.";

    /// <summary>The failure that says that an output already exists.</summary>
    public static GpuAlsException AlreadyThere(string path) =>
        new(FailureKind.Output, $"'{path}' already exists. {ReplaceRemedy}");

    /// <summary>Whether a failure says that an output already exists.</summary>
    public static bool IsAlreadyThere(GpuAlsException failure) =>
        failure.Kind == FailureKind.Output && failure.Message.EndsWith(ReplaceRemedy, StringComparison.Ordinal);

    /// <summary>The failure that says why a folder cannot be worked in.</summary>
    public static GpuAlsException ForeignWork(string path, string reason) =>
        new(FailureKind.Output, $"'{path}' {reason}. Choose another --output.");

    /// <summary>The failure that says that a file has the name of what is to be a directory.</summary>
    public static GpuAlsException NotADirectory(string path) =>
        new(FailureKind.Output, $"'{path}' is a file; expected a directory name.");

    /// <summary>The failure that says what the file system refused.</summary>
    public static GpuAlsException CannotWrite(StagedPath path, Exception exception)
    {
        // The user knows the name that was given, not the one it is written under meanwhile.
        var reason = exception.Message.Replace(path.Staging, path.Final, StringComparison.Ordinal).TrimEnd('.');
        var remedy = IsFull(exception) ? "Free some space or choose another location" : "Choose another location";
        return new GpuAlsException(FailureKind.Output, $"cannot write '{path.Final}': {reason}. {remedy}.", exception);
    }
}

/// <summary>
/// A local file that is written; what the file system refuses becomes a failure of kind Output that names the final
/// path.
/// </summary>
internal sealed class LocalFileStream(StagedPath path) : WriteOnlyStream
{
    /// <summary>Small writes are gathered; those larger than the buffer go past it.</summary>
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _file = OutputErrors.Guard(
        path, () => new FileStream(path.Staging, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes));

    public override void Flush() => OutputErrors.Guard(path, _file.Flush);

    /// <summary>Returns once the bytes written so far would survive a loss of power.</summary>
    public void FlushToDisk() => OutputErrors.Guard(path, () => _file.Flush(flushToDisk: true));

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        OutputErrors.GuardAsync(path, () => _file.FlushAsync(cancellationToken));

    public override async ValueTask DisposeAsync()
    {
        await OutputErrors.GuardAsync(path, () => _file.DisposeAsync().AsTask()).ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Put(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes);
            MovedBytes.AddWritten(bytes.Length);
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            throw OutputErrors.CannotWrite(path, exception);
        }
    }

    protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            MovedBytes.AddWritten(bytes.Length);
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            throw OutputErrors.CannotWrite(path, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) OutputErrors.Guard(path, _file.Dispose);
        base.Dispose(disposing);
    }
}

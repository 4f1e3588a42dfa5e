namespace GpuAls;

/// <summary>Turns failures of the file system into messages with a remedy.</summary>
internal static class OutputErrors
{
    /// <summary>ENOSPC; EDQUOT on Linux and macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as results of Windows.</summary>
    private static readonly int[] FullCodes = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Whether it is the file system that refused something.</summary>
    public static bool IsOfFileSystem(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>Whether there was no space left, on the disk or of a quota.</summary>
    public static bool IsFull(Exception exception) => exception is IOException && Array.IndexOf(FullCodes, exception.HResult) >= 0;

    /// <summary>Runs <paramref name="write"/>; what the file system refuses becomes a failure of kind Output that names the final path.</summary>
    public static void Guard(StagedPath path, Action write)
    {
        try
        {
            write();
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

    /// <summary>The failure that says that an output is there already.</summary>
    public static GpuAlsException AlreadyThere(string path) =>
        new(FailureKind.Output, $"'{path}' exists already. Choose another name, or replace it with --overwrite.");

    private static GpuAlsException CannotWrite(StagedPath path, Exception exception)
    {
        // The user knows the name that was given, not the one it is written under meanwhile.
        var reason = exception.Message.Replace(path.Staging, path.Final, StringComparison.Ordinal).TrimEnd('.');
        return new GpuAlsException(
            FailureKind.Output, $"cannot write '{path.Final}': {reason}. {(IsFull(exception) ? "Free some space or choose another place" : "Choose another place")}.", exception);
    }
}

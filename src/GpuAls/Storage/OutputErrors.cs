namespace GpuAls.Storage;

/// <summary>Turns failures of the file system into messages with a remedy.</summary>
internal static class OutputErrors
{
    /// <summary>Whether it is the file system that refused something.</summary>
    public static bool IsOfFileSystem(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

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
            FailureKind.Output, $"cannot write '{path.Final}': {reason}. Free some space or choose another place.", exception);
    }
}

namespace GpuAls.Storage;

/// <summary>Turns failures of the file system into messages with a remedy.</summary>
internal static class OutputErrors
{
    /// <summary>Runs <paramref name="write"/>; what the file system refuses becomes a failure of kind Output that names <paramref name="path"/>.</summary>
    public static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <inheritdoc cref="Guard(string, Action)"/>
    public static async Task GuardAsync(string path, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CannotWrite(path, exception);
        }
    }

    private static GpuAlsException CannotWrite(string path, Exception exception)
    {
        // The user knows the name that was given, not the one it is written under meanwhile.
        var shown = StagedDirectory.FinalOf(path);
        var reason = exception.Message.Replace(path, shown, StringComparison.Ordinal).TrimEnd('.');
        return new GpuAlsException(
            FailureKind.Output, $"cannot write '{shown}': {reason}. Free some space or choose another place; nothing was left behind.", exception);
    }
}

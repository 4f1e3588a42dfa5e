using System.Text;

namespace GpuAls;

/// <summary>Errors about text files that cannot be read.</summary>
internal static class TextErrors
{
    /// <summary>Reads; failures become errors that name the file.</summary>
    public static T Guard<T>(InputFile file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException exception)
        {
            throw NotUtf8(file, exception);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Unreadable(file, exception);
        }
    }

    /// <summary>Whether opening, reading or decompressing failed.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException;

    public static GpuAlsException Unreadable(InputFile file, Exception exception) => Bad(
        file, $"cannot be read: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy it again.", exception);

    public static GpuAlsException NotUtf8(InputFile file, Exception? exception = null) =>
        Bad(file, "is not valid UTF-8. Convert it, for example with: iconv -t UTF-8", exception);

    public static GpuAlsException Bad(InputFile file, string problem, Exception? exception) =>
        new(FailureKind.BadInput, $"{file.Path} {problem}", exception);
}

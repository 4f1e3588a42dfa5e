using System.Text;

namespace GpuAls;

/// <summary>What is said of text files that cannot be read.</summary>
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
            throw NoUtf8(file, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException)
        {
            throw Bad(file, $"cannot be read: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy it again.", exception);
        }
    }

    public static GpuAlsException NoUtf8(InputFile file, Exception? exception = null) => Bad(file, "is not UTF-8 text. Convert it, as with: iconv -t UTF-8", exception);

    public static GpuAlsException Bad(InputFile file, string problem, Exception? exception) => new(FailureKind.BadInput, $"{file.Path} {problem}", exception);
}

namespace GpuAls;

/// <summary>Reading Parquet fails in many ways on damaged files; to the user it is one.</summary>
internal static class ParquetGuard
{
    /// <summary>Runs on another thread; where the library does not return, cancellation leaves it.</summary>
    public static async Task<T> RunAsync<T>(InputFile file, Func<Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(read, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (NotSupportedException exception)
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"{file.Path}: it has something that is not supported: {ParquetNames.InPlaceOfDotNet(exception.Message)}. Write it with another type or encoding.");
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(file.Path, exception);
        }
    }

    public static bool IsDamage(Exception exception) => exception is not (OperationCanceledException or GpuAlsException or OutOfMemoryException);

    /// <param name="place">What cannot be read.</param>
    /// <param name="exception">Why.</param>
    public static GpuAlsException Damaged(string place, Exception exception) => new(
        FailureKind.BadInput, $"{place} cannot be read as Parquet: {ParquetNames.InPlaceOfDotNet(exception.Message)}. The file may be truncated or damaged; copy or write it again.", exception);
}

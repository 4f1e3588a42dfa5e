namespace GpuAls.Reading;

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
            throw Bad(file, $"it has something that is not supported: {ParquetNames.InPlaceOfDotNet(exception.Message)}. Write it with another type or encoding");
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or GpuAlsException or OutOfMemoryException))
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"{file.Path} cannot be read as Parquet: {ParquetNames.InPlaceOfDotNet(exception.Message)}. The file may be truncated or damaged; copy or write it again.", exception);
        }
    }

    public static GpuAlsException Bad(InputFile file, string problem) => new(FailureKind.BadInput, $"{file.Path}: {problem}.");
}

namespace GpuAls.App;

/// <summary>Made-up plays into a file.</summary>
public static class SampleJob
{
    /// <summary>Runs the job.</summary>
    /// <param name="plays">What is written.</param>
    /// <param name="output">The file; its extension says its form: .parquet, .csv or .tsv.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="cancellation">Looked at while writing.</param>
    /// <exception cref="GpuAlsException">Kind Usage: another extension, or a place in the folder of a model. Kind Output: the file exists or cannot be written.</exception>
    public static Task RunAsync(SamplePlays plays, string output, bool overwrite, CancellationToken cancellation = default)
    {
        Collisions.CheckOutsideModels(output, "--output");
        return SampleWriter.WriteAsync(plays, output, overwrite, cancellation);
    }
}

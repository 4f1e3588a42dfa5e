namespace GpuAls.App;

/// <summary>Made-up plays into a file.</summary>
public static class SampleJob
{
    /// <summary>Runs the job.</summary>
    /// <param name="plays">What is written.</param>
    /// <param name="output">The file; its extension says the format: .parquet, .csv or .tsv.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="cancellation">Looked at while writing.</param>
    /// <exception cref="GpuAlsException">Kind Usage: another extension, or a file in the folder of a model. Kind Output: the file exists or cannot be written.</exception>
    public static async Task RunAsync(SamplePlays plays, string output, bool overwrite, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        Collisions.CheckOutsideModels(output, "--output");
        var writeAsync = SampleWriter.For(output);
        var outputs = new JobOutputs(overwrite);
        await using (outputs.ConfigureAwait(false))
        {
            await outputs.OpenFile(output).WriteAsync(stream => writeAsync(plays, stream, cancellation), cancellation).ConfigureAwait(false);
            await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }
}

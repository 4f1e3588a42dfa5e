namespace GpuAls.App;

/// <summary>Where a training writes: the folder of the model, and the lists in it or elsewhere.</summary>
/// <param name="Model">The folder of the model.</param>
/// <param name="Lists">The file of the lists.</param>
/// <param name="Format">The format of the lists.</param>
/// <param name="NameInside">The name of the lists in the folder of the model; null where they are elsewhere.</param>
internal sealed record TrainOutput(ChecksummedOutput Model, OutputFile Lists, ListFormat Format, string? NameInside)
{
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the lists have the name of a file of the model, or an output is an input. Kind Output: an output exists or cannot be
    /// written.
    /// </exception>
    public static async Task<TrainOutput> OpenAsync(TrainJobOptions options, JobOutputs outputs, CancellationToken cancellation)
    {
        var format = ListFormat.Of(options.Recommendations ?? ModelFiles.Recommendations);
        var inside = options.Recommendations is { } lists ? Inside(options.Output, lists) : ModelFiles.Recommendations;
        Collisions.Check(options);
        var folder = await outputs.OpenFolderAsync(options.Output, ModelFolder.WhyForeignAsync, cancellation).ConfigureAwait(false);
        var model = new ChecksummedOutput(folder);
        if (inside is null) return new TrainOutput(model, outputs.OpenFile(options.Recommendations!), format, null);
        var file = new OutputFile(model, inside);
        await file.WriteAsync(_ => Task.CompletedTask, cancellation).ConfigureAwait(false); // A name that is refused is refused early.
        return new TrainOutput(model, file, format, inside);
    }

    private static string? Inside(string output, string lists)
    {
        var (folder, file) = (OutputLocation.Of(output), OutputLocation.Of(lists));
        if (!folder.Contains(file))
        {
            Collisions.CheckOutsideModels(lists, "--recommendations");
            return null;
        }

        var name = folder.FileBelow(file);
        Require.Usage(
            name != "." && !ModelFiles.IsTaken(name), $"--recommendations '{lists}' is one of the model's own files. Choose another name.");
        return name;
    }
}

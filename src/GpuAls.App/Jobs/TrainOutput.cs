namespace GpuAls.App;

/// <summary>Where a training writes: the folder of the model, and the lists in it or elsewhere.</summary>
internal sealed class TrainOutput : IDisposable
{
    private readonly StagedDirectory _directory;
    private readonly StagedFile? _elsewhere;

    /// <exception cref="GpuAlsException">Kind Usage: the lists have the name of a file of the model, or an output is an input. Kind Output: an output exists or cannot be written.</exception>
    public TrainOutput(TrainJobOptions options)
    {
        Format = RecommendationWriter.FormatOf(options.Recommendations ?? ModelFiles.Recommendations);
        NameInside = options.Recommendations is null ? ModelFiles.Recommendations : Inside(options.Output, options.Recommendations);
        Collisions.Check(options);
        _directory = new StagedDirectory(options.Output, options.Overwrite, ModelFolder.WhyForeign);
        try
        {
            if (NameInside is null) _elsewhere = new StagedFile(options.Recommendations!, options.Overwrite);
            else OutputErrors.Guard(Lists, () => Directory.CreateDirectory(Path.GetDirectoryName(Lists.Staging)!));
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>The form of the lists.</summary>
    public RecommendationFormat Format { get; }

    /// <summary>The name of the lists in the folder of the model, with slashes; null where they are elsewhere.</summary>
    public string? NameInside { get; }

    /// <summary>The folder of the model.</summary>
    public StagedPath Model => _directory.Place;

    /// <summary>The file of the lists.</summary>
    public StagedPath Lists => NameInside is null ? _elsewhere!.Place : Model.Below(NameInside);

    /// <summary>Gives both their names.</summary>
    /// <returns>Where the model that was replaced still lies, if it could not be deleted.</returns>
    /// <exception cref="GpuAlsException">Kind Output: a rename was refused.</exception>
    public string? Commit()
    {
        var leftover = _directory.Commit();
        _elsewhere?.Commit();
        return leftover;
    }

    public void Dispose()
    {
        _elsewhere?.Dispose();
        _directory.Dispose();
    }

    private static string? Inside(string output, string lists)
    {
        var (folder, path) = (OutputPaths.Resolve(output), OutputPaths.Resolve(lists));
        if (!OutputPaths.IsWithin(folder, path))
        {
            Collisions.CheckOutsideModels(lists, "--recommendations");
            return null;
        }

        var name = OutputPaths.NameBelow(folder, path);
        Require.Usage(name != "." && !ModelFiles.IsTaken(name), $"--recommendations '{lists}' is the place of the model's own files. Choose another name.");
        return name;
    }
}

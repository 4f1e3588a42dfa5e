namespace GpuAls.App;

/// <summary>
/// The versions of a model: the folders that an output with placeholders names, and the file <c>latest</c> beside them,
/// which names the one that was published last.
/// </summary>
internal sealed class ModelVersions
{
    private readonly string _output;
    private readonly LocationTemplate _name;

    private ModelVersions(string output, string folder, LocationTemplate name) =>
        (_output, Folder, _name) = (output, folder.Length > 0 ? folder : ".", name);

    /// <summary>The folder they are in.</summary>
    public string Folder { get; }

    /// <summary>Whether runs of the same day are different versions.</summary>
    public bool HasTime => _name.HasTime;

    /// <summary>The file that names the newest.</summary>
    public string Latest => Stores.Combine(Folder, LatestModel.FileName);

    /// <summary>The versions that an output names; null where it has no placeholder.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it is no template, or a folder above has a placeholder.
    /// </exception>
    public static ModelVersions? Of(string output)
    {
        var template = LocationTemplate.Parse(output, "--output");
        if (!template.HasPlaceholders) return null;
        var (folder, name) = template.Split() ?? throw new GpuAlsException(
            FailureKind.Usage,
            $"--output '{output}' has a placeholder before its last part; versions are folders side by side, such as "
                + "models/{date}.");
        return new ModelVersions(output, folder, name);
    }

    /// <summary>A text that was given for an output, after it was found to be a template.</summary>
    /// <exception cref="GpuAlsException">Kind Usage, as <see cref="Of"/>.</exception>
    public static string Checked(string output)
    {
        Of(output);
        return output;
    }

    /// <summary>Checks before the work that <c>latest</c> can name a version, and that it is of these.</summary>
    /// <returns>The version it names now; null for none.</returns>
    /// <exception cref="GpuAlsException">Kind Output: it is something else, or cannot be looked at.</exception>
    public async Task<string?> LatestAsync(CancellationToken cancellation)
    {
        var folder = StoreFolder.Open(Folder);
        if (await folder.FindAsync(LatestModel.FileName, cancellation).ConfigureAwait(false) is not { } file)
        {
            if (!Directory.Exists(Latest)) return null;
            throw Refused("is a directory, where gpuals writes the name of the newest version");
        }

        string named;
        try
        {
            named = await LatestModel.ReadAsync(file, cancellation).ConfigureAwait(false);
        }
        catch (GpuAlsException exception) when (exception.Kind == FailureKind.BadInput)
        {
            throw Refused("does not name a version");
        }

        return _name.Matches(named) ? named : throw Refused($"names '{named}', which is not one of '{_output}'");
    }

    /// <summary>Makes <c>latest</c> name a version that is complete.</summary>
    /// <param name="location">Its folder.</param>
    /// <param name="before">The version that it names now; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written; then it is as it was.</exception>
    public async Task PointAsync(string location, string? before, CancellationToken cancellation)
    {
        var version = NameOf(location);
        try
        {
            await LatestModel.PointAsync(StoreFolder.Open(Folder), version, cancellation).ConfigureAwait(false);
        }
        catch (GpuAlsException exception)
        {
            var still = before is null ? "does not exist yet" : $"still names '{before}'";
            throw new GpuAlsException(
                exception.Kind,
                $"the model is complete in '{location}', but '{Latest}' {still}: {exception.Message} "
                + $"Then write the line {version} into it.",
                exception);
        }
    }

    /// <summary>The name of a version, without its folder.</summary>
    public static string NameOf(string location) => OutputLocation.Of(location).FileName;

    private GpuAlsException Refused(string reason) => new(
        FailureKind.Output,
        $"'{Latest}' {reason}. Choose an --output in another folder, or remove it.");
}

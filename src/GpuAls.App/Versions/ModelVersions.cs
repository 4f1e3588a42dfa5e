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
            var below = await folder.ListAsync(LatestModel.FileName + '/', cancellation).ConfigureAwait(false);
            if (below.Count == 0 && !Directory.Exists(Latest)) return null;
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

    /// <summary>
    /// Removes what killed runs left of versions in a local folder: no later run writes the same version.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Output: the folder cannot be looked into.</exception>
    public void RemoveStale()
    {
        if (!Stores.IsUrl(Folder)) StagingNames.RemoveStale(Folder, _name.Matches);
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

    /// <summary>
    /// Deletes older versions: those that are by their names older than the newest ones that are complete. What is no
    /// model, has other files in it, or is named by <c>latest</c> stays. A version that is being deleted loses its mark
    /// of completeness first and its manifest last, so that it is never taken for a whole model, and a later run
    /// finishes what a kill has left.
    /// </summary>
    /// <param name="count">How many complete versions are kept.</param>
    /// <param name="progress">Told what was deleted, and what could not be.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the folder cannot be looked into.</exception>
    public async Task KeepAsync(int count, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        var folder = StoreFolder.Open(Folder);
        var latest = await LatestAsync(cancellation).ConfigureAwait(false);
        var complete = 0;
        var versions = await folder.ListFoldersAsync(_name.Start, cancellation).ConfigureAwait(false);
        foreach (var version in versions.Where(_name.Matches).OrderDescending(StringComparer.Ordinal))
        {
            var files = await FilesAsync(folder, version, cancellation).ConfigureAwait(false);
            if (!files.Contains(ModelFiles.Manifest)) continue;
            if (complete < count || version == latest)
            {
                if (files.Contains(FolderOutput.SuccessFile)) complete++;
                continue;
            }

            await DeleteAsync(folder, version, files, progress, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The name of a version, without its folder.</summary>
    public static string NameOf(string location) => OutputLocation.Of(location).FileName;

    private static async Task<IReadOnlyList<string>> FilesAsync(
        IStoreFolder folder, string version, CancellationToken cancellation)
    {
        var files = await folder.ListAsync(version + '/', cancellation).ConfigureAwait(false);
        return [.. files.Select(file => file[(version.Length + 1)..])];
    }

    private async Task DeleteAsync(
        IStoreFolder folder, string version, IReadOnlyList<string> files, IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        var location = Stores.Combine(Folder, version);
        try
        {
            var existing = new ExistingFiles(files, ReadAsync);
            if (await ModelFolder.WhyForeignAsync(existing, cancellation).ConfigureAwait(false) is { } reason)
            {
                progress?.Report(new VersionKept(location, reason));
                return;
            }

            foreach (var file in files.OrderBy(DeletionOrder))
                await folder.DeleteAsync($"{version}/{file}", cancellation).ConfigureAwait(false);
            progress?.Report(new VersionDeleted(location));
        }
        catch (GpuAlsException exception)
        {
            progress?.Report(new VersionKept(location, $"could not be deleted: {exception.Message.TrimEnd('.')}"));
        }

        async ValueTask<byte[]?> ReadAsync(string file, CancellationToken token)
        {
            var source = await folder.FindAsync($"{version}/{file}", token).ConfigureAwait(false);
            return source is null ? null : await source.ReadAllAsync(token).ConfigureAwait(false);
        }
    }

    private static int DeletionOrder(string file) => file switch
    {
        FolderOutput.SuccessFile => 0,
        ModelFiles.Manifest => 2,
        _ => 1,
    };

    private GpuAlsException Refused(string reason) => new(
        FailureKind.Output,
        $"'{Latest}' {reason}. Choose an --output in another folder, or remove it.");
}

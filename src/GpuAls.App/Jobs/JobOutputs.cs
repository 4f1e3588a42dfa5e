namespace GpuAls.App;

/// <summary>
/// What a job writes. Outputs are opened before the work, so that what they refuse is said before hours of it, and are
/// committed after it: files and folders of lists in the order in which they were opened, then other folders, whose
/// _SUCCESS may start whatever reads them, then tables: the commit of a transaction is what may still be refused, or
/// lost with the connection, and leaves the old rows. Outputs of a job that fails are abandoned.
/// </summary>
/// <param name="overwrite">Whether existing outputs are replaced.</param>
internal sealed class JobOutputs(bool overwrite) : IAsyncDisposable
{
    private readonly List<IOutput> _files = [];
    private readonly List<IOutput> _folders = [];
    private ITables? _tables;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async Task<IOutput> OpenFolderAsync(
        string path, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        var location = OutputLocation.Of(path);
        var folder = await location.OpenFolderAsync(overwrite, whyForeign, cancellation).ConfigureAwait(false);
        _folders.Add(folder);
        return folder;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async Task<OutputFile> OpenFileAsync(string path, CancellationToken cancellation)
    {
        var file = await OutputLocation.Of(path).OpenFileAsync(overwrite, cancellation).ConfigureAwait(false);
        Add(file.Output);
        return file;
    }

    /// <summary>Opens a file that may not be asked for.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async Task<OutputFile?> OpenFileIfAnyAsync(string? path, CancellationToken cancellation) =>
        path is null ? null : await OpenFileAsync(path, cancellation).ConfigureAwait(false);

    /// <summary>Opens a file, a folder or a table of lists.</summary>
    /// <param name="path">The file, folder or database.</param>
    /// <param name="tables">Which tables of a database are written.</param>
    /// <param name="shape">What a row of a file is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="group">The processes that open a folder, and commit it, together; null for this one alone.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the extension is not that of a format with this shape, or no table is named. Kind Output: the file
    /// exists, or the file or table cannot be written.
    /// </exception>
    public async Task<IListOutput> OpenListsAsync(
        string path, TableOptions tables, ListShape shape, CancellationToken cancellation, IProcessGroup? group = null)
    {
        if (Databases.Of(path) is { } database)
            return _tables = await database.OpenTablesAsync(path, tables, cancellation).ConfigureAwait(false);
        var file = await ListFile.OpenAsync(path, shape, overwrite, group ?? SingleProcess.Instance, cancellation)
            .ConfigureAwait(false);
        Add(file.File.Output);
        return file;
    }

    /// <summary>Adds the output of a file that was opened.</summary>
    public IOutput Add(IOutput output)
    {
        _files.Add(output);
        return output;
    }

    /// <summary>Publishes all outputs. It is not stopped halfway.</summary>
    /// <returns>Where a replaced output still is, if it could not be deleted.</returns>
    /// <exception cref="GpuAlsException">Kind Output: one cannot be published; those before it are.</exception>
    public async Task<string?> CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_tables is not null) await _tables.CheckAsync(cancellation).ConfigureAwait(false);
        string? leftover = null;
        foreach (var output in _files.Concat(_folders))
            leftover = await output.CommitAsync(CancellationToken.None).ConfigureAwait(false) ?? leftover;
        if (_tables is not null) await _tables.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return leftover;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_tables is not null) await _tables.DisposeAsync().ConfigureAwait(false);
        foreach (var output in _folders.Concat(_files)) await output.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>Where a training writes: the folder of the model, and the lists in it or elsewhere.</summary>
/// <param name="Model">The folder of the model.</param>
/// <param name="Lists">The file or the table of the lists.</param>
/// <param name="NameInside">
/// The name of the lists in the folder of the model; null where they are elsewhere.
/// </param>
internal sealed record TrainOutput(ChecksummedOutput Model, IListOutput Lists, string? NameInside)
{
    /// <summary>The version that <c>latest</c> names before the run; null for none.</summary>
    public string? Latest { get; private init; }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: the lists have the name of a file of the model, or an output is an input. Kind Output: an output
    /// exists or cannot be written.
    /// </exception>
    public static async Task<TrainOutput> OpenAsync(
        TrainJobOptions options, JobOutputs outputs, IProcessGroup group, CancellationToken cancellation)
    {
        var (lists, format, inside, latest) = await PlanAsync(options, cancellation).ConfigureAwait(false);
        options.Versions?.RemoveStale();
        var folder = await NamingTimeAsync(
            options, () => outputs.OpenFolderAsync(options.Output, ModelFolder.WhyForeignAsync, cancellation))
            .ConfigureAwait(false);
        var model = new ChecksummedOutput(folder);
        if (inside is null)
        {
            var elsewhere = await outputs
                .OpenListsAsync(lists, options.Tables, options.ListShape, cancellation, group).ConfigureAwait(false);
            return new TrainOutput(model, elsewhere, null) { Latest = latest };
        }

        // A name that the file system refuses is refused now, not after the training.
        var file = new OutputFile(model, inside);
        await file.WriteAsync(_ => Task.CompletedTask, cancellation).ConfigureAwait(false);
        return new TrainOutput(model, new ListFile(file, format!), inside) { Latest = latest };
    }

    /// <summary>The lists that a process writes which does not write the model; null for none.</summary>
    /// <exception cref="GpuAlsException">Kind Output: they cannot be written.</exception>
    public static async Task<IListOutput?> JoinAsync(
        TrainJobOptions options, JobOutputs outputs, IProcessGroup group, CancellationToken cancellation) =>
        ListFile.IsFolder(options.Recommendations)
            ? await outputs
                .OpenListsAsync(options.Recommendations!, options.Tables, options.ListShape, cancellation, group)
                .ConfigureAwait(false)
            : null;

    /// <summary>What of this can be told without touching the outputs.</summary>
    /// <returns>The version that <c>latest</c> names; null for none.</returns>
    /// <exception cref="GpuAlsException">As <see cref="OpenAsync"/>.</exception>
    public static async Task<string?> CheckAsync(TrainJobOptions options, CancellationToken cancellation)
    {
        var (lists, format, inside, latest) = await PlanAsync(options, cancellation).ConfigureAwait(false);
        await NamingTimeAsync(options, async () =>
        {
            await OutputLocation.Of(options.Output)
                .CheckFolderAsync(options.Overwrite, ModelFolder.WhyForeignAsync, cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
        var isFolder = ListFile.IsFolder(lists);
        if (isFolder)
            await OutputLocation.Of(lists).CheckFolderAsync(options.Overwrite, ListFile.WhyForeignAsync, cancellation)
                .ConfigureAwait(false);
        string?[] files = [format is not null && inside is null && !isFolder ? lists : null, options.Report?.File];
        foreach (var file in files.OfType<string>())
            await OutputLocation.Of(file).CheckFileAsync(options.Overwrite, cancellation).ConfigureAwait(false);
        return latest;
    }

    /// <summary>
    /// Where the lists go: the format of their file, null for a table; their name in the folder of the model, null
    /// where they are elsewhere. With them the version that <c>latest</c> names.
    /// </summary>
    private static async Task<(string Lists, ListFormat? Format, string? Inside, string? Latest)> PlanAsync(
        TrainJobOptions options, CancellationToken cancellation)
    {
        var lists = options.Recommendations ?? ModelFiles.Recommendations;
        var isTable = Databases.Has(lists);
        var format = isTable ? null : ListFormat.Of(lists, options.ListShape);
        var inside = options.Recommendations is null ? lists
            : isTable ? null
            : await InsideAsync(options.Output, lists, cancellation).ConfigureAwait(false);
        await Collisions.CheckAsync(options, cancellation).ConfigureAwait(false);
        var latest = options.Versions is { } versions
            ? await versions.LatestAsync(cancellation).ConfigureAwait(false)
            : null;
        return (lists, format, inside, latest);
    }

    /// <summary>A version that is there already can also be told from the new one by the time.</summary>
    private static async Task<T> NamingTimeAsync<T>(TrainJobOptions options, Func<Task<T>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch (GpuAlsException exception) when (
            options.Versions is { HasTime: false } && OutputErrors.IsAlreadyThere(exception))
        {
            throw new GpuAlsException(
                exception.Kind,
                exception.Message.Replace(
                    OutputErrors.ReplaceRemedy,
                    "Pass --overwrite to replace it, or name versions by the time too, as in --output "
                        + "models/{date}-{time}.",
                    StringComparison.Ordinal),
                exception);
        }
    }

    private static async Task<string?> InsideAsync(
        string output, string lists, CancellationToken cancellation)
    {
        var (folder, file) = (OutputLocation.Of(output), OutputLocation.Of(lists));
        if (!folder.Contains(file) || ListFile.IsFolder(lists))
        {
            await Collisions.CheckOutsideModelsAsync(lists, "--recommendations", cancellation).ConfigureAwait(false);
            return null;
        }

        var name = folder.FileBelow(file);
        Require.Usage(
            name != "." && !ModelFiles.IsTaken(name),
            $"--recommendations '{lists}' is one of the model's own files. Choose another name.");
        return name;
    }
}

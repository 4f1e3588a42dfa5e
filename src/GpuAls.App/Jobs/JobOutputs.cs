namespace GpuAls.App;

/// <summary>
/// What a job writes. Outputs are opened before the work, so that what they refuse is said before hours of it, and are committed after
/// it in the order in which they were opened. Those of a job that fails are abandoned.
/// </summary>
/// <param name="overwrite">Whether existing outputs are replaced.</param>
internal sealed class JobOutputs(bool overwrite) : IAsyncDisposable
{
    private readonly Stack<IOutput> _opened = [];

    /// <summary>Opens a folder.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async Task<IOutput> OpenFolderAsync(string path, ForeignCheck whyForeign, CancellationToken cancellation) =>
        Add(await OutputLocation.Of(path).OpenFolderAsync(overwrite, whyForeign, cancellation).ConfigureAwait(false));

    /// <summary>Opens a file.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public OutputFile OpenFile(string path)
    {
        var file = OutputLocation.Of(path).OpenFile(overwrite);
        Add(file.Output);
        return file;
    }

    /// <summary>Opens a file that may not be asked for.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public OutputFile? OpenFileIfAny(string? path) => path is null ? null : OpenFile(path);

    /// <summary>Adds an output that was opened.</summary>
    public IOutput Add(IOutput output)
    {
        _opened.Push(output);
        return output;
    }

    /// <summary>Publishes all outputs. It is not stopped halfway.</summary>
    /// <returns>Where a replaced output still is, if it could not be deleted.</returns>
    /// <exception cref="GpuAlsException">Kind Output: one cannot be published; those before it are.</exception>
    public async Task<string?> CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string? leftover = null;
        foreach (var output in _opened.Reverse()) leftover = await output.CommitAsync(CancellationToken.None).ConfigureAwait(false) ?? leftover;
        return leftover;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var output in _opened) await output.DisposeAsync().ConfigureAwait(false);
    }
}

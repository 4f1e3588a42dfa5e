namespace GpuAls;

/// <summary>
/// A folder that several processes fill, each with files of its own, whose bytes no other sees. All open it and commit
/// it at the same time, as they make the calls of their group; process 0 publishes all files, when all are complete.
/// </summary>
internal sealed class SharedFolder : IOutput
{
    private readonly IProcessGroup _group;
    private readonly IOutput _own;

    private SharedFolder(IProcessGroup group, IOutput own) => (_group, _own) = (group, own);

    /// <inheritdoc/>
    public string Name => _own.Name;

    /// <summary>Opens the folder in process 0, and joins it in the others.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="location">Where it is to appear; that of process 0 counts.</param>
    /// <param name="overwrite">Whether an existing folder is replaced.</param>
    /// <param name="whyForeign">Keeps folders that other programs or people filled from being replaced.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: it exists, cannot be written, or is not seen by a machine.
    /// </exception>
    public static async Task<SharedFolder> OpenAsync(
        IProcessGroup group, string location, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        if (group.Rank > 0)
        {
            var name = group.Tell("");
            return new SharedFolder(group, OutputLocation.Of(name).JoinFolder(group.Tell("")));
        }

        var folder = await OutputLocation.Of(location).OpenFolderAsync(overwrite, whyForeign, cancellation)
            .ConfigureAwait(false);
        try
        {
            group.Tell(folder.Name);
            group.Tell(folder.Invitation);
            return new SharedFolder(group, folder);
        }
        catch
        {
            await folder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public string NameOf(string file) => _own.NameOf(file);

    /// <inheritdoc/>
    public ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation) =>
        _own.CreateAsync(file, cancellation);

    /// <inheritdoc/>
    public async ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        var receipt = _own is IJoinedOutput joined
            ? await joined.CompleteAsync(cancellation).ConfigureAwait(false)
            : "";
        var receipts = _group.AllGather(receipt);
        if (_own is IFolderOutput folder)
            foreach (var other in receipts.Skip(1)) folder.TakeOver(other);
        return await _own.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own.DisposeAsync();
}

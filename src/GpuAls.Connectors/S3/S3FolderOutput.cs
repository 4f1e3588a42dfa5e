using System.Text.Json;
using S3Listed = Amazon.S3.Model.S3Object;

namespace GpuAls.Connectors.S3;

/// <summary>
/// A prefix that is filled as a folder, <c>_SUCCESS</c> last. All bytes are at S3 before the commit, which makes them
/// visible by a few short requests:
/// <list type="number">
/// <item>an old <c>_SUCCESS</c> goes, so that nobody takes a mixture for a complete folder;</item>
/// <item>the file that was created last, a model's manifest, is published on the condition that it is still the one
/// that was there or that none is: of two runs one wins, and the other leaves without a change;</item>
/// <item>objects that the new folder does not have are deleted;</item>
/// <item>the other files are published, then <c>_SUCCESS</c>.</item>
/// </list>
/// A run that is killed in between leaves a folder without <c>_SUCCESS</c> that the next one may overwrite.
/// </summary>
internal sealed class S3FolderOutput : S3Output, IFolderOutput
{
    private readonly bool _overwrite;
    private readonly ForeignCheck _whyForeign;

    private S3FolderOutput(S3Store store, S3Location folder, bool overwrite, ForeignCheck whyForeign)
        : base(store, folder) => (_overwrite, _whyForeign) = (overwrite, whyForeign);

    /// <inheritdoc/>
    public string Invitation => Publisher.Token;

    /// <param name="store">The store.</param>
    /// <param name="location">Where the folder is to appear.</param>
    /// <param name="overwrite">Whether an existing folder is replaced.</param>
    /// <param name="whyForeign">Keeps folders that other programs or people filled from being replaced.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the folder exists, or cannot be written there.</exception>
    public static async Task<S3FolderOutput> OpenAsync(
        S3Store store,
        S3Location location,
        bool overwrite,
        ForeignCheck whyForeign,
        CancellationToken cancellation)
    {
        var output = new S3FolderOutput(store, AsFolder(location), overwrite, whyForeign);
        await output.CheckReplaceableAsync(cancellation).ConfigureAwait(false);
        if (location.Key is not ("" or [.., '/']))
        {
            var file = await store.FindObjectAsync(location, cancellation, FailureKind.Output).ConfigureAwait(false);
            if (file is not null) throw OutputErrors.NotADirectory(location.ToString());
        }

        await output.ProbeAsync(FolderOutput.SuccessFile, cancellation).ConfigureAwait(false);
        return output;
    }

    /// <inheritdoc/>
    public void TakeOver(string receipt)
    {
        foreach (var file in JsonSerializer.Deserialize(receipt, S3ReceiptJson.Default.S3ReceiptArray)!) TakeOver(file);
    }

    /// <inheritdoc/>
    protected override async Task PublishAsync(CancellationToken cancellation)
    {
        var existing = await CheckReplaceableAsync(cancellation).ConfigureAwait(false);
        var hadMark = existing.ContainsKey(FolderOutput.SuccessFile);
        if (hadMark) await Publisher.DeleteAsync(Below(FolderOutput.SuccessFile), cancellation).ConfigureAwait(false);
        await PublishFirstAsync(Files[^1], existing, hadMark, cancellation).ConfigureAwait(false);
        try
        {
            foreach (var stale in existing.Keys.Except(Files).Where(file => file != FolderOutput.SuccessFile))
                await Publisher.DeleteAsync(Below(stale), cancellation).ConfigureAwait(false);
            foreach (var file in Files.SkipLast(1))
                await PublishAsync(file, existing.ContainsKey(file), S3Condition.None, cancellation)
                    .ConfigureAwait(false);
            var condition = _overwrite ? S3Condition.None : S3Condition.Absent;
            if (!await PublishEmptyAsync(FolderOutput.SuccessFile, condition, cancellation).ConfigureAwait(false))
                throw OtherRun();
        }
        catch (GpuAlsException exception) when (existing.Count > 0)
        {
            throw new GpuAlsException(
                exception.Kind,
                $"{exception.Message} Part of '{Name}' is replaced already, so it has no {FolderOutput.SuccessFile} "
                + "now. Run again with --overwrite.",
                exception);
        }
    }

    private async Task PublishFirstAsync(
        string first, Dictionary<string, S3Listed> existing, bool hadMark, CancellationToken cancellation)
    {
        var old = existing.GetValueOrDefault(first);
        var condition = old is null ? S3Condition.Absent : new S3Condition(IsAbsent: false, old.ETag);
        try
        {
            if (await PublishAsync(first, old is not null, condition, cancellation).ConfigureAwait(false)) return;
        }
        catch (GpuAlsException) when (hadMark)
        {
            // What is there is as it was, unless it was replaced and only the answer got lost.
            if (await Publisher.FindOwnAsync(Below(first), cancellation).ConfigureAwait(false) is null)
                await Publisher.PutAsync(Below(FolderOutput.SuccessFile), default, S3Condition.Absent, cancellation)
                    .ConfigureAwait(false);
            throw;
        }

        throw OtherRun();
    }

    private GpuAlsException OtherRun() => new(
        FailureKind.Output,
        $"'{Name}' was written by another run meanwhile. Look who else writes there, and run again.");

    /// <summary>The objects that are there, by their names in the folder.</summary>
    private async Task<Dictionary<string, S3Listed>> CheckReplaceableAsync(CancellationToken cancellation)
    {
        var listed = await Store.ListAsync(Folder, cancellation, FailureKind.Output).ConfigureAwait(false);
        var existing = listed.ToDictionary(found => found.Key[Folder.Key.Length..]);
        if (existing.Count == 0) return existing;
        if (!_overwrite) throw OutputErrors.AlreadyThere(Name);
        var files = new ExistingFiles(existing.Keys.Order(StringComparer.Ordinal), ReadAsync);
        if (await _whyForeign(files, cancellation).ConfigureAwait(false) is { } reason)
            throw new GpuAlsException(
                FailureKind.Output, $"'{Name}' {reason}, and --overwrite leaves it alone. Choose another name.");
        return existing;
    }

    private async ValueTask<byte[]?> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            var found = await Store.FindFileAsync(NameOf(file), cancellation).ConfigureAwait(false);
            return found is null ? null : await found.ReadAllAsync(cancellation).ConfigureAwait(false);
        }
        catch (GpuAlsException)
        {
            return null;
        }
    }
}

/// <summary>Objects of a folder that another process has opened, which makes them visible.</summary>
/// <param name="store">The store.</param>
/// <param name="folder">The folder.</param>
/// <param name="invitation">Of that process.</param>
internal sealed class S3JoinedOutput(S3Store store, S3Location folder, string invitation)
    : S3Output(store, AsFolder(folder), new S3Publisher(store.Client) { Token = invitation }), IJoinedOutput
{
    /// <inheritdoc/>
    protected override bool IsForAnother => true;

    /// <inheritdoc/>
    public async ValueTask<string> CompleteAsync(CancellationToken cancellation) => JsonSerializer.Serialize(
        await ReceiptsAsync(cancellation).ConfigureAwait(false), S3ReceiptJson.Default.S3ReceiptArray);

    /// <inheritdoc/>
    protected override Task PublishAsync(CancellationToken cancellation) => Task.CompletedTask;
}

namespace GpuAls;

/// <summary>What was found of a file of a model.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Content">What it should hold, such as <c>float32 [60, 3]</c>; empty if it is not looked into.</param>
/// <param name="Problems">What is wrong with it, each to follow its name in a sentence.</param>
internal sealed record ModelFileCheck(string File, string Content, IReadOnlyList<string> Problems);

/// <summary>
/// Reads all files of a model and finds everything that is wrong with them, where <see cref="ModelReader"/> stops at
/// the first thing.
/// </summary>
internal sealed class ModelVerifier
{
    /// <summary>Reads a file, and hashes all of it.</summary>
    private delegate Task<T> Reading<T>(IByteSource source, FileHash hash, CancellationToken cancellation);

    private readonly string _directory;
    private readonly ModelManifest _manifest;
    private readonly List<ModelFileCheck> _checks = [];

    private ModelVerifier(string directory, ModelManifest manifest) => (_directory, _manifest) = (directory, manifest);

    /// <summary>Checks a model.</summary>
    /// <param name="directory">Its folder, not <c>latest</c>: a path or a URL.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Each file.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: the folder cannot be read.</exception>
    public static async Task<IReadOnlyList<ModelFileCheck>> VerifyAsync(
        string directory, ModelManifest manifest, CancellationToken cancellation)
    {
        ModelErrors.RequireLoadable(directory, manifest.Data.Plays);
        var verifier = new ModelVerifier(directory, manifest);
        await verifier.RunAsync(cancellation).ConfigureAwait(false);
        return verifier._checks;
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var (data, rank) = (_manifest.Data, _manifest.Rank);
        await CheckFactorsAsync(ModelFiles.UserFactors, data.Users, rank, cancellation).ConfigureAwait(false);
        await CheckFactorsAsync(ModelFiles.ItemFactors, data.Items, rank, cancellation).ConfigureAwait(false);
        await CheckIdsAsync(ModelFiles.Users, data.UserIdType, data.Users, cancellation).ConfigureAwait(false);
        await CheckIdsAsync(ModelFiles.Items, data.ItemIdType, data.Items, cancellation).ConfigureAwait(false);
        await CheckPlaysAsync(data, cancellation).ConfigureAwait(false);
        foreach (var file in _manifest.Sha256.Keys.Except(ModelFiles.Checksummed))
            await CheckAsync<bool>(file, "", null, cancellation).ConfigureAwait(false);
        var mark = await Stores
            .FindFileAsync(Stores.Combine(_directory, FolderOutput.SuccessFile), cancellation).ConfigureAwait(false);
        _checks.Add(new(
            FolderOutput.SuccessFile, "",
            mark is null ? ["is missing: the model was not published whole, or is being replaced or deleted"] : []));
    }

    private async Task CheckFactorsAsync(string file, int rows, int rank, CancellationToken cancellation)
    {
        var problems = new List<string>();
        var factors = await CheckAsync(
            file, $"float32 [{rows}, {rank}]",
            (source, hash, stop) => NpyFile.ReadFactorsAsync(source, rows, rank, hash, stop), cancellation, problems)
            .ConfigureAwait(false);
        if (factors is null) return;
        var (bad, first) = (0L, -1);
        for (var row = 0; row < rows; row++)
            foreach (var factor in factors[row])
            {
                if (float.IsFinite(factor)) continue;
                if (bad++ == 0) first = row;
            }

        if (bad > 0)
            problems.Add(
                $"has {Counted.Of(bad, "factor that is", "factors that are")} not finite, the first in row {first}");
    }

    private async Task CheckIdsAsync(string file, IdType type, int count, CancellationToken cancellation)
    {
        var problems = new List<string>();
        await CheckAsync<bool>(file, $"{Counted.Of(count, "id")}", null, cancellation, problems).ConfigureAwait(false);
        var source = await FindAsync(file, cancellation).ConfigureAwait(false);
        if (source is null) return;
        try
        {
            await IdTableFile.ReadAsync(source, type, count, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsProblem(exception))
        {
            problems.Add(Reason(exception, source));
        }
    }

    private async Task CheckPlaysAsync(DataStatistics data, CancellationToken cancellation)
    {
        var problems = new List<string>();
        var count = (int)data.Plays;
        var indptr = await CheckAsync(
            ModelFiles.PlaysIndptr, $"int64 [{data.Users + 1}]", ArrayOf<long>(data.Users + 1), cancellation, problems)
            .ConfigureAwait(false);
        var indices = await CheckAsync(
            ModelFiles.PlaysIndices, $"int32 [{count}]", ArrayOf<int>(count), cancellation).ConfigureAwait(false);
        var values = await CheckAsync(
            ModelFiles.PlaysValues, $"float32 [{count}]", ArrayOf<float>(count), cancellation).ConfigureAwait(false);
        if (indptr is null || indices is null || values is null) return;
        try
        {
            _ = new CsrMatrix(data.Items, indptr, indices, values);
        }
        catch (ArgumentException exception)
        {
            problems.Add($"is no matrix of plays with the other two files: {exception.Message}");
        }
    }

    private static Reading<T[]> ArrayOf<T>(params long[] shape)
        where T : unmanaged =>
        (source, hash, cancellation) => NpyFile.ReadAsync<T>(source, shape, hash, cancellation);

    /// <summary>Reads a file once, hashes it on the way, and adds what is wrong with it.</summary>
    /// <returns>What was read; null where it could not be.</returns>
    private async Task<T?> CheckAsync<T>(
        string file, string content, Reading<T>? read, CancellationToken cancellation,
        List<string>? problems = null)
    {
        problems ??= [];
        _checks.Add(new ModelFileCheck(file, content, problems));
        var expected = _manifest.Sha256.GetValueOrDefault(file);
        if (expected is null) problems.Add($"has no checksum in {ModelFiles.Manifest}");
        var source = await FindAsync(file, cancellation).ConfigureAwait(false);
        if (source is null)
        {
            problems.Add("is missing");
            return default;
        }

        var values = default(T);
        try
        {
            using var hash = new FileHash(FileHashes.Both);
            FileChecksums? found = null;
            try
            {
                if (read is not null)
                {
                    values = await read(source, hash, cancellation).ConfigureAwait(false);
                    found = hash.Finish();
                }
            }
            catch (GpuAlsException exception) when (exception.Kind == FailureKind.BadInput)
            {
                problems.Add(Reason(exception, source));
            }

            found ??= await FileHash.OfAsync(source, FileHashes.Both, cancellation).ConfigureAwait(false);
            if (expected is not null && !_manifest.IsUnchanged(file, found))
                problems.Add($"was changed or damaged: its checksum is not the one in {ModelFiles.Manifest}");
        }
        catch (Exception exception) when (IsProblem(exception))
        {
            problems.Add($"cannot be read: {exception.Message.TrimEnd('.')}");
        }

        return values;
    }

    private ValueTask<IByteSource?> FindAsync(string file, CancellationToken cancellation) =>
        Stores.FindFileAsync(Stores.Combine(_directory, file), cancellation);

    private static bool IsProblem(Exception exception) =>
        GpuAlsException.IsDamage(exception) || exception is GpuAlsException { Kind: FailureKind.BadInput };

    /// <summary>The message of a reader, without the name of the file.</summary>
    private static string Reason(Exception exception, IByteSource source) =>
        exception.Message.Replace(source.Name, "", StringComparison.Ordinal).TrimStart(':', ' ').TrimEnd('.');
}

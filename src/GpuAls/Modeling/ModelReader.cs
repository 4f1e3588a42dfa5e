using System.Text;
using System.Text.Json;

namespace GpuAls;

/// <summary>Reads a model back, after its version and checksums were found right.</summary>
internal static class ModelReader
{
    /// <summary>Reads the manifest.</summary>
    /// <param name="directory">Its folder, or the file <c>latest</c> that names it: a path or a URL.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there is no model, or one of another version, or its manifest is damaged.
    /// </exception>
    public static async Task<ModelManifest> ReadManifestAsync(
        string directory, CancellationToken cancellation = default)
    {
        directory = await LatestModel.ResolveAsync(directory, cancellation).ConfigureAwait(false);
        var path = Stores.Combine(directory, ModelFiles.Manifest);
        try
        {
            var file = await Stores.FindFileAsync(path, cancellation).ConfigureAwait(false)
                ?? throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"there is no model in '{directory}': {ModelFiles.Manifest} is missing. Expected a directory "
                    + "written by gpuals train.");
            var text = Encoding.UTF8.GetString(await file.ReadAllAsync(cancellation).ConfigureAwait(false));
            CheckVersion(path, text);
            var manifest = JsonSerializer.Deserialize(text, ManifestJson.Default.ModelManifest)!;
            ManifestChecks.Check(manifest);
            return manifest;
        }
        catch (Exception exception) when (GpuAlsException.IsDamage(exception))
        {
            throw ModelErrors.Damaged(path, "is not a manifest of gpuals", exception);
        }
    }

    /// <summary>Reads the model.</summary>
    /// <param name="directory">Its folder, or the file <c>latest</c> that names it: a path or a URL.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there is no model, one of another version, or a file was changed.
    /// </exception>
    public static async Task<FactorModel> ReadAsync(string directory, CancellationToken cancellation = default)
    {
        directory = await LatestModel.ResolveAsync(directory, cancellation).ConfigureAwait(false);
        var manifest = await ReadManifestAsync(directory, cancellation).ConfigureAwait(false);
        ModelErrors.RequireLoadable(directory, manifest.Data.Plays);
        try
        {
            return await ReadFilesAsync(
                manifest, await FindFilesAsync(directory, manifest, cancellation).ConfigureAwait(false), cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (GpuAlsException.IsDamage(exception))
        {
            throw ModelErrors.Damaged(directory, "cannot be read as a model", exception);
        }
    }

    private static async Task<FactorModel> ReadFilesAsync(
        ModelManifest manifest, Dictionary<string, IByteSource> files, CancellationToken cancellation)
    {
        var data = manifest.Data;
        foreach (var table in new[] { ModelFiles.Users, ModelFiles.Items })
            await RequireUnchangedAsync(table).ConfigureAwait(false);
        var users = await IdTableFile.ReadAsync(files[ModelFiles.Users], data.UserIdType, data.Users, cancellation)
            .ConfigureAwait(false);
        var items = await IdTableFile.ReadAsync(files[ModelFiles.Items], data.ItemIdType, data.Items, cancellation)
            .ConfigureAwait(false);
        var plays = new CsrMatrix(
            data.Items,
            await ArrayAsync<long>(ModelFiles.PlaysIndptr, data.Users + 1).ConfigureAwait(false),
            await ArrayAsync<int>(ModelFiles.PlaysIndices, (int)data.Plays).ConfigureAwait(false),
            await ArrayAsync<float>(ModelFiles.PlaysValues, (int)data.Plays).ConfigureAwait(false));
        return new FactorModel(
            users, items, plays, manifest.TrainedOptions,
            await FactorsAsync(ModelFiles.UserFactors, data.Users).ConfigureAwait(false),
            await FactorsAsync(ModelFiles.ItemFactors, data.Items).ConfigureAwait(false))
        {
            Manifest = manifest,
            UserFeatures = await FeaturesAsync(ModelFiles.FeaturesOf(Side.Users), manifest.Features?.Users, data.Users)
                .ConfigureAwait(false),
            ItemFeatures = await FeaturesAsync(ModelFiles.FeaturesOf(Side.Items), manifest.Features?.Items, data.Items)
                .ConfigureAwait(false),
        };

        async Task<SideFeatures?> FeaturesAsync(FeatureFiles names, ManifestSideFeatures? features, int ids)
        {
            if (features is null) return null;
            await RequireUnchangedAsync(names.Names).ConfigureAwait(false);
            var entries = (int)features.Entries;
            return new SideFeatures(
                (IdIndex<string>)await IdTableFile
                    .ReadAsync(files[names.Names], IdType.Text, features.Count, cancellation).ConfigureAwait(false),
                new CsrMatrix(
                    features.Count,
                    await ArrayAsync<long>(names.Indptr, ids + 1).ConfigureAwait(false),
                    await ArrayAsync<int>(names.Indices, entries).ConfigureAwait(false),
                    await ArrayAsync<float>(names.Values, entries).ConfigureAwait(false)),
                await ArrayAsync<float>(names.Weights, features.Count, manifest.Rank).ConfigureAwait(false));
        }

        Task<T[]> ArrayAsync<T>(string name, params long[] shape)
            where T : unmanaged =>
            CheckedAsync(name, (file, hash) => NpyFile.ReadAsync<T>(file, shape, hash, cancellation));

        Task<FactorMatrix> FactorsAsync(string name, int rowCount) => CheckedAsync(
            name, (file, hash) => NpyFile.ReadFactorsAsync(file, rowCount, manifest.Rank, hash, cancellation));

        // A file is read once: what was read is used if its checksum is right.
        async Task<T> CheckedAsync<T>(string name, Func<IByteSource, FileHash, Task<T>> read)
        {
            using var hash = new FileHash(manifest.ReadHashes);
            T values;
            try
            {
                values = await read(files[name], hash).ConfigureAwait(false);
            }
            catch (GpuAlsException exception) when (exception.Kind == FailureKind.BadInput)
            {
                // Whatever else is wrong with a file, that it was changed explains it.
                await RequireUnchangedAsync(name).ConfigureAwait(false);
                throw;
            }

            Require(name, hash.Finish());
            return values;
        }

        async Task RequireUnchangedAsync(string name) => Require(
            name,
            await FileHash.OfAsync(files[name], manifest.ReadHashes, cancellation).ConfigureAwait(false));

        void Require(string name, FileChecksums found)
        {
            if (!manifest.IsUnchanged(name, found))
                throw ModelErrors.Damaged(
                    files[name].Name,
                    $"was changed or damaged: the checksum differs from the one in {ModelFiles.Manifest}");
        }
    }

    private static async Task<Dictionary<string, IByteSource>> FindFilesAsync(
        string directory, ModelManifest manifest, CancellationToken cancellation)
    {
        var files = new Dictionary<string, IByteSource>();
        string[] names =
        [
            .. ModelFiles.Checksummed,
            .. manifest.Features?.Users is null ? [] : ModelFiles.FeaturesOf(Side.Users).All,
            .. manifest.Features?.Items is null ? [] : ModelFiles.FeaturesOf(Side.Items).All,
        ];
        foreach (var name in names)
            files[name] =
                await Stores.FindFileAsync(Stores.Combine(directory, name), cancellation).ConfigureAwait(false)
                ?? throw ModelErrors.Damaged(directory, $"is not a whole model: {name} is missing");
        return files;
    }

    /// <summary>Before anything else is understood, so that a newer layout is named and not called broken.</summary>
    private static void CheckVersion(string path, string text)
    {
        using var document = JsonDocument.Parse(text);
        var version = document.RootElement.GetProperty("format_version").GetInt32();
        if (version != ModelManifest.CurrentFormatVersion)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{path}: the model has format version {version}; this gpuals reads version "
                + $"{ModelManifest.CurrentFormatVersion}. Use the gpuals that wrote it, or train again.");
    }
}

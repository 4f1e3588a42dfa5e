using System.Text.Json;

namespace GpuAls;

/// <summary>Reads a model back, after its version and checksums were found right.</summary>
internal static class ModelReader
{
    /// <summary>Reads the manifest.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there is no model, or one of another version, or its manifest is damaged.
    /// </exception>
    public static ModelManifest ReadManifest(string directory)
    {
        var path = Path.Combine(directory, ModelFiles.Manifest);
        if (!Path.Exists(path))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"there is no model in '{directory}': {ModelFiles.Manifest} is missing. Expected a directory written "
                + "by gpuals train.");
        try
        {
            var text = File.ReadAllText(path);
            CheckVersion(path, text);
            var manifest = JsonSerializer.Deserialize(text, ManifestJson.Default.ModelManifest)!;
            ManifestChecks.Check(manifest);
            return manifest;
        }
        catch (Exception exception) when (ModelErrors.IsDamage(exception))
        {
            throw ModelErrors.Damaged(path, "is not a manifest of gpuals", exception);
        }
    }

    /// <summary>Reads the model.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there is no model, one of another version, or a file was changed.
    /// </exception>
    public static async Task<FactorModel> ReadAsync(string directory, CancellationToken cancellation = default)
    {
        var manifest = ReadManifest(directory);
        try
        {
            CheckFiles(directory, manifest);
            return await ReadFilesAsync(directory, manifest, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (ModelErrors.IsDamage(exception))
        {
            throw ModelErrors.Damaged(directory, "cannot be read as a model", exception);
        }
    }

    private static async Task<FactorModel> ReadFilesAsync(
        string directory, ModelManifest manifest, CancellationToken cancellation)
    {
        var data = manifest.Data;
        var users = await IdTableFile.ReadAsync(
            Path.Combine(directory, ModelFiles.Users), data.UserIdType, data.Users, cancellation).ConfigureAwait(false);
        var items = await IdTableFile.ReadAsync(
            Path.Combine(directory, ModelFiles.Items), data.ItemIdType, data.Items, cancellation).ConfigureAwait(false);
        var plays = new CsrMatrix(
            data.Items,
            NpyFile.Read<long>(Path.Combine(directory, ModelFiles.PlaysIndptr), data.Users + 1),
            NpyFile.Read<int>(Path.Combine(directory, ModelFiles.PlaysIndices), (int)data.Plays),
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.PlaysValues), (int)data.Plays));
        return new FactorModel(
            users, items, plays, manifest.Options with { Rank = manifest.Rank },
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.UserFactors), data.Users, manifest.Rank),
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.ItemFactors), data.Items, manifest.Rank))
        {
            Manifest = manifest,
        };
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

    private static void CheckFiles(string directory, ModelManifest manifest)
    {
        foreach (var name in ModelFiles.Checksummed)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path)) throw ModelErrors.Damaged(directory, $"is not a whole model: {name} is missing");
            if (manifest.Sha256.GetValueOrDefault(name) != FileChecksum.Sha256(path))
                throw ModelErrors.Damaged(
                    path, $"was changed or damaged: the checksum differs from the one in {ModelFiles.Manifest}");
        }
    }
}

using System.Text.Json;
using GpuAls.Sparse;
using GpuAls.Storage;

namespace GpuAls.Modeling;

/// <summary>Reads a model back, after its version and checksums were found right.</summary>
public static class ModelReader
{
    /// <summary>Reads the manifest.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is no model, or one of another version.</exception>
    public static ModelManifest ReadManifest(string directory)
    {
        var path = Path.Combine(directory, ModelFiles.Manifest);
        if (!File.Exists(path))
            throw new GpuAlsException(FailureKind.BadInput, $"there is no model in '{directory}': {ModelFiles.Manifest} is missing. Expected a directory written by gpuals train.");
        var text = File.ReadAllText(path);
        CheckVersion(path, text);
        try
        {
            return JsonSerializer.Deserialize(text, ManifestJson.Default.ModelManifest) ?? throw NotAManifest(path, null);
        }
        catch (JsonException exception)
        {
            throw NotAManifest(path, exception);
        }
    }

    /// <summary>Reads the model.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is no model, one of another version, or a file was changed.</exception>
    public static async Task<FactorModel> ReadAsync(string directory, CancellationToken cancellation = default)
    {
        var manifest = ReadManifest(directory);
        CheckFiles(directory, manifest);
        try
        {
            return await ReadFilesAsync(directory, manifest, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(FailureKind.BadInput, $"the model in '{directory}' cannot be read: {exception.Message} Train it again.", exception);
        }
    }

    private static async Task<FactorModel> ReadFilesAsync(string directory, ModelManifest manifest, CancellationToken cancellation)
    {
        var data = manifest.Data;
        var users = await IdTableFile.ReadAsync(Path.Combine(directory, ModelFiles.Users), data.UserIdType, cancellation).ConfigureAwait(false);
        var items = await IdTableFile.ReadAsync(Path.Combine(directory, ModelFiles.Items), data.ItemIdType, cancellation).ConfigureAwait(false);
        var plays = new CsrMatrix(
            data.Items,
            NpyFile.Read<long>(Path.Combine(directory, ModelFiles.PlaysIndptr), data.Users + 1),
            NpyFile.Read<int>(Path.Combine(directory, ModelFiles.PlaysIndices), checked((int)data.Plays)),
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.PlaysValues), checked((int)data.Plays)));
        return new FactorModel(
            users, items, plays, manifest.Rank,
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.UserFactors), data.Users, manifest.Rank),
            NpyFile.Read<float>(Path.Combine(directory, ModelFiles.ItemFactors), data.Items, manifest.Rank));
    }

    /// <summary>Before anything else is understood, so that a newer layout is named and not called broken.</summary>
    private static void CheckVersion(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (!document.RootElement.TryGetProperty("format_version", out var version) || !version.TryGetInt32(out var number)) throw NotAManifest(path, null);
            if (number != ModelManifest.CurrentFormatVersion)
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"{path}: the model has format version {number}; this gpuals reads version {ModelManifest.CurrentFormatVersion}. Use the gpuals that wrote it, or train again.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NotAManifest(path, exception);
        }
    }

    private static void CheckFiles(string directory, ModelManifest manifest)
    {
        foreach (var name in ModelFiles.Checksummed)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path)) throw new GpuAlsException(FailureKind.BadInput, $"the model in '{directory}' is not whole: {name} is missing. Copy it again, or train again.");
            if (!manifest.Sha256.TryGetValue(name, out var expected) || FileChecksum.Sha256(path) != expected)
                throw new GpuAlsException(FailureKind.BadInput, $"{path}: the checksum differs from the one in {ModelFiles.Manifest}; the file was changed or damaged. Copy it again, or train again.");
        }
    }

    private static GpuAlsException NotAManifest(string path, Exception? exception) =>
        new(FailureKind.BadInput, $"{path} is not a manifest of gpuals. Expected a directory written by gpuals train.", exception);
}

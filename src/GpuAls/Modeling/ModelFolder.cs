using System.Text.Json;

namespace GpuAls;

/// <summary>Tells folders that <see cref="ModelWriter"/> wrote, of any version, from all others.</summary>
internal static class ModelFolder
{
    /// <summary>Whether a folder holds a model, complete or not.</summary>
    public static bool IsModel(string directory)
    {
        var manifest = Path.Combine(directory, ModelFiles.Manifest);
        try
        {
            return File.Exists(manifest) && Listed(File.ReadAllBytes(manifest)) is not null;
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            return false;
        }
    }

    /// <inheritdoc cref="ForeignCheck"/>
    public static async ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation)
    {
        var manifest = await existing.ReadAsync(ModelFiles.Manifest, cancellation).ConfigureAwait(false);
        if (manifest is null || Listed(manifest) is not { } listed)
            return $"has no {ModelFiles.Manifest} of gpuals, so it is not a directory that gpuals wrote";
        var foreign = existing.Files.FirstOrDefault(
            name => !ModelFiles.IsTaken(name) && name != ModelFiles.Recommendations && !listed.Contains(name));
        return foreign is null ? null : $"holds '{foreign}', which is not a file of the model";
    }

    /// <summary>The files that a manifest lists; null where it is not a manifest of gpuals.</summary>
    private static HashSet<string>? Listed(byte[] manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            var isOurs = document.RootElement.GetProperty("format_version").TryGetInt32(out _)
                && document.RootElement.GetProperty("gpuals_version").ValueKind == JsonValueKind.String;
            return isOurs ? [.. document.RootElement.GetProperty("sha256").EnumerateObject().Select(file => file.Name)] : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}

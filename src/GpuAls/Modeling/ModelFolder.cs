using System.Text.Json;

namespace GpuAls;

/// <summary>Tells folders that <see cref="ModelWriter"/> wrote, of any version, from all others.</summary>
internal static class ModelFolder
{
    /// <summary>Whether a folder holds a model, whole or not.</summary>
    public static bool IsModel(string directory) => File.Exists(Path.Combine(directory, ModelFiles.Manifest)) && Listed(Path.Combine(directory, ModelFiles.Manifest)) is not null;

    /// <inheritdoc cref="ForeignCheck"/>
    public static string? WhyForeign(string directory, IEnumerable<string> names)
    {
        if (Listed(Path.Combine(directory, ModelFiles.Manifest)) is not { } listed)
            return $"has no {ModelFiles.Manifest} of gpuals, so it is not a directory that gpuals wrote";
        var foreign = names.FirstOrDefault(name => !ModelFiles.IsTaken(name) && name != ModelFiles.Recommendations && !listed.Contains(name));
        return foreign is null ? null : $"holds '{foreign}', which is no file of the model";
    }

    /// <summary>The files that a manifest lists; null where it is not a manifest of gpuals.</summary>
    private static HashSet<string>? Listed(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            var isOurs = document.RootElement.GetProperty("format_version").TryGetInt32(out _)
                && document.RootElement.GetProperty("gpuals_version").ValueKind == JsonValueKind.String;
            return isOurs ? [.. document.RootElement.GetProperty("sha256").EnumerateObject().Select(file => file.Name)] : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException || OutputErrors.IsOfFileSystem(exception))
        {
            return null;
        }
    }
}

using Microsoft.Extensions.FileSystemGlobbing;

namespace GpuAls.Reading;

/// <summary>
/// Turns files, folders and globs into a list of files, always in the same order. In folders, sub-folders are followed
/// (also <c>key=value</c> ones) and names that start with _ or . are skipped, as Spark does.
/// </summary>
public static class InputLocation
{
    /// <param name="locations">Files, folders or globs with *, ? and **.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a location gives no file, or one of unknown form. Kind Usage: a location on S3.</exception>
    public static IReadOnlyList<InputFile> Resolve(IReadOnlyList<string> locations)
    {
        ArgumentNullException.ThrowIfNull(locations);
        Require.Usage(locations.Count > 0, "no plays were named; expected files, folders or globs.");
        var files = locations.SelectMany(ResolveOne).ToList();
        var twice = files.GroupBy(file => file.Path, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw Bad($"'{twice.Key}' is named twice; its plays would count twice. Name it once.");
        return files;
    }

    private static IEnumerable<InputFile> ResolveOne(string location)
    {
        if (location.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
            throw new GpuAlsException(FailureKind.Usage, $"'{location}': S3 is not read yet. Copy it here first, as with: aws s3 cp --recursive {location} plays");
        if (File.Exists(location)) return [Describe(location)];
        if (Directory.Exists(location)) return InFolder(location);
        if (location.AsSpan().ContainsAny('*', '?')) return Matching(location);
        throw Bad($"'{location}' does not exist. Expected a file, a folder or a glob.");
    }

    private static InputFile[] InFolder(string folder)
    {
        var files = Guard(folder, () => Walk(folder).Order(StringComparer.Ordinal).ToArray());
        if (files.Length == 0) throw Bad($"the folder '{folder}' has no file with plays. Expected {InputFormats.Expected}.");
        return Array.ConvertAll(files, Describe);
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Path.GetFileName(path)[0] is '_' or '.') continue;
            if (!Directory.Exists(path)) yield return path;
            else
                foreach (var below in Walk(path)) yield return below;
        }
    }

    private static InputFile[] Matching(string glob)
    {
        var fixedPart = glob[..glob.AsSpan().IndexOfAny('*', '?')];
        var root = Path.GetDirectoryName(fixedPart) is { Length: > 0 } directory ? directory : ".";
        var pattern = Path.GetRelativePath(root, glob);
        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddInclude(pattern);
        var files = Guard(glob, () => Directory.Exists(root) ? matcher.GetResultsInFullPath(root).Order(StringComparer.Ordinal).ToArray() : []);
        if (files.Length == 0) throw Bad($"no file matches '{glob}'.");
        return Array.ConvertAll(files, Describe);
    }

    private static InputFile Describe(string path)
    {
        if (!InputFormats.TryOf(path, out var format, out var compression))
            throw Bad($"'{path}' has an unknown extension. Expected {InputFormats.Expected}.");
        return new InputFile(path, format, compression, Guard(path, () => new FileInfo(path).Length));
    }

    private static T Guard<T>(string location, Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(FailureKind.BadInput, $"cannot read '{location}': {exception.Message}", exception);
        }
    }

    private static GpuAlsException Bad(string message) => new(FailureKind.BadInput, message);
}

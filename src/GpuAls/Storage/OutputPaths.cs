namespace GpuAls;

/// <summary>Names of outputs.</summary>
internal static class OutputPaths
{
    /// <summary>What cannot be looked into is refused, not overlooked.</summary>
    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>The full path, each symbolic link on the way followed, so that a link to an output stays a link.</summary>
    /// <exception cref="GpuAlsException">Kind Output: links that lead in a circle, or a folder that may not be looked into.</exception>
    public static string Resolve(string path)
    {
        var resolved = "";
        OutputErrors.Guard(path, () => resolved = Follow(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
        return resolved;
    }

    /// <summary>A hidden name in the folder of <paramref name="path"/> that no other run uses.</summary>
    public static string HiddenBeside(string path) => HiddenIn(Path.GetDirectoryName(path) ?? path, Path.GetFileName(path));

    /// <summary>Removes what killed runs left under such names.</summary>
    public static void RemoveStaleBeside(string path) => StagingNames.RemoveStale(Path.GetDirectoryName(path) ?? path, Path.GetFileName(path), path);

    /// <summary>A hidden name in a folder that no other run uses.</summary>
    public static string HiddenIn(string folder, string name) => Path.Combine(folder, StagingNames.New(name));

    /// <summary>The name of a path below a folder, with slashes.</summary>
    public static string NameBelow(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Whether a resolved path is a resolved folder or lies below it.</summary>
    public static bool IsWithin(string folder, string path)
    {
        var name = NameBelow(folder, path);
        return name != ".." && !name.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(name);
    }

    /// <summary>The names of all files below a folder, in their order, without those below <paramref name="except"/>.</summary>
    public static IEnumerable<string> FilesBelow(string folder, string? except) => Directory.EnumerateFiles(folder, "*", AllFiles)
        .Where(path => except is null || !path.StartsWith(except + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        .Select(path => NameBelow(folder, path))
        .Order(StringComparer.Ordinal);

    private static string Follow(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        var here = new FileInfo(Path.Combine(Follow(parent), Path.GetFileName(path)));
        return here.LinkTarget is null ? here.FullName : Follow(here.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }
}

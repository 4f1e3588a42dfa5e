using System.IO.Enumeration;

namespace GpuAls;

/// <summary>
/// Files and folders by a pattern with * and ? in names, and ** for any number of folders. Names that start with _ or
/// . match only where the pattern spells that start.
/// </summary>
internal static class Glob
{
    private const string AnyFolders = "**";

    public static bool IsPattern(string location) => location.AsSpan().ContainsAny('*', '?');

    /// <summary>What matches, ordered by path, each once.</summary>
    public static string[] Match(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        IEnumerable<string> found = [root];
        foreach (var part in pattern[root.Length..].Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            found = found.SelectMany(folder => Below(folder, part));
        return found.Where(Path.Exists).Distinct().Order(StringComparer.Ordinal).ToArray();
    }

    /// <summary>Whether a name is one of those that folders and patterns pass over, as Spark does.</summary>
    public static bool IsHidden(string path)
    {
        var name = Path.GetFileName(path);
        // _x=1 is a column
        return name is ['.', ..] || (name is ['_', ..] && !name.Contains('=', StringComparison.Ordinal));
    }

    /// <summary>
    /// Whether a pattern matches a file, or a folder that the file is in, as <see cref="Match"/> would on disk.
    /// </summary>
    /// <param name="pattern">The parts of the pattern.</param>
    /// <param name="name">The parts of the file's name.</param>
    public static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> name)
    {
        if (pattern is []) return !HasHidden(name);
        if (pattern[0] != AnyFolders)
            return name.Length > 0 && IsMatch(pattern[0], name[0]) && Matches(pattern[1..], name[1..]);
        for (var folders = 0; ; folders++)
        {
            if (Matches(pattern[1..], name[folders..])) return true;
            if (folders == name.Length || IsHidden(name[folders])) return false;
        }
    }

    private static bool HasHidden(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (IsHidden(name)) return true;
        return false;
    }

    private static bool IsMatch(string part, string name) => IsPattern(part)
        ? FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false)
            && (!IsHidden(name) || part[0] == name[0])
        : part == name;

    private static IEnumerable<string> Below(string folder, string part) => part switch
    {
        AnyFolders => Folders(folder).Prepend(folder),
        _ when IsPattern(part) => Entries(folder, part),
        _ => [Path.Combine(folder, part)],
    };

    private static IEnumerable<string> Folders(string folder) =>
        Entries(folder, "*").Where(Directory.Exists).SelectMany(below => Folders(below).Prepend(below));

    private static IEnumerable<string> Entries(string folder, string part)
    {
        var root = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(root)) return [];
        return Directory.EnumerateFileSystemEntries(root)
            .Select(path => Path.GetFileName(path))
            .Where(name => IsMatch(part, name))
            .Select(name => Path.Combine(folder, name));
    }
}

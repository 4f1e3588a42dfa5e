using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GpuAls;

/// <summary>
/// A file or folder that is written under one name and appears under another, which is the one that users know.
/// </summary>
/// <param name="Staging">Where it is written.</param>
/// <param name="Final">Where it is to appear.</param>
internal readonly record struct StagedPath(string Staging, string Final)
{
    /// <summary>A path that is written where it is to stay.</summary>
    public static implicit operator StagedPath(string path) => new(path, path);

    /// <summary>A path that is written in hiding beside the final one, under a name that no other run uses.</summary>
    public static StagedPath Beside(string final) => new(StagingNames.HiddenBeside(final), final);

    /// <summary>A file below this folder.</summary>
    /// <param name="file">Its name, with slashes.</param>
    public StagedPath Below(string file) => new(Path.Combine(Staging, file), Path.Combine(Final, file));
}

/// <summary>
/// Hidden names of outputs that are not complete yet, <c>.NAME.HOST-PROCESS-RUN-N.tmp</c>: they say who writes them, so
/// that what a killed process left is told from what a living one writes. Readers of folders skip names with a leading
/// dot.
/// </summary>
internal static class StagingNames
{
    private const string Extension = ".tmp";
    private const string Aside = ".old";

    /// <summary>The machine and its space of process ids: containers on one machine each count from 1.</summary>
    private static readonly string Host =
        Hash($"{Environment.MachineName} {new FileInfo("/proc/self/ns/pid").LinkTarget}");

    /// <summary>Tells this process from earlier ones with the same id, such as 1 in a container.</summary>
    private static readonly string Run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    private static int s_count;

    /// <summary>A name that no other output uses.</summary>
    public static string New(string name) =>
        $"{Prefix(name)}{Host}-{Environment.ProcessId}-{Run}-{Interlocked.Increment(ref s_count)}{Extension}";

    /// <summary>Such a name, in a folder.</summary>
    public static string HiddenIn(string folder, string name) => Path.Combine(folder, New(name));

    /// <summary>Such a name, in the folder of a path.</summary>
    public static string HiddenBeside(string path) =>
        HiddenIn(Path.GetDirectoryName(path) ?? path, Path.GetFileName(path));

    /// <summary>Where the output of a path is moved to, until the new one has its name.</summary>
    public static string AsideOf(string path) => HiddenBeside(path + Aside);

    /// <summary>
    /// Removes what killed processes left beside an output: what they wrote, whole or not, and old outputs that were
    /// moved aside, unless one may be the only complete one.
    /// </summary>
    public static void RemoveStaleBeside(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(path) ?? path, Path.GetFileName(path));
        Remove(folder, name, _ => false);
        RemoveStale(folder, name + Aside, path);
    }

    /// <summary>
    /// Removes what killed processes left of an output, unless it may be the only complete one: an old output that was
    /// moved aside.
    /// </summary>
    /// <param name="folder">Where the hidden names are.</param>
    /// <param name="name">What <see cref="New"/> was given.</param>
    /// <param name="final">The output.</param>
    public static void RemoveStale(string folder, string name, string final) =>
        Remove(folder, name, path => !IsComplete(final) && IsComplete(path));

    /// <summary>Removes what killed processes left of all outputs of a folder whose names are of a kind.</summary>
    public static void RemoveStale(string folder, Predicate<string> isOfKind)
    {
        if (!Directory.Exists(folder)) return;
        var names = OutputErrors.Guard(folder, () => Directory.GetFileSystemEntries(folder, $".*{Extension}"))
            .Select(path => Path.GetFileNameWithoutExtension(path)[1..])
            .Where(hidden => hidden.Contains('.', StringComparison.Ordinal))
            .Select(hidden => hidden[..hidden.LastIndexOf('.')])
            .Select(name => name.EndsWith(Aside, StringComparison.Ordinal) ? name[..^Aside.Length] : name);
        foreach (var name in names.Distinct().Where(name => isOfKind(name)).ToArray())
            RemoveStaleBeside(Path.Combine(folder, name));
    }

    /// <summary>Whether a hidden name is of the output, whoever writes it.</summary>
    internal static bool IsOf(string hidden, string name) =>
        hidden.StartsWith(Prefix(name), StringComparison.Ordinal)
        && hidden.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>
    /// Whether a hidden name is of the output and of a process that is gone; of other machines nothing is known.
    /// </summary>
    internal static bool IsStale(string hidden, string name)
    {
        if (!IsOf(hidden, name)) return false;
        var parts = hidden[Prefix(name).Length..].Split('-');
        return parts.Length == 4 && parts[0] == Host && parts[2] != Run
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && (process == Environment.ProcessId || !IsAlive(process));
    }

    private static void Remove(string folder, string name, Predicate<string> isNeeded)
    {
        if (!Directory.Exists(folder)) return;
        OutputErrors.Guard(folder, () =>
        {
            var stale = Directory.GetFileSystemEntries(folder).Where(path => IsStale(Path.GetFileName(path), name));
            foreach (var path in stale)
                if (!isNeeded(path)) Cleanup.TryDelete(path);
        });
    }

    private static string Prefix(string name) => $".{name}.";

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsComplete(string folder) => File.Exists(Path.Combine(folder, FolderOutput.SuccessFile));

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}

/// <summary>The folders that had to be made above an output, which a run that fails removes again.</summary>
internal sealed class ParentFolders
{
    /// <summary>Lowest last.</summary>
    private readonly Stack<string> _made = [];

    /// <summary>
    /// Makes the folders above a path that are not there, then the path itself; a failure leaves none of them.
    /// </summary>
    public void MakeAbove(string path, Action create)
    {
        try
        {
            Make(Path.GetDirectoryName(path)!);
            create();
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Removes what was made, unless something else is in it by now.</summary>
    public void Remove()
    {
        while (_made.TryPop(out var folder)) Cleanup.TryDelete(folder, recursive: false);
    }

    private void Make(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (Path.GetDirectoryName(folder) is { } parent) Make(parent);
        Directory.CreateDirectory(folder);
        _made.Push(folder);
    }
}

/// <summary>Removing what is no longer needed, where a refusal must not hide the failure that led here.</summary>
internal static class Cleanup
{
    /// <summary>Removes a file or folder.</summary>
    /// <returns>False where the file system refused.</returns>
    public static bool TryDelete(string path, bool recursive = true)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive);
            else File.Delete(path);
            return true;
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            return false;
        }
    }
}

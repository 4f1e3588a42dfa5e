using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GpuAls;

/// <summary>
/// Hidden names of outputs that are not whole yet, <c>.NAME.HOST-PROCESS-RUN-N.tmp</c>: they say who writes them, so that what a
/// killed process left is told from what a living one writes. Readers of folders skip the leading dot.
/// </summary>
internal static class StagingNames
{
    private const string Extension = ".tmp";

    /// <summary>The machine and its space of process ids: containers on one machine each count from 1.</summary>
    private static readonly string Host = Hash($"{Environment.MachineName} {new FileInfo("/proc/self/ns/pid").LinkTarget}");

    /// <summary>Tells this process from earlier ones with the same id, such as 1 in a container.</summary>
    private static readonly string Run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    private static int s_count;

    /// <summary>A name that no other output uses.</summary>
    public static string New(string name) => $"{Prefix(name)}{Host}-{Environment.ProcessId}-{Run}-{Interlocked.Increment(ref s_count)}{Extension}";

    /// <summary>Removes what killed processes left of an output, unless it may be the only whole one: an old output that was moved aside.</summary>
    /// <param name="folder">Where the hidden names are.</param>
    /// <param name="name">What <see cref="New"/> was given.</param>
    /// <param name="final">The output.</param>
    public static void RemoveStale(string folder, string name, string final)
    {
        if (!Directory.Exists(folder)) return;
        OutputErrors.Guard(folder, () =>
        {
            foreach (var path in Directory.GetFileSystemEntries(folder).Where(path => IsStale(Path.GetFileName(path), name)))
                if (IsWhole(final) || !IsWhole(path)) Cleanup.TryDelete(path);
        });
    }

    private static string Prefix(string name) => $".{name}.";

    /// <summary>Whether a hidden name is of the output and of a process that is gone; of other machines nothing is known.</summary>
    internal static bool IsStale(string hidden, string name)
    {
        var prefix = Prefix(name);
        if (!hidden.StartsWith(prefix, StringComparison.Ordinal) || !hidden.EndsWith(Extension, StringComparison.Ordinal)) return false;
        var parts = hidden[prefix.Length..].Split('-');
        return parts.Length == 4 && parts[0] == Host && parts[2] != Run
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && (process == Environment.ProcessId || !IsAlive(process));
    }

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

    private static bool IsWhole(string folder) => File.Exists(Path.Combine(folder, StagedDirectory.SuccessFile));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}

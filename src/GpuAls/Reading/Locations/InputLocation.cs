namespace GpuAls;

/// <summary>
/// Turns files, folders and globs into a list of files, always in the same order. In folders, sub-folders are
/// followed (those named <c>column=value</c> give a column) and names that start with _ or . are skipped, as Spark
/// does; so they are by wildcards.
/// </summary>
internal static class InputLocation
{
    /// <param name="locations">Files, folders or globs with *, ? and **; local, or in a store such as S3.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: a location gives no file, one of unknown form, or one that another gives too. Kind Usage: a
    /// location in a store that is not supported.
    /// </exception>
    public static async Task<IReadOnlyList<InputFile>> ResolveAsync(
        IReadOnlyList<string> locations, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(locations);
        Require.Usage(locations.Count > 0, "no plays were named; expected files, folders or globs.");
        var files = new List<InputFile>();
        foreach (var location in locations)
            files.AddRange(
                Stores.Of(location) is { } store
                    ? Stored(location, await store.FindAsync(location, cancellation).ConfigureAwait(false))
                    : Local(location));
        var twice = files.GroupBy(file => FullName(file.Path), StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw Bad($"'{twice.First().Path}' is given twice, so its plays would count twice. Give it once.");
        return HivePartitions.Describe(files);
    }

    private static string FullName(string file) => Stores.IsUrl(file) ? file : Path.GetFullPath(file);

    private static IEnumerable<InputFile> Stored(string location, IReadOnlyList<IByteSource> found)
    {
        if (found.Count > 0) return found.Select(Describe);
        throw Bad(Glob.IsPattern(location)
            ? $"no object matches '{location}'."
            : $"'{location}' does not exist; expected an object, a prefix with plays below it, or a glob.");
    }

    private static InputFile[] Local(string location)
    {
        if (File.Exists(location)) return [Describe(location)];
        if (Directory.Exists(location)) return InFolder(location);
        if (Glob.IsPattern(location)) return Matching(location);
        throw Bad($"'{location}' does not exist; expected a file, a folder or a glob.");
    }

    private static InputFile[] InFolder(string folder)
    {
        var files = Guard(folder, () => Walk(folder).Order(StringComparer.Ordinal).ToArray());
        if (files.Length == 0)
            throw Bad($"the folder '{folder}' contains no plays; expected {InputFormats.Expected}.");
        return Array.ConvertAll(files, Describe);
    }

    private static InputFile[] Matching(string glob)
    {
        var files = Guard(
            glob,
            () => Glob.Match(glob).SelectMany(path => Directory.Exists(path) ? Walk(path) : [path]).Distinct()
                .Order(StringComparer.Ordinal).ToArray());
        if (files.Length == 0) throw Bad($"no file matches '{glob}'.");
        return Array.ConvertAll(files, Describe);
    }

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFileSystemEntries(folder)
        .Where(path => !Glob.IsHidden(path))
        .SelectMany(path => Directory.Exists(path) ? Walk(path) : [path]);

    private static InputFile Describe(string path)
    {
        if (Guard(path, () => Pipes.IsPipe(path)))
            throw Bad($"'{path}' is a pipe, but plays are read more than once. Write them to a file first.");
        return Describe(Guard(path, () => new FileByteSource(path)));
    }

    private static InputFile Describe(IByteSource source)
    {
        if (!InputFormats.TryOf(source.Name, out var format, out var compression))
            throw Bad($"'{source.Name}' has an unknown extension; expected {InputFormats.Expected}.");
        return new InputFile(source, format, compression);
    }

    private static T Guard<T>(string location, Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"cannot read '{location}': {exception.Message}", exception);
        }
    }

    private static GpuAlsException Bad(string message) => new(FailureKind.BadInput, message);
}

/// <summary>Tells pipes from files, which .NET does only once they are open.</summary>
internal static class Pipes
{
    /// <summary>Opening a pipe waits for somebody who writes into it; a file is open long before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool IsPipe(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is null && info.Length > 0) return false; // a pipe has no length
        var opened = Task.Run(() => IsSeekable(path));
        return Task.WaitAny([opened], Patience) < 0 || !opened.GetAwaiter().GetResult();
    }

    private static bool IsSeekable(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.CanSeek;
    }
}

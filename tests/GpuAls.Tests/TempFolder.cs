namespace GpuAls.Tests;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"gpuals-test-{Guid.NewGuid():N}");

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Names of all files and folders directly below the root.</summary>
    public string[] Entries() =>
        Directory.EnumerateFileSystemEntries(Root).Select(path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal).ToArray();

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

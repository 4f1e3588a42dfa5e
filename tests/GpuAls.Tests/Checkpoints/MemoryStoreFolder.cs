using System.Collections.Concurrent;

namespace GpuAls.Tests.Checkpoints;

/// <summary>A store folder in memory, whose writes a test can hold up or fail.</summary>
internal sealed class MemoryStoreFolder : IStoreFolder
{
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Awaited before a file appears.</summary>
    public Func<string, Task> BeforeReplace { get; set; } = _ => Task.CompletedTask;

    /// <summary>Each file that has appeared, and each that was deleted with a minus, in order.</summary>
    public ConcurrentQueue<string> Changes { get; } = [];

    public string Name => "memory";

    public string NameOf(string file) => $"memory/{file}";

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation) =>
        new([.. Files.Keys.Where(file => file.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)]);

    public ValueTask<IReadOnlyList<string>> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        new([.. Files.Keys.Where(file => file.Contains('/') && file.StartsWith(prefix, StringComparison.Ordinal))
            .Select(file => file.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)]);

    public ValueTask<IByteSource?> FindAsync(string file, CancellationToken cancellation) =>
        new(Files.TryGetValue(file, out var bytes) ? new MemoryByteSource(NameOf(file), bytes) : null);

    public async ValueTask ReplaceAsync(string file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await write(bytes);
        await BeforeReplace(file);
        cancellation.ThrowIfCancellationRequested();
        Files[file] = bytes.ToArray();
        Changes.Enqueue(file);
    }

    public ValueTask DeleteAsync(string file, CancellationToken cancellation)
    {
        if (Files.TryRemove(file, out _)) Changes.Enqueue($"-{file}");
        return ValueTask.CompletedTask;
    }
}

namespace GpuAls;

/// <summary>
/// Work that takes large arrays again and again, such as batches of lists, or plays that processes send to each other.
/// The runtime puts off collecting those until they come to a good part of the heap, and beside a large model that is
/// gigabytes. A collection in the background every so often costs almost nothing: what stays is mostly arrays of
/// numbers, which need no marking.
/// </summary>
internal sealed class LargeGarbage
{
    /// <summary>Bytes allocated between two collections.</summary>
    public const long Most = 128L << 20;

    private long _collectedAt = GC.GetTotalAllocatedBytes();

    /// <summary>Begins a collection in the background if enough was allocated since the last one.</summary>
    public void CollectIfDue() => CollectIfDue(isBlocking: false);

    /// <summary>Waits for a collection if enough was allocated, between steps whose arrays must not add up.</summary>
    public void WaitIfDue() => CollectIfDue(isBlocking: true);

    private void CollectIfDue(bool isBlocking)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _collectedAt < Most) return;
        _collectedAt = allocated;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, isBlocking);
    }
}

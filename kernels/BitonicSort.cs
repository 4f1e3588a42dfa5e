using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sorts lists of keys that lie one after the other over the threads of a group, eight a thread, all at once. Lengths are powers of
/// two, 16 or more. Keys less than eight apart are compared in registers, others by way of shared memory.
/// </summary>
/// <param name="memory">[<see cref="MemoryLength"/>], used by nobody else from one barrier to the next.</param>
/// <param name="length">Keys of a list.</param>
internal readonly struct BitonicSort(ArrayView<ulong> memory, int length)
{
    /// <summary>Threads of the group.</summary>
    public const int Threads = 128;

    /// <summary>Keys of the group, and the longest list.</summary>
    public const int KeyCount = Threads * Keys8.Count;

    /// <summary>Nine places a thread: sixteen threads meet different banks.</summary>
    public const int MemoryLength = Threads * Stride;

    private const int Stride = Keys8.Count + 1;

    private readonly ArrayView<ulong> _memory = memory;
    private readonly int _length = length;

    /// <summary>The thread's part of memory: keys may be put together here before they are sorted.</summary>
    public ArrayView<ulong> Own => _memory.SubView(Group.IdxX * Stride, Keys8.Count);

    /// <summary>Sorts each list, the lowest key first.</summary>
    public Keys8 Ascending(Keys8 keys)
    {
        var first = Group.IdxX * Keys8.Count & (_length - 1);
        keys.Sort((first & Keys8.Count) == 0);
        for (var run = 2 * Keys8.Count; run <= _length; run *= 2) keys = Merge(keys, run, rises: run == _length || (first & run) == 0);
        return keys;
    }

    /// <summary>Sorts lists that rise, then fall, or the other way around: the highest key first.</summary>
    public Keys8 BitonicDescending(Keys8 keys) => Merge(keys, _length, rises: false);

    private Keys8 Merge(Keys8 keys, int run, bool rises)
    {
        for (var stride = run / 2 / Keys8.Count; stride > 0; stride /= 2)
        {
            Group.Barrier();
            keys.Store(_memory, Group.IdxX * Stride);
            Group.Barrier();
            keys.Keep(Keys8.At(_memory, (Group.IdxX ^ stride) * Stride), higher: (Group.IdxX & stride) == 0 != rises);
        }

        keys.SortBitonic(rises);
        return keys;
    }
}

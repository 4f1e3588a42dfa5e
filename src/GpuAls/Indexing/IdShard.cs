namespace GpuAls;

/// <summary>
/// Different ids, as bytes, in the order they were first seen, and how many rows each has: an open hash table over
/// one block of bytes.
/// </summary>
internal sealed class IdShard
{
    private const int FirstSlots = 1 << 7;
    private const int FirstBytes = 1 << 10;
    private const int Together = 32;

    private ulong[] _slots = new ulong[FirstSlots]; // hash << 32 | number of the id + 1; 0 is free
    private byte[] _bytes = new byte[FirstBytes];
    private (int End, int Rows)[] _ids = new (int, int)[FirstSlots / 2]; // End: where the bytes of the id end

    private int _touched; // keeps the compiler from leaving out the looks

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(Start(number).._ids[number].End);

    public int Rows(int number) => _ids[number].Rows;

    /// <summary>Adds ids, or rows to those that are here.</summary>
    /// <param name="entries">The ids of a batch that belong here.</param>
    /// <param name="values">The ids of the batch.</param>
    /// <param name="numbers">[values], receives the numbers of these.</param>
    public void Add(ReadOnlySpan<IdEntry> entries, IdValues values, Span<int> numbers)
    {
        while (!entries.IsEmpty)
        {
            var group = entries[..Math.Min(Together, entries.Length)];
            while (Count + group.Length > _ids.Length) Grow();
            Touch(group);
            foreach (var entry in group) numbers[entry.Value] = Add(entry.Hash, values[entry.Value], entry.Rows);
            entries = entries[group.Length..];
        }
    }

    /// <summary>Gives back what only adding needs.</summary>
    public void Finish() => _slots = [];

    /// <summary>
    /// Looks at what will be needed, for many ids at a time, so that the CPU waits for memory once, not
    /// once for each.
    /// </summary>
    private void Touch(ReadOnlySpan<IdEntry> entries)
    {
        Span<int> numbers = stackalloc int[Together];
        var mask = (uint)_slots.Length - 1;
        for (var i = 0; i < entries.Length; i++)
            numbers[i] = Math.Max(0, (int)(uint)_slots[entries[i].Hash & mask] - 1);
        for (var i = 0; i < entries.Length; i++) numbers[i] = Math.Max(0, _ids[numbers[i]].End - 1);
        var touched = 0;
        for (var i = 0; i < entries.Length; i++) touched += _bytes[numbers[i]];
        _touched = touched;
    }

    private int Add(uint hash, ReadOnlySpan<byte> id, int rows)
    {
        var mask = (uint)_slots.Length - 1;
        for (var slot = hash & mask; ; slot = (slot + 1) & mask)
        {
            var found = _slots[slot];
            if (found == 0)
            {
                _slots[slot] = ((ulong)hash << 32) | (uint)(Count + 1);
                return Append(id, rows);
            }

            var number = (int)(uint)found - 1;
            if ((uint)(found >> 32) != hash || !this[number].SequenceEqual(id)) continue;
            _ids[number].Rows += rows;
            return number;
        }
    }

    private int Start(int number) => number == 0 ? 0 : _ids[number - 1].End;

    private int Append(ReadOnlySpan<byte> id, int rows)
    {
        var start = Start(Count);
        var end = checked(start + id.Length);
        if (end > _bytes.Length)
            Resize(ref _bytes, start, Math.Max(end, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L)));
        id.CopyTo(_bytes.AsSpan(start));
        _ids[Count] = (end, rows);
        return Count++;
    }

    /// <summary>Twice the slots, and half as many ids, so that a free slot is near.</summary>
    private void Grow()
    {
        var larger = new ulong[2 * _slots.Length];
        var mask = (uint)larger.Length - 1;
        foreach (var taken in _slots)
        {
            if (taken == 0) continue;
            var slot = (uint)(taken >> 32) & mask;
            while (larger[slot] != 0) slot = (slot + 1) & mask;
            larger[slot] = taken;
        }

        _slots = larger;
        Resize(ref _ids, Count, larger.Length / 2);
    }

    /// <summary>What is behind the elements that are used is anything: it need not be touched.</summary>
    private static void Resize<T>(ref T[] array, int used, int length)
    {
        var larger = GC.AllocateUninitializedArray<T>(length);
        array.AsSpan(0, used).CopyTo(larger);
        array = larger;
    }
}

/// <summary>An id of a batch on its way into the table.</summary>
/// <param name="Hash">Of its bytes.</param>
/// <param name="Value">Its index among the values of the batch.</param>
/// <param name="Rows">How many rows have it.</param>
internal readonly record struct IdEntry(uint Hash, int Value, int Rows);

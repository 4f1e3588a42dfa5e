namespace GpuAls.Indexing;

/// <summary>Different ids, as bytes, in the order they were first seen, and how many rows each has: an open hash table over one block of bytes.</summary>
internal sealed class IdShard
{
    private const int FirstSlots = 1 << 6;
    private const int FirstBytes = 1 << 10;

    private ulong[] _slots = new ulong[FirstSlots]; // hash << 32 | number of the id + 1; 0 is free
    private byte[] _bytes = new byte[FirstBytes];
    private int[] _ends = new int[FirstSlots / 2]; // where each id ends
    private int[] _rows = new int[FirstSlots / 2];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(Start(number).._ends[number]);

    public int Rows(int number) => _rows[number];

    /// <summary>The number of an id, which has some rows more now.</summary>
    public int Add(uint hash, ReadOnlySpan<byte> id, int rows)
    {
        if (Count >= _ends.Length) Grow();
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var found = _slots[slot];
            if (found == 0)
            {
                _slots[slot] = ((ulong)hash << 32) | (uint)(Count + 1);
                return Append(id, rows);
            }

            var number = (int)(uint)found - 1;
            if ((uint)(found >> 32) != hash || !this[number].SequenceEqual(id)) continue;
            _rows[number] += rows;
            return number;
        }
    }

    /// <summary>Gives back what only <see cref="Add"/> needs.</summary>
    public void Finish() => _slots = [];

    private int Start(int number) => number == 0 ? 0 : _ends[number - 1];

    private int Append(ReadOnlySpan<byte> id, int rows)
    {
        var start = Start(Count);
        var end = checked(start + id.Length);
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L)));
        id.CopyTo(_bytes.AsSpan(start));
        (_ends[Count], _rows[Count]) = (end, rows);
        return Count++;
    }

    /// <summary>Twice the slots, and half as many ids, so that a free slot is near.</summary>
    private void Grow()
    {
        var larger = new ulong[2 * _slots.Length];
        var mask = larger.Length - 1;
        foreach (var taken in _slots)
        {
            if (taken == 0) continue;
            var slot = (int)(uint)(taken >> 32) & mask;
            while (larger[slot] != 0) slot = (slot + 1) & mask;
            larger[slot] = taken;
        }

        _slots = larger;
        Array.Resize(ref _ends, larger.Length / 2);
        Array.Resize(ref _rows, larger.Length / 2);
    }
}

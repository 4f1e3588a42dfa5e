using System.Buffers.Binary;

namespace GpuAls.Indexing;

/// <summary>Sorts ids by falling number of rows, equal ones by their bytes: by one word after the other, so that few bytes are looked at twice.</summary>
internal sealed class IdOrder
{
    private const int WordBytes = sizeof(ulong);
    private const int FewIds = 12;

    private readonly IdTable _table;
    private readonly int[] _order;
    private readonly ulong[] _words;

    private IdOrder(IdTable table)
    {
        _table = table;
        _order = table.Numbers.ToArray();
        _words = new ulong[_order.Length];
    }

    /// <summary>[ids], the provisional numbers of a table's ids in their final order.</summary>
    public static int[] Of(IdTable table)
    {
        var sort = new IdOrder(table);
        sort.SortAll();
        return sort._order;
    }

    private void SortAll()
    {
        for (var i = 0; i < _order.Length; i++) _words[i] = ~(ulong)_table.Rows(_order[i]);
        Array.Sort(_words, _order);
        var groups = new List<(int Start, int End)>();
        for (var start = 0; start < _order.Length;)
        {
            var end = EndOfEqual(start, _order.Length);
            if (end - start > 1) groups.Add((start, end));
            start = end;
        }

        Parallel.ForEach(groups, group => SortBytes(group.Start, group.End, 0));
    }

    private int EndOfEqual(int start, int limit)
    {
        var end = start + 1;
        while (end < limit && _words[end] == _words[start]) end++;
        return end;
    }

    /// <summary>Sorts ids that are equal up to a depth, as if zeros were behind the shorter ones.</summary>
    private void SortBytes(int start, int end, int depth)
    {
        while (end - start > FewIds)
        {
            start = PutEndedFirst(start, end, depth);
            for (var i = start; i < end; i++) _words[i] = Word(_table[_order[i]], depth);
            depth += WordBytes;
            if (!_words.AsSpan(start, end - start).ContainsAnyExcept(_words[start])) continue; // a prefix of all, however long
            Array.Sort(_words, _order, start, end - start);
            SortEqual(start, end, depth);
            return;
        }

        SortFew(start, end);
    }

    private void SortEqual(int start, int end, int depth)
    {
        while (start < end)
        {
            var next = EndOfEqual(start, end);
            if (next - start > 1) SortBytes(start, next, depth);
            start = next;
        }
    }

    /// <summary>Moves those that end before a depth to the front, where they belong: few, since they differ in their zeros only.</summary>
    /// <returns>Where the others start.</returns>
    private int PutEndedFirst(int start, int end, int depth)
    {
        var next = start;
        for (var i = start; i < end; i++)
        {
            if (_table[_order[i]].Length > depth) continue;
            (_order[i], _order[next]) = (_order[next], _order[i]);
            next++;
        }

        SortFew(start, next);
        return next;
    }

    private void SortFew(int start, int end)
    {
        if (end - start > 1) _order.AsSpan(start, end - start).Sort((left, right) => _table[left].SequenceCompareTo(_table[right]));
    }

    /// <summary>Eight bytes as a number that sorts as they do.</summary>
    private static ulong Word(ReadOnlySpan<byte> id, int depth)
    {
        var bytes = id[depth..];
        if (bytes.Length >= WordBytes) return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var word = 0ul;
        for (var i = 0; i < WordBytes; i++) word = (word << 8) | (i < bytes.Length ? bytes[i] : 0u);
        return word;
    }
}

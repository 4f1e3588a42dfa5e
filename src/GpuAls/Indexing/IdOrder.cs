using System.Buffers.Binary;

namespace GpuAls;

/// <summary>
/// Sorts ids by falling number of rows, equal ones by their bytes: 24 bytes after the other as one number, so that
/// ids, which lie all over the memory, are seldom looked at twice.
/// </summary>
internal sealed class IdOrder
{
    private const int FewIds = 3;
    private const int ManyIds = 1 << 13; // worth several threads
    private const int ManyRows = 1 << 16;

    private readonly IdTable _table;
    private readonly long[]? _rows;
    private readonly int[] _order;
    private readonly IdWord[] _words;

    private IdOrder(IdTable table, long[]? rows)
    {
        (_table, _rows, _order) = (table, rows, table.Numbers());
        _words = new IdWord[_order.Length];
    }

    /// <summary>[ids], the provisional numbers of a table's ids in their final order.</summary>
    /// <param name="table">The ids.</param>
    /// <param name="rows">[number bound], how many rows each id has; null where the table counts them.</param>
    public static int[] Of(IdTable table, long[]? rows = null)
    {
        var ends = new int[ManyRows + 1];
        var sort = new IdOrder(table, rows);
        sort.SortByRows(ends);
        sort.SortMany(ends[0]);
        Parallel.For(0, ManyRows, bucket => sort.SortBytes(ends[bucket], ends[bucket + 1], 0));
        return sort._order;
    }

    /// <summary>The order of two ids: below 0 where the left one comes first.</summary>
    public static int Compare(long leftRows, ReadOnlySpan<byte> left, long rightRows, ReadOnlySpan<byte> right) =>
        rightRows.CompareTo(leftRows) is var byRows and not 0 ? byRows : left.SequenceCompareTo(right);

    /// <summary>
    /// Sorts by falling number of rows, which most ids have few of: a counting sort, all that have many together
    /// before the others.
    /// </summary>
    /// <param name="ends">[<see cref="ManyRows"/> + 1], receives where the ids end that have many, one less, ….</param>
    private void SortByRows(int[] ends)
    {
        int[] numbers = [.. _order];
        foreach (var number in numbers) ends[Bucket(Rows(number))]++;
        var start = 0;
        for (var bucket = 0; bucket < ends.Length; bucket++) (ends[bucket], start) = (start, start + ends[bucket]);
        foreach (var number in numbers) _order[ends[Bucket(Rows(number))]++] = number;
    }

    private static int Bucket(long rows) => (int)(ManyRows - Math.Min(ManyRows, rows));

    private long Rows(int number) => _rows is null ? _table.Rows(number) : _rows[number];

    private void SortMany(int end) => _order.AsSpan(0, end).Sort((left, right) =>
        Compare(Rows(left), _table[left], Rows(right), _table[right]));

    /// <summary>Sorts ids that are equal up to a depth, as if zeros were behind the shorter ones.</summary>
    private void SortBytes(int start, int end, int depth)
    {
        while (end - start > FewIds)
        {
            if (!Read(start, end, depth)) start = PutEndedFirst(start, end, depth);
            depth += IdWord.Bytes;
            // a beginning of all, however long
            if (start == end || !_words.AsSpan(start, end - start).ContainsAnyExcept(_words[start])) continue;
            SortWords(start, end);
            SortEqual(start, end, depth);
            return;
        }

        SortFew(start, end);
    }

    /// <summary>Takes the words at a depth.</summary>
    /// <returns>False where an id ends before it.</returns>
    private bool Read(int start, int end, int depth)
    {
        for (var i = start; i < end; i++)
        {
            var id = _table[_order[i]];
            if (id.Length < depth) return false;
            _words[i] = IdWord.Of(id[depth..]);
        }

        return true;
    }

    /// <summary>Sorts by the words, on all cores: once around a middle, then both sides.</summary>
    private void SortWords(int start, int end)
    {
        if (end - start <= ManyIds)
        {
            Array.Sort(_words, _order, start, end - start);
            return;
        }

        var (left, right) = Divide(start, end);
        Parallel.Invoke(() => SortWords(start, left), () => SortWords(right, end));
    }

    /// <summary>Moves what is smaller than a word to its left and what is larger to its right.</summary>
    /// <returns>Where the left ends and the right starts, both shorter than all.</returns>
    private (int Left, int Right) Divide(int start, int end)
    {
        var (first, middle, last) = (_words[start], _words[start + ((end - start) / 2)], _words[end - 1]);
        var pivot = Median(first, middle, last);
        var (left, right) = (start, end - 1);
        while (left <= right)
        {
            while (_words[left].CompareTo(pivot) < 0) left++;
            while (_words[right].CompareTo(pivot) > 0) right--;
            if (left > right) break;
            (_words[left], _words[right]) = (_words[right], _words[left]);
            (_order[left], _order[right]) = (_order[right--], _order[left++]);
        }

        return (right + 1, left);
    }

    private static IdWord Median(IdWord a, IdWord b, IdWord c)
    {
        if (a.CompareTo(b) > 0) (a, b) = (b, a);
        if (b.CompareTo(c) <= 0) return b;
        return a.CompareTo(c) > 0 ? a : c;
    }

    private void SortEqual(int start, int end, int depth)
    {
        List<(int Start, int End)>? large = null;
        while (start < end)
        {
            var next = start + 1;
            while (next < end && _words[next] == _words[start]) next++;
            if (next - start > ManyIds) (large ??= []).Add((start, next));
            else if (next - start > 1) SortBytes(start, next, depth);
            start = next;
        }

        if (large is not null) Parallel.ForEach(large, group => SortBytes(group.Start, group.End, depth));
    }

    /// <summary>
    /// Moves those that end before a depth to the front, where they belong: few, since they differ in their zeros
    /// only.
    /// </summary>
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
        Read(next, end, depth);
        return next;
    }

    private void SortFew(int start, int end)
    {
        for (var i = start + 1; i < end; i++)
            for (var j = i; j > start && _table[_order[j]].SequenceCompareTo(_table[_order[j - 1]]) < 0; j--)
                (_order[j], _order[j - 1]) = (_order[j - 1], _order[j]);
    }
}

/// <summary>24 bytes of an id as a number that sorts as they do, zeros for those it has not.</summary>
internal readonly record struct IdWord(ulong High, ulong Middle, ulong Low) : IComparable<IdWord>
{
    public const int Bytes = 3 * sizeof(ulong);

    public static IdWord Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Bytes) return Read(bytes);
        Span<byte> padded = stackalloc byte[Bytes];
        padded.Clear();
        bytes.CopyTo(padded);
        return Read(padded);
    }

    public int CompareTo(IdWord other)
    {
        if (High != other.High) return High < other.High ? -1 : 1;
        if (Middle != other.Middle) return Middle < other.Middle ? -1 : 1;
        return Low.CompareTo(other.Low);
    }

    private static IdWord Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[(2 * sizeof(ulong))..]));
}

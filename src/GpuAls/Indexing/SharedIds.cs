using System.IO.Hashing;

namespace GpuAls;

/// <summary>
/// The ids of one side in their final order, of rows that several processes have read. Equal ids meet at the process
/// that their hash says, which adds up their rows. Then each process gets a range of the final order, which samples
/// make about equally long, and sorts it; all get all ids in the end.
/// </summary>
internal sealed class SharedIds
{
    private const int Samples = 256; // of each process
    private const int HalfOfHash = 32;

    private SharedIds(IdBlocks ids, int[] indices, int[] rows) => (Ids, Indices, Rows) = (ids, indices, rows);

    /// <summary>All ids.</summary>
    public IdBlocks Ids { get; }

    /// <summary>[number bound], the final index of each id of this process by its provisional number.</summary>
    public int[] Indices { get; }

    /// <summary>[ids], the rows of each, at most as many as an <see cref="int"/> says.</summary>
    public int[] Rows { get; }

    /// <summary>Numbers the ids of all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="table">The ids of this one, and their rows.</param>
    /// <param name="width">Bytes of each id; 0 where each has a length of its own.</param>
    /// <param name="column">Name of the column, for messages.</param>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: there are more ids than an index can say.</exception>
    public static SharedIds Of(IProcessGroup group, IdTable table, int width, string column, int roundBytes)
    {
        var merged = IdExchange.Run(
            group,
            table,
            number => table.Rows(number),
            number => OwnerOf(table[number], group.Size),
            width,
            roundBytes);
        var ends = RangeEnds.Of(group, merged, width);
        var ranges = IdExchange.Run(
            group,
            merged.Received,
            number => merged.Rows[number],
            number => ends.RangeOf(merged.Rows[number], merged.Received[number]),
            width,
            roundBytes);
        var order = IdOrder.Of(ranges.Received, ranges.Rows);
        var counts = group.AllGather((long)order.Length);
        var starts = ProcessGroupExtensions.Starts(counts);
        if (starts[^1] > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{column}' has {starts[^1]:N0} different ids; expected at most {Array.MaxLength:N0}.");
        var indices = new int[ranges.Received.NumberBound];
        for (var i = 0; i < order.Length; i++) indices[order[i]] = (int)(starts[group.Rank] + i);
        var own = merged.Answer(ranges.Answer(indices));
        var rows = new int[starts[^1]];
        for (var i = 0; i < order.Length; i++)
            rows[starts[group.Rank] + i] = (int)Math.Min(int.MaxValue, ranges.Rows[order[i]]);
        group.AllGather(rows.AsSpan(), starts.AsSpan(0, group.Size), counts);
        return new SharedIds(IdBlocks.Gather(group, ranges.Received, order, width, roundBytes), own, rows);
    }

    /// <summary>The process where equal ids meet; the low half of the hash is that of <see cref="IdTable"/>.</summary>
    private static int OwnerOf(ReadOnlySpan<byte> id, int size) =>
        (int)(((XxHash3.HashToUInt64(id) >> HalfOfHash) * (ulong)size) >> HalfOfHash);

    /// <summary>Where the ranges of the final order end that each process sorts.</summary>
    private sealed class RangeEnds(IdTable samples, long[] rows, int[] ends)
    {
        public static RangeEnds Of(IProcessGroup group, IdExchange ids, int width)
        {
            var numbers = ids.Received.Numbers();
            var own = new long[Math.Min(Samples, numbers.Length)];
            using var values = new IdValues(width);
            for (var sample = 0; sample < own.Length; sample++)
            {
                var number = numbers[(int)((long)numbers.Length * sample / own.Length)];
                values.Add(ids.Received[number]);
                own[sample] = ids.Rows[number];
            }

            var all = group.AllGather<long>(own, out _);
            using var gathered = new IdValues(width);
            gathered.AddAll(group.AllGather(values.AllBytes, out _), all.Length);
            var samples = new IdTable();
            var sampled = samples.Add(gathered);
            var rows = new long[samples.NumberBound];
            for (var sample = 0; sample < all.Length; sample++) rows[sampled[sample]] = all[sample];
            var order = IdOrder.Of(samples, rows);
            var ends = all.Length == 0 ? [] : new int[group.Size - 1];
            for (var range = 0; range < ends.Length; range++)
                ends[range] = order[(int)((long)order.Length * (range + 1) / group.Size)];
            return new RangeEnds(samples, rows, ends);
        }

        /// <summary>The range of an id: how many ranges end before it.</summary>
        public int RangeOf(long rowsOfId, ReadOnlySpan<byte> id)
        {
            var (low, high) = (0, ends.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                var end = ends[middle];
                if (IdOrder.Compare(rowsOfId, id, rows[end], samples[end]) < 0) high = middle;
                else low = middle + 1;
            }

            return low;
        }
    }
}

/// <summary>Ids in their final order, as bytes, in blocks.</summary>
/// <param name="width">Bytes of each id; 0 where each has a length of its own.</param>
internal sealed class IdBlocks(int width)
{
    private readonly List<int> _starts = [];
    private readonly List<(byte[] Bytes, int[] Ends)> _blocks = []; // Ends: where each id ends, if they have lengths

    /// <summary>Number of ids.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of an id.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var block = _starts.BinarySearch(index);
            if (block < 0) block = ~block - 1;
            var ((bytes, ends), position) = (_blocks[block], index - _starts[block]);
            if (width > 0) return bytes.AsSpan(position * width, width);
            return bytes.AsSpan((position == 0 ? 0 : ends[position - 1])..ends[position]);
        }
    }

    /// <summary>Brings the ids of all processes to all of them.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="table">The ids of this one.</param>
    /// <param name="order">Their numbers in the table, in their order.</param>
    /// <param name="width">Bytes of each id; 0 where each has a length of its own.</param>
    /// <param name="blockBytes">Bytes of a block, about.</param>
    public static IdBlocks Gather(IProcessGroup group, IdTable table, int[] order, int width, int blockBytes)
    {
        var (all, own, next) = (new IdBlocks(width), new Queue<(byte[] Bytes, int[] Ends)>(), 0);
        while (next < order.Length) own.Enqueue(Block(table, order, ref next, blockBytes));
        var counts = group.AllGather(own.Count);
        for (var process = 0; process < group.Size; process++)
        {
            for (var i = 0; i < counts[process]; i++)
            {
                var (bytes, ends) = process == group.Rank ? own.Dequeue() : ([], []);
                bytes = group.BroadcastArray(bytes, process);
                // Ids of one width end where it says.
                all.Add(bytes, width > 0 ? [] : group.BroadcastArray(ends, process));
            }
        }

        return all;
    }

    private static (byte[] Bytes, int[] Ends) Block(IdTable table, int[] order, ref int next, int blockBytes)
    {
        var (first, bytes) = (next, 0);
        while (next < order.Length && (next == first || bytes < blockBytes)) bytes += table[order[next++]].Length;
        var (block, ends, used) = (new byte[bytes], new int[next - first], 0);
        for (var i = 0; i < ends.Length; i++)
        {
            var id = table[order[first + i]];
            id.CopyTo(block.AsSpan(used));
            ends[i] = used += id.Length;
        }

        return (block, ends);
    }

    private void Add(byte[] bytes, int[] ends)
    {
        _starts.Add(Count);
        _blocks.Add((bytes, ends));
        Count += width > 0 ? bytes.Length / width : ends.Length;
    }
}

using System.IO.Hashing;

namespace GpuAls;

/// <summary>
/// The different ids of one side and their rows. Batches come from several threads at once; the ids are divided by
/// their hash into shards, each under a lock of its own and small enough for the cache. The numbers ids get here
/// depend on who came first, so they are provisional: nothing that leaves this folder may depend on them.
/// </summary>
internal sealed class IdTable
{
    private const int ShardBits = 6;
    private const int Shards = 1 << ShardBits;
    private const int PartValues = 1 << 16; // that stay in the cache from one step to the next
    private const int Step = 23; // from the first shard of a batch to that of the next

    private readonly IdShard[] _shards = Enumerable.Range(0, Shards).Select(_ => new IdShard()).ToArray();
    private int _turns;

    /// <summary>Number of ids.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    /// <summary>Provisional numbers are below this; not all are taken.</summary>
    public int NumberBound => checked(_shards.Max(shard => shard.Count) * Shards);

    /// <summary>[ids], all provisional numbers, those of a shard together.</summary>
    public int[] Numbers()
    {
        var numbers = new int[Count];
        var next = 0;
        for (var shard = 0; shard < Shards; shard++)
            for (var number = 0; number < _shards[shard].Count; number++) numbers[next++] = Number(shard, number);
        return numbers;
    }

    /// <summary>The bytes of an id.</summary>
    /// <param name="number">Its provisional number.</param>
    public ReadOnlySpan<byte> this[int number] => _shards[number & (Shards - 1)][number >> ShardBits];

    /// <summary>How many rows an id has.</summary>
    public int Rows(int number) => _shards[number & (Shards - 1)].Rows(number >> ShardBits);

    /// <summary>Counts the ids of a batch.</summary>
    /// <param name="values">The ids.</param>
    /// <param name="rows">[rows], the index of each row's id among the values; receives its provisional number.</param>
    public void Add(IdValues values, Span<int> rows)
    {
        using var counts = new RentedArray<int>(values.Count);
        counts.Span.Clear();
        var ofValues = counts.Span;
        foreach (var index in rows) ofValues[index]++;
        Number(values, ofValues);
        foreach (ref var row in rows) row = ofValues[row];
    }

    /// <summary>Adds ids, each with one row; on all cores.</summary>
    /// <returns>[values], the provisional number of each.</returns>
    public int[] Add(IdValues values)
    {
        var numbers = new int[values.Count];
        Parallel.For(0, (numbers.Length + PartValues - 1) / PartValues, part =>
        {
            var start = part * PartValues;
            var own = numbers.AsSpan(start, Math.Min(PartValues, numbers.Length - start));
            own.Fill(1);
            using var hashes = new RentedArray<uint>(own.Length);
            using var entries = new RentedArray<IdEntry>(own.Length);
            NumberPart(values, start, numbers, hashes.Span, entries.Span);
        });
        return numbers;
    }

    /// <summary>Gives back what only adding needs.</summary>
    public void Finish() => Array.ForEach(_shards, shard => shard.Finish());

    private static int Number(int shard, int number) => (number << ShardBits) | shard;

    private static int ShardOf(uint hash) => (int)(hash >> (32 - ShardBits));

    /// <param name="values">The ids.</param>
    /// <param name="rows">[values], rows of each; receives the provisional number of those that have any.</param>
    private void Number(IdValues values, Span<int> rows)
    {
        using var hashes = new RentedArray<uint>(Math.Min(PartValues, rows.Length));
        using var entries = new RentedArray<IdEntry>(Math.Min(PartValues, rows.Length));
        for (var start = 0; start < rows.Length; start += PartValues)
            NumberPart(values, start, rows, hashes.Span[..Math.Min(PartValues, rows.Length - start)], entries.Span);
    }

    /// <summary>Numbers some values: hashes them, sorts them by shard, and adds each shard's together.</summary>
    private void NumberPart(IdValues values, int start, Span<int> rows, Span<uint> hashes, Span<IdEntry> entries)
    {
        Span<int> ends = stackalloc int[Shards + 1]; // of a shard's entries; before they are there, where they start
        ends.Clear();
        for (var i = 0; i < hashes.Length; i++)
        {
            if (rows[start + i] == 0) continue;
            hashes[i] = (uint)XxHash3.HashToUInt64(values[start + i]);
            ends[ShardOf(hashes[i]) + 1]++;
        }

        for (var shard = 0; shard < Shards; shard++) ends[shard + 1] += ends[shard];
        for (var i = 0; i < hashes.Length; i++)
            if (rows[start + i] is var count and > 0)
                entries[ends[ShardOf(hashes[i])]++] = new IdEntry(hashes[i], start + i, count);

        // Each part begins at another shard, so that threads seldom wait for each other.
        var first = Interlocked.Add(ref _turns, Step);
        for (var turn = 0; turn < Shards; turn++)
        {
            var shard = (first + turn) & (Shards - 1);
            var own = entries[(shard == 0 ? 0 : ends[shard - 1])..ends[shard]];
            if (own.IsEmpty) continue;
            lock (_shards[shard]) _shards[shard].Add(own, values, rows);
            foreach (var entry in own) rows[entry.Value] = Number(shard, rows[entry.Value]);
        }
    }
}

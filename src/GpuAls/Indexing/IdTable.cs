using GpuAls.Reading;

namespace GpuAls.Indexing;

/// <summary>
/// The different ids of one side and their rows. Batches come from several threads at once; the ids are divided by their hash into
/// shards, each under a lock of its own and small enough for the cache. The numbers ids get here depend on who came first, so they
/// are provisional: nothing that leaves this folder may depend on them.
/// </summary>
internal sealed class IdTable
{
    private const int ShardBits = 6;
    private const int Shards = 1 << ShardBits;
    private const int Step = 23; // from the first shard of a batch to that of the next

    private readonly IdShard[] _shards = Enumerable.Range(0, Shards).Select(_ => new IdShard()).ToArray();
    private int _turns;

    /// <summary>Number of ids.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    /// <summary>Provisional numbers are below this; not all are taken.</summary>
    public int NumberBound => checked(_shards.Max(shard => shard.Count) * Shards);

    /// <summary>All provisional numbers.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(0, Shards).SelectMany(shard => Enumerable.Range(0, _shards[shard].Count).Select(number => Number(shard, number)));

    /// <summary>The bytes of an id.</summary>
    /// <param name="number">Its provisional number.</param>
    public ReadOnlySpan<byte> this[int number] => _shards[number & (Shards - 1)][number >> ShardBits];

    /// <summary>How many rows an id has.</summary>
    public int Rows(int number) => _shards[number & (Shards - 1)].Rows(number >> ShardBits);

    /// <summary>Counts the ids of a batch.</summary>
    /// <param name="values">The ids.</param>
    /// <param name="places">[rows], places among the values; receives the provisional numbers.</param>
    public void Add(IdValues values, Span<int> places)
    {
        using var rows = new RentedArray<int>(values.Count);
        rows.Span.Clear();
        foreach (var place in places) rows.Span[place]++;
        Place(values, rows.Span);
        foreach (ref var place in places) place = rows.Span[place];
    }

    /// <summary>Gives back what only <see cref="Add(IdValues, Span{int})"/> needs.</summary>
    public void Finish() => Array.ForEach(_shards, shard => shard.Finish());

    private static int Number(int shard, int number) => (number << ShardBits) | shard;

    private static int ShardOf(uint hash) => (int)(hash >> (32 - ShardBits));

    /// <param name="values">The ids.</param>
    /// <param name="rows">[values], rows of each; receives the provisional number of those that have any.</param>
    private void Place(IdValues values, Span<int> rows)
    {
        using var hashes = new RentedArray<uint>(values.Count);
        Span<int> starts = stackalloc int[Shards + 1];
        starts.Clear();
        for (var value = 0; value < rows.Length; value++)
        {
            if (rows[value] == 0) continue;
            hashes.Span[value] = IdHash.Of(values[value]);
            starts[ShardOf(hashes.Span[value]) + 1]++;
        }

        for (var shard = 0; shard < Shards; shard++) starts[shard + 1] += starts[shard];
        using var order = new RentedArray<int>(starts[Shards]);
        Sort(rows, hashes.Span, starts, order.Span);

        // Each batch begins at another shard, so that batches seldom wait for each other. After the sort, starts are ends.
        var first = Interlocked.Add(ref _turns, Step);
        for (var turn = 0; turn < Shards; turn++)
        {
            var shard = (first + turn) & (Shards - 1);
            Add(shard, values, hashes.Span, order.Span[(shard == 0 ? 0 : starts[shard - 1])..starts[shard]], rows);
        }
    }

    private static void Sort(ReadOnlySpan<int> rows, ReadOnlySpan<uint> hashes, Span<int> starts, Span<int> order)
    {
        for (var value = 0; value < rows.Length; value++)
            if (rows[value] > 0) order[starts[ShardOf(hashes[value])]++] = value;
    }

    private void Add(int shard, IdValues values, ReadOnlySpan<uint> hashes, ReadOnlySpan<int> order, Span<int> rows)
    {
        lock (_shards[shard])
        {
            foreach (var value in order) rows[value] = Number(shard, _shards[shard].Add(hashes[value], values[value], rows[value]));
        }
    }
}

namespace GpuAls;

/// <summary>
/// The most similar items of each item, found by several processes that have different users, as
/// <see cref="ItemNeighbours"/> finds them. Each counts the users that items have in common among its own. A block of
/// items at a time, the counts go to one process an item, which adds them, and all get the most similar items.
/// </summary>
/// <param name="group">The processes.</param>
/// <param name="byUser">[users, items], plays above 0 of the users that this process owns.</param>
/// <param name="similarities">How alike two items are.</param>
/// <param name="count">Similar items that each item has at most.</param>
internal sealed class SharedItemNeighbours(
    IProcessGroup group, CsrMatrix byUser, IReadOnlyList<Similarity> similarities, int count)
{
    private readonly CsrMatrix _byItem = CsrBuilder.Transpose(byUser);

    /// <summary>[items], the users of each in all processes.</summary>
    private readonly int[] _users = SharedCsr.ColumnLengths(group, byUser, _ => true);

    /// <summary>Counts that a process sends at once, unless one item has more.</summary>
    public long MostCounts { get; init; } = 1 << 22;

    /// <summary>Finds them.</summary>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>[similarities] of [items, items], the same on all processes.</returns>
    public CsrMatrix[] Find(IProgress<double>? progress, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { CancellationToken = cancellation };
        var found = similarities.Select(_ => new List<(int[] Items, float[] Similarities)>()).ToArray();
        for (var first = 0; first < byUser.ColumnCount; first = found[0].Count)
        {
            var length = group.AllGather(EndOfBlock(first)).Min() - first;
            var owners = new RowShares(
                [.. Enumerable.Range(0, group.Size + 1).Select(process => (int)((long)length * process / group.Size))]);
            var parts = Exchange(owners, Count(first, length, parallel));
            var best = Best(first + owners.Start(group.Rank), parts, parallel);
            for (var i = 0; i < found.Length; i++) found[i].AddRange(Gather(best[i]));
            progress?.Report((double)found[0].Count / byUser.ColumnCount);
        }

        return Array.ConvertAll(found, ItemNeighbours.ToMatrix);
    }

    /// <summary>The item after the last one whose counts this process may send with those of the first.</summary>
    private int EndOfBlock(int first)
    {
        var (end, counts) = (first, 0L);
        while (end < _byItem.RowCount && (end == first || counts < MostCounts))
        {
            long most = 0;
            foreach (var user in _byItem.RowIndices(end++)) most += byUser.RowLength(user);
            counts += Math.Min(most, byUser.ColumnCount);
        }

        return end;
    }

    /// <summary>[block], the items that have users of this process in common with each, and how many.</summary>
    private Counts[] Count(int first, int length, ParallelOptions parallel)
    {
        var counts = new Counts[length];
        ForEach(length, parallel, (item, common) =>
        {
            common.Count(byUser, _byItem, first + item);
            int[] items = [.. common.Items];
            counts[item] = new Counts(items, Array.ConvertAll(items, other => common[other]));
        });
        return counts;
    }

    /// <summary>[own items of the block][processes], what each process has counted.</summary>
    private Counts[][] Exchange(RowShares owners, Counts[] counts)
    {
        int[] lengths = [.. counts.Select(item => item.Items.Length)];
        var starts = CsrMatrix.IndptrOf(lengths);
        long[] ofProcesses =
        [
            .. Enumerable.Range(0, group.Size)
                .Select(process => starts[owners.Start(process + 1)] - starts[owners.Start(process)]),
        ];
        long[] itemsOfProcesses = [.. Enumerable.Range(0, group.Size).Select(process => (long)owners.Count(process))];
        var received = group.AllToAll<int>(lengths, itemsOfProcesses, out _); // [processes, own items]
        var items = group.AllToAll<int>(counts.SelectMany(item => item.Items).ToArray(), ofProcesses, out _);
        var users = group.AllToAll<int>(counts.SelectMany(item => item.Users).ToArray(), ofProcesses, out _);
        var ends = CsrMatrix.IndptrOf(received);
        var own = owners.Count(group.Rank);
        return
        [
            .. Enumerable.Range(0, own).Select(item => Enumerable.Range(0, group.Size).Select(process =>
            {
                var part = new Range((int)ends[(process * own) + item], (int)ends[(process * own) + item + 1]);
                return new Counts(items[part], users[part]);
            }).ToArray()),
        ];
    }

    /// <summary>[similarities][own items of the block], the most similar items of each.</summary>
    private (int[] Items, float[] Similarities)[][] Best(int first, Counts[][] parts, ParallelOptions parallel)
    {
        var best = similarities.Select(_ => new (int[] Items, float[] Similarities)[parts.Length]).ToArray();
        ForEach(parts.Length, parallel, (item, common) =>
        {
            foreach (var (items, users) in parts[item])
                for (var i = 0; i < items.Length; i++) common.Add(items[i], users[i]);
            for (var i = 0; i < best.Length; i++) best[i][item] = common.Best(_users, first + item, similarities[i]);
        });
        return best;
    }

    private void ForEach(int length, ParallelOptions parallel, Action<int, CommonUsers> body) => Parallel.For(
        0, length, parallel, () => new CommonUsers(byUser.ColumnCount, count), (item, _, common) =>
        {
            body(item, common);
            common.Clear();
            return common;
        },
        _ => { });

    /// <summary>The rows of all processes, one process after the other.</summary>
    private IEnumerable<(int[] Items, float[] Similarities)> Gather((int[] Items, float[] Similarities)[] own)
    {
        var lengths = group.AllGather<int>(own.Select(row => row.Items.Length).ToArray(), out _);
        var items = group.AllGather<int>(own.SelectMany(row => row.Items).ToArray(), out _);
        var near = group.AllGather<float>(own.SelectMany(row => row.Similarities).ToArray(), out _);
        var starts = CsrMatrix.IndptrOf(lengths);
        return Enumerable.Range(0, lengths.Length).Select(row =>
        {
            var part = new Range((int)starts[row], (int)starts[row + 1]);
            return (items[part], near[part]);
        });
    }

    /// <summary>Items, and how many users each has in common with another.</summary>
    private readonly record struct Counts(int[] Items, int[] Users);
}

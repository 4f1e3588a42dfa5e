using System.Security.Cryptography;

namespace GpuAls;

/// <summary>
/// The ids of all users or all items, in index order: by descending number of rows, ties by ascending id (integers by
/// value, strings and UUIDs by the code points of their text).
/// </summary>
public abstract class IdIndex
{
    private protected IdIndex()
    {
    }

    /// <summary>The type of the ids in the input.</summary>
    public abstract IdType Type { get; }

    /// <summary>Number of ids.</summary>
    public abstract int Count { get; }

    /// <summary>The id at an index as text, as the user would type it.</summary>
    public abstract string Format(int index);

    /// <summary>The index of an id given as text.</summary>
    /// <param name="id">The id as <see cref="Format"/> returns it; UUIDs may be in any form.</param>
    /// <param name="index">Its index, or -1.</param>
    /// <returns>False if there is no such id.</returns>
    public abstract bool TryFind(string id, out int index);

    /// <summary>[Count], the index of each id in another index, by its text; -1 where that has no such id.</summary>
    internal int[] IndicesIn(IdIndex other)
    {
        var indices = new int[Count];
        for (var index = 0; index < Count; index++)
            indices[index] = other.TryFind(Format(index), out var found) ? found : -1;
        return indices;
    }

    /// <summary>Adds all ids to a hash, so that different ids give a different one.</summary>
    internal abstract void AddTo(IncrementalHash hash);

    /// <summary>Some of the ids, in the order given.</summary>
    internal abstract IdIndex Select(int[] indices);

    /// <summary>The order of two ids whose numbers of rows are equal.</summary>
    internal abstract int CompareIds(int left, int right);

    /// <summary>The ids that have rows, by descending number of rows, ties by id.</summary>
    /// <param name="rows">[Count], the number of rows of each id.</param>
    /// <returns>
    /// The indices of these ids in that order, and [Count] the rank of each id in it, -1 without rows.
    /// </returns>
    internal (int[] Order, int[] Ranks) ByRows(int[] rows)
    {
        int[] order = [.. Enumerable.Range(0, Count).Where(index => rows[index] > 0)];
        order.AsSpan().Sort((left, right) =>
            rows[right].CompareTo(rows[left]) is var byRows and not 0 ? byRows : CompareIds(left, right));
        var ranks = new int[Count];
        Array.Fill(ranks, -1);
        for (var rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return (order, ranks);
    }
}

using System.Runtime.InteropServices;

namespace GpuAls.Indexing;

/// <summary>Ids in the order they were first seen, and how many rows each has.</summary>
/// <typeparam name="T">string, long or Guid.</typeparam>
internal class IdTable<T>
    where T : notnull
{
    private protected readonly Dictionary<T, int> Places = [];
    private readonly List<T> _ids = [];
    private protected readonly List<long> Rows = [];

    public IReadOnlyList<T> Ids => _ids;

    /// <summary>The place of an id, which has one row more now.</summary>
    public int Count(T id)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(Places, id, out var known);
        if (known) Rows[place]++;
        else place = Add(id);
        return place;
    }

    /// <summary>Places by falling number of rows, equal ones by rising id.</summary>
    public int[] Order(IComparer<T> byId)
    {
        var order = Enumerable.Range(0, _ids.Count).ToArray();
        Array.Sort(order, (a, b) => Rows[a] != Rows[b] ? Rows[b].CompareTo(Rows[a]) : byId.Compare(_ids[a], _ids[b]));
        return order;
    }

    private protected int Add(T id)
    {
        _ids.Add(id);
        Rows.Add(1);
        return _ids.Count - 1;
    }
}

/// <summary>Text ids; a string is made for each different one only.</summary>
internal sealed class TextIdTable : IdTable<string>
{
    /// <summary>Counts the ids of many rows.</summary>
    /// <param name="values">[rows].</param>
    /// <param name="places">[rows], receives the place of each id.</param>
    public void Count(ReadOnlySpan<ReadOnlyMemory<char>> values, Span<int> places)
    {
        var lookup = Places.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var row = 0; row < values.Length; row++)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, values[row].Span, out var known);
            if (known) Rows[place]++;
            else place = Add(values[row].ToString());
            places[row] = place;
        }
    }
}

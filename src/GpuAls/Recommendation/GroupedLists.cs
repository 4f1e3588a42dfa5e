using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Finds the k best items of some users, by the numbers of items.</summary>
/// <param name="users">The rows of the users' factors.</param>
/// <param name="mask">[users, listable], what each list leaves out; null for nothing.</param>
/// <param name="k">1 .. <see cref="TopKQuery.MaximumK"/>.</param>
/// <returns>[users, k], numbers of items and their scores, as <see cref="IAlsEngine.TopK"/> has them.</returns>
internal delegate (int[] Numbers, float[] Scores) ListSearch(int[] users, CsrMatrix? mask, int k);

/// <summary>
/// Lists with at most some items of each group: the best items in order, without those whose group is full. A list that
/// is still too short is searched on, for as long as there are items: without those it has, and without all items of
/// the groups that are full, so that each search brings at least one more.
/// </summary>
internal sealed class GroupedLists
{
    /// <summary>Entries of the masks of one further search, which bounds the memory.</summary>
    private const int MaskEntries = 1 << 24;

    /// <summary>[listable], the group of each item; -1 for none.</summary>
    private readonly int[] _groupOf;

    /// <summary>[groups], the numbers of the items in each, rising.</summary>
    private readonly int[][] _members;

    private readonly int _most;

    /// <param name="groups">The groups.</param>
    /// <param name="items">The items that lists may hold.</param>
    public GroupedLists(ItemGroups groups, ListableItems items)
    {
        _most = groups.MostPerGroup;
        _groupOf = items.Select(groups.GroupOf);
        var counts = new int[_groupOf.Length == 0 ? 0 : Math.Max(0, _groupOf.Max() + 1)];
        foreach (var group in _groupOf.Where(group => group >= 0)) counts[group]++;
        _members = Array.ConvertAll(counts, count => new int[count]);
        for (var number = _groupOf.Length - 1; number >= 0; number--)
            if (_groupOf[number] is var group and >= 0) _members[group][--counts[group]] = number;
    }

    /// <summary>Makes the lists.</summary>
    /// <param name="users">The rows of the users' factors.</param>
    /// <param name="mask">[users, listable], what each list leaves out; null for nothing.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="least">Items with a score below this are not looked for.</param>
    /// <param name="search">Finds the best items.</param>
    /// <returns>[users, k], numbers of items, -1 where a list is shorter, and their scores.</returns>
    public (int[] Numbers, float[] Scores) Make(int[] users, CsrMatrix? mask, int k, float least, ListSearch search)
    {
        var lists = new Lists(_groupOf, _most, users.Length, k, least);
        var wanted = Math.Min(2 * k, TopKQuery.MaximumK);
        var open = lists.Add([.. Enumerable.Range(0, users.Length)], search(users, mask, wanted), wanted);
        while (open.Count > 0)
        {
            wanted = Math.Min(2 * wanted, TopKQuery.MaximumK);
            var still = new List<int>();
            foreach (var (chosen, left) in Masks(lists, open, mask))
                still.AddRange(
                    lists.Add(chosen, search(Array.ConvertAll(chosen, list => users[list]), left, wanted), wanted));
            open = still;
        }

        return (lists.Numbers, lists.Scores);
    }

    /// <summary>What further searches leave out, for a few lists at a time.</summary>
    private IEnumerable<(int[] Lists, CsrMatrix Mask)> Masks(Lists lists, List<int> open, CsrMatrix? mask)
    {
        var (indptr, indices) = (new List<long> { 0 }, new List<int>());
        for (int first = 0, next = 1; next <= open.Count; next++)
        {
            indices.AddRange(LeftOut(lists, open[next - 1], mask));
            indptr.Add(indices.Count);
            if (next < open.Count && indices.Count < MaskEntries) continue;
            yield return (
                [.. open[first..next]],
                CsrMatrix.InBuffers(_groupOf.Length, [.. indptr], [.. indices], new float[indices.Count]));
            (first, indptr, indices) = (next, [0], []);
        }
    }

    private int[] LeftOut(Lists lists, int list, CsrMatrix? mask)
    {
        var left = new List<int>();
        if (mask is not null) left.AddRange(mask.RowIndices(list));
        left.AddRange(lists.Of(list));
        foreach (var group in lists.FullGroups(list)) left.AddRange(_members[group]);
        int[] rising = [.. left];
        Array.Sort(rising);
        var count = 0;
        foreach (var number in rising)
            if (count == 0 || rising[count - 1] != number) rising[count++] = number;
        return rising[..count];
    }

    /// <summary>The lists so far.</summary>
    private sealed class Lists
    {
        private readonly int[] _groupOf;
        private readonly int _most;
        private readonly int _k;
        private readonly float _least;
        private readonly int[] _lengths;
        private readonly Dictionary<int, int> _counts = [];

        public Lists(int[] groupOf, int most, int count, int k, float least)
        {
            (_groupOf, _most, _k, _least, _lengths) = (groupOf, most, k, least, new int[count]);
            (Numbers, Scores) = (new int[count * k], new float[count * k]);
            Array.Fill(Numbers, -1);
            Array.Fill(Scores, float.NegativeInfinity);
        }

        /// <summary>[lists, k].</summary>
        public int[] Numbers { get; }

        /// <summary>[lists, k].</summary>
        public float[] Scores { get; }

        public ReadOnlySpan<int> Of(int list) => Numbers.AsSpan(list * _k, _lengths[list]);

        /// <summary>The groups of which a list has as many items as it may.</summary>
        public int[] FullGroups(int list)
        {
            Count(list);
            return [.. _counts.Where(count => count.Value == _most).Select(count => count.Key)];
        }

        /// <summary>Adds what was found, in order, without items whose group is full.</summary>
        /// <returns>The lists that are not full although more may be found.</returns>
        public List<int> Add(int[] lists, (int[] Numbers, float[] Scores) found, int wanted)
        {
            var open = new List<int>();
            for (var i = 0; i < lists.Length; i++)
            {
                var range = new Range(i * wanted, (i + 1) * wanted);
                if (Add(lists[i], found.Numbers.AsSpan(range), found.Scores.AsSpan(range))) open.Add(lists[i]);
            }

            return open;
        }

        /// <returns>Whether the list is not full although more may be found.</returns>
        private bool Add(int list, ReadOnlySpan<int> numbers, ReadOnlySpan<float> scores)
        {
            Count(list);
            for (var i = 0; i < numbers.Length; i++)
            {
                if (numbers[i] < 0 || scores[i] < _least) return false;
                if (_groupOf[numbers[i]] is var group and >= 0)
                {
                    ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, group, out _);
                    if (count == _most) continue;
                    count++;
                }

                var position = (list * _k) + _lengths[list]++;
                (Numbers[position], Scores[position]) = (numbers[i], scores[i]);
                if (_lengths[list] == _k) return false;
            }

            return true;
        }

        /// <summary>Counts the items of each group in a list.</summary>
        private void Count(int list)
        {
            _counts.Clear();
            foreach (var number in Of(list))
                if (_groupOf[number] is var group and >= 0)
                    CollectionsMarshal.GetValueRefOrAddDefault(_counts, group, out _)++;
        }
    }
}

namespace GpuAls;

/// <summary>
/// Which users get a list and which items a list may hold; lists and their evaluation both ask here. A user or an item
/// needs a play above 0, or a rating, to learn from, and factors that are not all 0. Without them every score would be
/// 0: a list would be in the order of the items, and an item would come before those that are known to fit badly.
/// Ratings of 0 alone give factors of 0, and so may <c>--nonnegative</c>.
/// </summary>
internal static class ListRule
{
    /// <param name="isLiked">Whether there is a play above 0, or a rating.</param>
    /// <param name="factors">[rank], of the user or item.</param>
    public static bool Holds(bool isLiked, ReadOnlySpan<float> factors) => isLiked && factors.ContainsAnyExcept(0f);

    /// <summary>The items that lists may hold, rising.</summary>
    /// <param name="likes">[items], plays above 0, or ratings, of each.</param>
    /// <param name="factors">[items, rank].</param>
    public static int[] Items(int[] likes, FactorMatrix factors) =>
        [.. Enumerable.Range(0, likes.Length).Where(item => Holds(likes[item] > 0, factors[item]))];
}

/// <summary>
/// The items that lists may hold, numbered from 0 in their order, so that ties stay in order. Scoring only these costs
/// no mask for the others.
/// </summary>
internal sealed class ListableItems
{
    /// <summary>[listable], the item of each number, rising.</summary>
    private readonly int[] _items;

    /// <summary>[items], the number of each item; -1 for items that no list holds.</summary>
    private readonly int[] _numbers;

    /// <summary>
    /// The entries of a mask, used again by the next: fresh memory of this size costs more than the mask.
    /// </summary>
    private int[] _maskIndices = [];

    /// <summary>Zeros: a mask has no values.</summary>
    private float[] _maskValues = [];

    /// <param name="itemCount">Number of all items.</param>
    /// <param name="items">The items that lists may hold, rising.</param>
    public ListableItems(int itemCount, int[] items)
    {
        (ItemCount, _items) = (itemCount, items);
        _numbers = new int[itemCount];
        Array.Fill(_numbers, -1);
        for (var number = 0; number < items.Length; number++) _numbers[items[number]] = number;
    }

    /// <summary>Number of all items.</summary>
    public int ItemCount { get; }

    /// <summary>Number of items that can be listed.</summary>
    public int Count => _items.Length;

    /// <summary>Whether lists may hold all items, so that numbers and items are the same.</summary>
    public bool IsWhole => Count == ItemCount;

    /// <summary>The items that lists of a model may hold under some rules.</summary>
    public static ListableItems Of(FactorModel model, ListRules rules)
    {
        return new(
            model.Items.Count,
            rules.Allowed(ListRule.Items(model.ItemLikes, model.ItemFactors), model.Items.Count));
    }

    /// <summary>Whether these are exactly some items.</summary>
    public bool Are(ReadOnlySpan<int> items) => _items.AsSpan().SequenceEqual(items);

    /// <summary>The factors of these items.</summary>
    /// <param name="factors">[items, rank].</param>
    /// <returns>[listable, rank].</returns>
    public FactorMatrix Gather(FactorMatrix factors) => IsWhole ? factors : factors.Gather(_items);

    /// <summary>What some users have played, by the numbers of items.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="users">Whose rows, in this order.</param>
    /// <param name="excluded">[users, items], what is left out too; null for nothing.</param>
    /// <returns>[chosen users, listable], all values 0; until the next mask is asked for.</returns>
    public CsrMatrix Mask(CsrMatrix plays, ReadOnlySpan<int> users, CsrMatrix? excluded = null)
    {
        long entries = 0;
        foreach (var user in users) entries += plays.RowLength(user) + (excluded?.RowLength(user) ?? 0);
        if (entries > _maskIndices.Length) (_maskIndices, _maskValues) = (new int[entries], new float[entries]);
        return Mask(plays, users, excluded, _maskIndices, _maskValues);
    }

    /// <summary>The same for a range of users, in memory of its own.</summary>
    public CsrMatrix Mask(CsrMatrix plays, RowRange users)
    {
        if (IsWhole) return plays.Slice(users.Start, users.Count);
        var entries = plays.Indptr[users.Start + users.Count] - plays.Indptr[users.Start];
        int[] rows = [.. Enumerable.Range(users.Start, users.Count)];
        return Mask(plays, rows, null, new int[entries], new float[entries]);
    }

    /// <summary>Values of the items that can be listed, out of those of all items.</summary>
    /// <returns>[listable].</returns>
    public T[] Select<T>(T[] ofItems) => Array.ConvertAll(_items, item => ofItems[item]);

    /// <summary>Replaces numbers by items; -1, the end of a shorter list, stays.</summary>
    public void ToItems(Span<int> numbers)
    {
        if (IsWhole) return;
        foreach (ref var number in numbers) number = number < 0 ? -1 : _items[number];
    }

    /// <summary>Makes the scores of what a user's list leaves out NaN.</summary>
    /// <param name="scores">[items].</param>
    /// <param name="seen">Items that the list leaves out, such as those the user has played.</param>
    /// <returns>The number of items left.</returns>
    public int Hide(Span<float> scores, ReadOnlySpan<int> seen)
    {
        for (var item = 0; !IsWhole && item < scores.Length; item++)
            if (!Has(item)) scores[item] = float.NaN;
        var left = Count;
        foreach (var item in seen)
        {
            left -= Has(item) ? 1 : 0;
            scores[item] = float.NaN;
        }

        return left;
    }

    /// <param name="plays">[users, items].</param>
    /// <param name="users">Whose rows, in this order.</param>
    /// <param name="excluded">[users, items], what is left out too; null for nothing.</param>
    /// <param name="indices">[entries of these rows or more], overwritten.</param>
    /// <param name="values">[entries of these rows or more].</param>
    private CsrMatrix Mask(
        CsrMatrix plays, ReadOnlySpan<int> users, CsrMatrix? excluded, int[] indices, float[] values)
    {
        var (indptr, end, union) = (new long[users.Length + 1], 0, Array.Empty<int>());
        for (var i = 0; i < users.Length; i++)
        {
            var row = plays.RowIndices(users[i]);
            if (excluded is not null && excluded.RowLength(users[i]) > 0)
                row = Union(row, excluded.RowIndices(users[i]), ref union);
            end += Translate(row, indices.AsSpan(end));
            indptr[i + 1] = end;
        }

        return CsrMatrix.InBuffers(Count, indptr, indices, values);
    }

    /// <summary>The items of two rows, rising, each once.</summary>
    private static ReadOnlySpan<int> Union(ReadOnlySpan<int> one, ReadOnlySpan<int> other, scoped ref int[] union)
    {
        if (union.Length < one.Length + other.Length) union = new int[2 * (one.Length + other.Length)];
        var (i, j, count) = (0, 0, 0);
        while (i < one.Length && j < other.Length)
        {
            var least = Math.Min(one[i], other[j]);
            i += one[i] == least ? 1 : 0;
            j += other[j] == least ? 1 : 0;
            union[count++] = least;
        }

        one[i..].CopyTo(union.AsSpan(count));
        count += one.Length - i;
        other[j..].CopyTo(union.AsSpan(count));
        return union.AsSpan(0, count + other.Length - j);
    }

    private bool Has(int item) => _numbers[item] >= 0;

    /// <returns>How many of the items have a number.</returns>
    private int Translate(ReadOnlySpan<int> items, Span<int> numbers)
    {
        if (IsWhole)
        {
            items.CopyTo(numbers);
            return items.Length;
        }

        var count = 0;
        foreach (var item in items)
        {
            // Always written, counted only if the item has a number: this avoids a branch that is hard to predict.
            numbers[count] = _numbers[item];
            count += _numbers[item] >= 0 ? 1 : 0;
        }

        return count;
    }
}

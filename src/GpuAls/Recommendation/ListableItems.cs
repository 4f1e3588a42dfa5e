namespace GpuAls;

/// <summary>
/// The items that a list can hold. One that nobody played above 0, or rated, or whose factors are all 0, would score 0 for everybody, above
/// items that are known to fit badly; so it is left out, and the others take its place. Their order stays, and with it that of ties.
/// </summary>
internal sealed class ListableItems
{
    private readonly int _itemCount;

    /// <summary>[listable], the item at each place, rising.</summary>
    private readonly int[] _items;

    /// <summary>[items], the place of each item; -1 where it has none.</summary>
    private readonly int[] _places;

    /// <summary>The entries of a mask, used again by the next: fresh memory of this size costs more than the mask.</summary>
    private int[] _maskIndices = [];

    /// <summary>Zeros: a mask has no values.</summary>
    private float[] _maskValues = [];

    public ListableItems(FactorModel model)
    {
        _itemCount = model.Items.Count;
        var liked = Likes.CountByColumn(model.Plays, model.Feedback);
        _items = [.. Enumerable.Range(0, _itemCount).Where(item => liked[item] > 0 && FactorRows.Row(model.ItemFactors, item, model.Rank).ContainsAnyExcept(0f))];
        _places = new int[_itemCount];
        Array.Fill(_places, -1);
        for (var place = 0; place < _items.Length; place++) _places[_items[place]] = place;
    }

    /// <summary>Number of items that can be listed.</summary>
    public int Count => _items.Length;

    private bool IsWhole => Count == _itemCount;

    /// <summary>The factors of these items.</summary>
    /// <param name="factors">[items, rank].</param>
    /// <param name="rank">Length of a factor vector.</param>
    /// <returns>[listable, rank].</returns>
    public ReadOnlySpan<float> Gather(float[] factors, int rank) => IsWhole ? factors : FactorRows.Gather(factors, _items, rank);

    /// <summary>What some users have played, with places for items.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="users">Whose rows, in this order.</param>
    /// <returns>[chosen users, listable], all values 0; until the next mask is asked for.</returns>
    public CsrMatrix Mask(CsrMatrix plays, ReadOnlySpan<int> users)
    {
        var indptr = new long[users.Length + 1];
        for (var i = 0; i < users.Length; i++) indptr[i + 1] = indptr[i] + plays.RowLength(users[i]);
        if (indptr[^1] > _maskIndices.Length) (_maskIndices, _maskValues) = (new int[indptr[^1]], new float[indptr[^1]]);
        var end = 0;
        for (var i = 0; i < users.Length; i++)
        {
            end += Translate(plays.RowIndices(users[i]), _maskIndices.AsSpan(end));
            indptr[i + 1] = end;
        }

        return CsrMatrix.InBuffers(Count, indptr, _maskIndices, _maskValues);
    }

    /// <summary>Replaces places by items; -1, the end of a shorter list, stays.</summary>
    public void ToItems(Span<int> places)
    {
        if (IsWhole) return;
        foreach (ref var place in places) place = place < 0 ? -1 : _items[place];
    }

    /// <returns>How many of the items have a place.</returns>
    private int Translate(ReadOnlySpan<int> items, Span<int> places)
    {
        if (IsWhole)
        {
            items.CopyTo(places);
            return items.Length;
        }

        var count = 0;
        foreach (var item in items)
        {
            // Written in any case, counted where it is a place: no branch that cannot be foreseen.
            places[count] = _places[item];
            count += _places[item] >= 0 ? 1 : 0;
        }

        return count;
    }
}

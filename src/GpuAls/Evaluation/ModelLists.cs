namespace GpuAls;

/// <summary>The lists of one model, as <see cref="Recommender"/> would make them from the plays trained on.</summary>
internal sealed class ModelLists : IDisposable
{
    private readonly IAlsEngine _engine;
    private readonly HeldOut _heldOut;
    private readonly IEngineFactors _users;
    private readonly IEngineFactors _allItems;
    private readonly IEngineFactors _items;
    private readonly ListableItems _listable;
    private readonly ListMasks _masks;
    private readonly Lazy<FactorMatrix> _userFactors;

    /// <param name="engine">Where the factors are.</param>
    /// <param name="heldOut">What was trained on, and what lists leave out.</param>
    /// <param name="likes">[items], plays above 0, or ratings, of each.</param>
    /// <param name="users">[users, rank].</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="masks">Keeps masks on the engine.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public ModelLists(
        IAlsEngine engine, HeldOut heldOut, int[] likes, IEngineFactors users, IEngineFactors items, ListMasks masks)
    {
        (_engine, _heldOut, _users, _allItems, _masks) = (engine, heldOut, users, items, masks);
        var factors = items.ToMatrix();
        _listable = masks.Listable(likes.Length, ListRule.Items(likes, factors));
        _items = _listable.IsWhole ? items : engine.LoadFactors(_listable.Gather(factors));
        _userFactors = new Lazy<FactorMatrix>(users.ToMatrix);
    }

    /// <summary>Makes the lists of some users; a user who gets none has an empty one.</summary>
    /// <param name="rows">The users.</param>
    /// <param name="k">Length of a list.</param>
    /// <returns>[rows, k], items, best first, -1 where fewer are left; and [rows, k], their scores.</returns>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public (int[] Items, float[] Scores) Make(RowRange rows, int k)
    {
        var (indices, scores) = (new int[rows.Count * k], new float[rows.Count * k]);
        _engine.TopK(new TopKQuery(_users, rows, _items, _masks.On(_engine, rows), k), indices, scores);
        _listable.ToItems(indices);
        for (var row = 0; row < rows.Count; row++)
        {
            var list = new Range(row * k, (row + 1) * k);
            if (HasList(rows.Start + row, scores.AsSpan(row * k, 1))) continue; // the others may be fillers
            indices.AsSpan(list).Fill(-1);
            scores.AsSpan(list).Fill(float.NegativeInfinity);
        }

        return (indices, scores);
    }

    /// <summary>Makes the scores of what a user's list leaves out NaN.</summary>
    /// <returns>The number of items left.</returns>
    public int Hide(int user, Span<float> scores) => _listable.Hide(scores, _heldOut.Hidden.RowIndices(user));

    /// <summary>Whether a user gets a list.</summary>
    /// <param name="user">The user.</param>
    /// <param name="scores">
    /// Some of the user's scores; one other than 0 shows that the factors are not all 0, without reading them.
    /// </param>
    public bool HasList(int user, ReadOnlySpan<float> scores)
    {
        var isLiked = _heldOut.Seen.Users[user];
        return ListRule.Holds(isLiked, scores)
            || ListRule.Holds(isLiked, _userFactors.Value[user]);
    }

    /// <summary>Frees the engine's memory that is not kept for the next model.</summary>
    public void Dispose()
    {
        if (_items != _allItems) _items.Dispose();
    }
}

/// <summary>
/// What lists leave out, on the engine that makes them: brought there once, and kept while models list the same items.
/// </summary>
/// <param name="hidden">[users, items], what lists leave out.</param>
internal sealed class ListMasks(CsrMatrix hidden) : IDisposable
{
    private readonly Dictionary<RowRange, IEnginePlays> _loaded = [];
    private ListableItems _listable = new(0, []);
    private IAlsEngine? _engine;

    /// <summary>The items that lists of a model may hold; masks for other items are freed.</summary>
    public ListableItems Listable(int itemCount, int[] items)
    {
        if (_listable.ItemCount == itemCount && _listable.Are(items)) return _listable;
        Dispose();
        return _listable = new ListableItems(itemCount, items);
    }

    /// <summary>The mask of some users' lists.</summary>
    /// <param name="engine">Where the lists are made; masks on another engine are freed.</param>
    /// <param name="rows">The users.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public IEnginePlays On(IAlsEngine engine, RowRange rows)
    {
        if (engine != _engine) Dispose();
        _engine = engine;
        if (!_loaded.TryGetValue(rows, out var mask))
            _loaded.Add(rows, mask = engine.LoadPlays(_listable.Mask(hidden, rows)));
        return mask;
    }

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        foreach (var mask in _loaded.Values) mask.Dispose();
        _loaded.Clear();
    }
}

namespace GpuAls;

/// <summary>Plays that were read for a model, with its items instead of their own, matched by id.</summary>
internal sealed class MatchedPlays
{
    private readonly InteractionMatrix _plays;
    private readonly IdIndex _itemsOfModel;
    private readonly int[] _items;

    /// <param name="plays">The plays.</param>
    /// <param name="items">The items of the model.</param>
    /// <param name="noun">What an item is called in messages.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: no item is one of the model.</exception>
    public MatchedPlays(InteractionMatrix plays, IdIndex items, string noun)
    {
        ArgumentNullException.ThrowIfNull(plays);
        (_plays, _itemsOfModel, _items) = (plays, items, plays.Items.IndicesIn(items));
        UnknownItems = _items.Count(item => item < 0);
        Users = [.. Enumerable.Range(0, plays.Users.Count).Where(HasKnownItem)];
        if (Users.Length == 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"none of the {Counted.Of(plays.Items.Count, noun)} in the plays is in the model. Are the ids those "
                + "that it was trained with?");
    }

    /// <summary>The users of the plays who have an item of the model, ascending.</summary>
    public int[] Users { get; }

    /// <summary>Users who have none.</summary>
    public int UsersLeft => _plays.Users.Count - Users.Length;

    /// <summary>Items that the model does not have.</summary>
    public int UnknownItems { get; }

    /// <summary>The plays of items of the model.</summary>
    /// <param name="rows">The row of each of <see cref="Users"/>.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <returns>[rows, items of the model].</returns>
    public CsrMatrix Matrix(int[] rows, int rowCount)
    {
        var rowOfUser = new int[_plays.Users.Count];
        Array.Fill(rowOfUser, -1);
        for (var i = 0; i < rows.Length; i++) rowOfUser[Users[i]] = rows[i];
        return CsrBuilder.Renumbered(
            _plays.ByUser, rowOfUser, rowCount, _items, _itemsOfModel.Count, _plays.Feedback);
    }

    private bool HasKnownItem(int user)
    {
        foreach (var item in _plays.ByUser.RowIndices(user))
            if (_items[item] >= 0) return true;
        return false;
    }
}

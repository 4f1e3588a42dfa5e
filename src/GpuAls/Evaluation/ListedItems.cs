namespace GpuAls;

/// <summary>Which items the list of a user may have: those with a play above 0 to train on that are not hidden from the user, as in lists of a model.</summary>
internal sealed class ListedItems
{
    private readonly CsrMatrix _hidden;

    /// <summary>The items that no list has, rising.</summary>
    private readonly int[] _never;

    /// <param name="train">The plays trained on.</param>
    /// <param name="hidden">[users, items], what lists leave out.</param>
    public ListedItems(InteractionMatrix train, CsrMatrix hidden)
    {
        _hidden = hidden;
        Listeners = Likes.CountByColumn(train.ByUser, train.Feedback);
        _never = [.. Enumerable.Range(0, Listeners.Length).Where(item => Listeners[item] == 0)];
    }

    /// <summary>[items], users with a play above 0, or a rating.</summary>
    public int[] Listeners { get; }

    /// <summary>Number of items that a list can have.</summary>
    public int Count => Listeners.Length - _never.Length;

    /// <summary>What the lists of some users leave out, as a mask of top-k.</summary>
    /// <param name="firstUser">First user.</param>
    /// <param name="userCount">Number of users.</param>
    /// <returns>[userCount, items].</returns>
    public CsrMatrix Mask(int firstUser, int userCount)
    {
        if (_never.Length == 0) return _hidden.Slice(firstUser, userCount);
        var (indptr, indices) = (new long[userCount + 1], new List<int>());
        for (var user = 0; user < userCount; user++)
        {
            indices.AddRange(_hidden.RowIndices(firstUser + user).ToArray().Union(_never).Order());
            indptr[user + 1] = indices.Count;
        }

        return new CsrMatrix(Listeners.Length, indptr, [.. indices], new float[indices.Count]);
    }

    /// <summary>Makes the scores of what a user's list leaves out NaN.</summary>
    /// <returns>Items that are left.</returns>
    public int Hide(int user, Span<float> scores)
    {
        foreach (var item in _never) scores[item] = float.NaN;
        var left = Count;
        foreach (var item in _hidden.RowIndices(user))
        {
            left -= Listeners[item] > 0 ? 1 : 0;
            scores[item] = float.NaN;
        }

        return left;
    }
}

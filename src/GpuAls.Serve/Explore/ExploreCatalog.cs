namespace GpuAls.Serve;

/// <summary>The users and items of a model as people look for them: by parts of ids and names.</summary>
internal sealed class ExploreCatalog
{
    private const int NotFound = int.MaxValue;

    private readonly ServedModel _served;
    private readonly FactorModel _model;
    private readonly int[] _usersOfItems;

    public ExploreCatalog(ServedModel served)
    {
        (_served, _model) = (served, served.Model);
        _usersOfItems = Likes.CountByColumn(_model.Plays, _model.Feedback);
    }

    /// <summary>An item as the page shows it.</summary>
    public ExploredItem Item(int item) => new(
        _model.Items.Format(item), _served.NameOf(item), _model.HasNoPlays ? null : _usersOfItems[item]);

    /// <summary>The users and items with a text in their id or name, ignoring case: at most some of each.</summary>
    /// <param name="text">The text; not empty.</param>
    /// <param name="limit">The most of each.</param>
    /// <param name="cancellation">Stops it between thousands of ids.</param>
    public SearchResponse Search(string text, int limit, CancellationToken cancellation)
    {
        var users = Find(
            _model.Users.Count, user => Closeness(_model.Users.Format(user), text), _model.Plays.RowLength);
        var items = Find(
            _model.Items.Count,
            item => Math.Min(Closeness(_model.Items.Format(item), text), Closeness(_served.NameOf(item) ?? "", text)),
            item => _usersOfItems[item]);
        return new SearchResponse(
            [.. users.Select(user => new ExploredUser(_model.Users.Format(user), _model.Plays.RowLength(user)))],
            [.. items.Select(Item)]);

        IEnumerable<int> Find(int count, Func<int, int> closeness, Func<int, int> plays)
        {
            var found = new PriorityQueue<int, (int, int, int)>();
            for (var index = 0; index < count; index++)
            {
                if (index % 4096 == 0) cancellation.ThrowIfCancellationRequested();
                var close = closeness(index);
                if (close == NotFound) continue;
                // The worst of those found leaves first: the one that is less close, then less played, then later.
                found.Enqueue(index, (-close, plays(index), -index));
                if (found.Count > limit) found.Dequeue();
            }

            var best = new int[found.Count];
            while (found.Count > 0) best[found.Count - 1] = found.Dequeue();
            return best;
        }
    }

    /// <summary>0 for all of a text, 1 for its start, 2 for the start of a word, 3 for any part.</summary>
    private static int Closeness(string text, string part)
    {
        var at = text.IndexOf(part, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return NotFound;
        if (at == 0) return text.Length == part.Length ? 0 : 1;
        for (; at > 0; at = text.IndexOf(part, at + 1, StringComparison.OrdinalIgnoreCase))
            if (!char.IsLetterOrDigit(text[at - 1])) return 2;
        return 3;
    }
}

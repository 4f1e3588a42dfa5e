using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>
/// A model that answers requests, from any number of threads. Whoever uses it holds a lease; when it is no longer
/// served and the last lease is given back, its memory is freed.
/// </summary>
internal sealed class ServedModel : IDisposable
{
    private readonly ServeMetrics _metrics;
    private readonly HostEngine _engine = new();
    private readonly ListBatcher _lists;

    /// <summary>One fold-in is solved by one thread: requests use the others.</summary>
    private readonly Lazy<FoldIn> _foldIn;

    private int _leases = 1; // that of the source
    private int[]? _popular;

    private ServedModel(FactorModel model, string location, ListRules rules, ServeMetrics metrics)
    {
        (Model, Location, Rules, _metrics) = (model, location, rules, metrics);
        _lists = new ListBatcher(new Recommender(model, _engine, rules), model.Rank, model.Items.Count, metrics);
        _foldIn = new(() => new FoldIn(model, new HostEngine(threadCount: 1)));
    }

    /// <summary>The factors, ids and plays.</summary>
    public FactorModel Model { get; }

    /// <summary>The folder it was read from: a path or a URL.</summary>
    public string Location { get; }

    /// <summary>The name of that folder, which names the version.</summary>
    public string Version => ModelVersions.NameOf(Location);

    /// <summary>What lists may hold.</summary>
    public ListRules Rules { get; }

    /// <summary>Reads a model and makes it ready: the first request takes no longer than others.</summary>
    /// <param name="location">Its folder, not <c>latest</c>.</param>
    /// <param name="metrics">Told what it does.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot be read, or is not whole.</exception>
    public static async Task<ServedModel> ReadAsync(
        string location, ServeMetrics metrics, CancellationToken cancellation)
    {
        var model = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        var served = new ServedModel(model, location, ListRules.None, metrics);
        try
        {
            await served.WarmUpAsync(cancellation).ConfigureAwait(false);
            return served;
        }
        catch
        {
            served.Dispose();
            throw;
        }
    }

    /// <summary>Takes a lease.</summary>
    /// <returns>False if the model is gone.</returns>
    public bool TryLease()
    {
        for (var leases = Volatile.Read(ref _leases); leases > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases) return true;
            leases = seen;
        }

        return false;
    }

    /// <summary>Gives a lease back.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        _lists.Dispose(); // its thread frees the items
        _engine.Dispose();
        if (_foldIn.IsValueCreated) _foldIn.Value.Dispose();
    }

    /// <summary>The list of a user of the model; empty where <see cref="Recommender.HasPlays"/> is false.</summary>
    /// <param name="user">Index of the user.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<UserList> RecommendAsync(int user, WantedList wanted, CancellationToken cancellation)
    {
        if (!Recommender.HasPlays(Model, user)) return Task.FromResult(default(UserList));
        var factors = Model.UserFactors.AsMemory(user * Model.Rank, Model.Rank);
        var played = wanted.IncludePlayed ? default : Model.Plays.RowIndices(user);
        var pairs = Rules.ExcludedPairs is { } excluded ? excluded.RowIndices(user) : default;
        return _lists.FindAsync(factors, Union(played, pairs, wanted.Excluded), wanted.K, cancellation);
    }

    /// <summary>The items that most users have played, without those that lists may not hold.</summary>
    /// <param name="wanted">What is asked for.</param>
    /// <returns>Items, and how many users have played each.</returns>
    public UserList Popular(WantedList wanted)
    {
        var likes = Model.ItemLikes;
        _popular ??=
        [
            .. Rules.Allowed(ListRule.Items(likes, Model.ItemFactors, Model.Rank), Model.Items.Count)
                .OrderByDescending(item => likes[item]).ThenBy(item => item),
        ];
        int[] items = [.. _popular.Except(wanted.Excluded).Take(wanted.K)];
        return new UserList(-1, items, Array.ConvertAll(items, item => (float)likes[item]));
    }

    /// <summary>A list as the answer has it.</summary>
    public ItemOfList[] Listed(UserList list)
    {
        var items = list.Items.Span;
        var scores = list.Scores.Span;
        var listed = new ItemOfList[items.Length];
        for (var i = 0; i < listed.Length; i++) listed[i] = new ItemOfList(Model.Items.Format(items[i]), scores[i]);
        return listed;
    }

    /// <summary>The indices of items that the model has, out of some ids.</summary>
    public int[] ItemsOf(IReadOnlyList<string> ids) => ids.Count == 0
        ? []
        : [.. ids.Select(id => Model.Items.TryFind(id, out var item) ? item : -1).Where(item => item >= 0)];

    /// <summary>
    /// Makes what is made on first use: the order of the items for top-k, and the tables that find ids.
    /// </summary>
    private async Task WarmUpAsync(CancellationToken cancellation)
    {
        Model.Users.TryFind("", out _);
        Model.Items.TryFind("", out _);
        var any = new float[Model.Rank];
        any.AsSpan().Fill(1);
        await _lists.FindAsync(any, [], 1, cancellation).ConfigureAwait(false);
    }

    /// <summary>Items, each once, rising.</summary>
    private static int[] Union(ReadOnlySpan<int> played, ReadOnlySpan<int> pairs, int[] excluded)
    {
        if (pairs.IsEmpty && excluded.Length == 0) return played.ToArray();
        int[] all = [.. played, .. pairs, .. excluded];
        Array.Sort(all);
        var count = 0;
        foreach (var item in all)
            if (count == 0 || all[count - 1] != item) all[count++] = item;
        return all[..count];
    }
}

/// <summary>What is asked of a list.</summary>
/// <param name="K">Its length.</param>
/// <param name="IncludePlayed">Whether it may hold what the user has played.</param>
/// <param name="Excluded">Indices of items that it leaves out.</param>
internal sealed record WantedList(int K, bool IncludePlayed, int[] Excluded);

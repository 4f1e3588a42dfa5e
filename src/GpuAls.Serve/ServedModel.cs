using System.Collections.Concurrent;
using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>
/// A model that answers requests, from any number of threads. Whoever uses it holds a lease; when it is no longer
/// served and the last lease is given back, its memory is freed.
/// </summary>
internal sealed class ServedModel : IDisposable
{
    private readonly ServeMetrics _metrics;
    private readonly ListBatcher _lists;

    // Made when they are first asked for: each takes memory of the size of the factors.
    private readonly Lazy<FoldIn> _foldIn;
    private readonly ConcurrentDictionary<(bool OfUsers, SimilarityMeasure Measure), Lazy<Neighbours>> _neighbours = [];
    private readonly Lazy<int[]> _popular;

    private int _leases = 1; // that of the source

    private ServedModel(
        FactorModel model, string location, ListRules rules, IdIndex<string>? names, ServeMetrics metrics)
    {
        (Model, Location, Rules, Names, _metrics) = (model, location, rules, names, metrics);
        _lists = new ListBatcher(model, rules, metrics);
        _foldIn = new(() => new FoldIn(model, new HostEngine()));
        _popular = new(ByPopularity);
    }

    /// <summary>The factors, ids and plays.</summary>
    public FactorModel Model { get; }

    /// <summary>The folder it was read from: a path or a URL.</summary>
    public string Location { get; }

    /// <summary>The name of that folder, which names the version.</summary>
    public string Version => ModelVersions.NameOf(Location);

    /// <summary>What lists of items may hold.</summary>
    public ListRules Rules { get; }

    /// <summary>The name of each item; null where none are known.</summary>
    public IdIndex<string>? Names { get; }

    /// <summary>Reads a model and makes it ready: the first request takes no longer than others.</summary>
    /// <param name="location">Its folder, not <c>latest</c>.</param>
    /// <param name="options">Rules and names, which are read for its ids.</param>
    /// <param name="metrics">Told what it does.</param>
    /// <param name="progress">Told which ids of the rules are unknown.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: something cannot be read, or is not whole.</exception>
    public static async Task<ServedModel> ReadAsync(
        string location,
        ServeJobOptions options,
        ServeMetrics metrics,
        IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        var model = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        var rules = await LoadedRules.ReadAsync(options.Rules, model, cancellation).ConfigureAwait(false);
        foreach (var unused in rules.Unused) progress?.Report(unused);
        var names = options.NamesFile is { } file
            ? await ItemNames.ReadAsync(file, options.NameColumn, options.Rules.Schema, model.Items, cancellation)
                .ConfigureAwait(false)
            : null;
        var served = new ServedModel(model, location, rules.Rules, names, metrics);
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

    /// <summary>Makes what another model has made on first use.</summary>
    public void PrepareLike(ServedModel other)
    {
        foreach (var (key, neighbours) in other._neighbours)
            if (neighbours.IsValueCreated) NeighboursOf(key.OfUsers, key.Measure);
        if (other._foldIn.IsValueCreated) _ = _foldIn.Value;
        if (other._popular.IsValueCreated) _ = _popular.Value;
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
        _lists.Dispose();
        foreach (var neighbours in _neighbours.Values)
            if (neighbours.IsValueCreated) neighbours.Value.Lists.Dispose();
        if (_foldIn.IsValueCreated) _foldIn.Value.Dispose();
    }

    /// <summary>The list of a user of the model; empty where <see cref="Recommender.HasPlays"/> is false.</summary>
    /// <param name="user">Index of the user.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<UserList> RecommendAsync(int user, WantedList wanted, CancellationToken cancellation)
    {
        if (!Recommender.HasPlays(Model, user)) return Task.FromResult(default(UserList));
        var played = wanted.IncludePlayed ? default : Model.Plays.RowIndices(user);
        var pairs = Rules.ExcludedPairs is { } excluded ? excluded.RowIndices(user) : default;
        return _lists.FindAsync(
            Factors(Model, user), Union(played, pairs, wanted.Excluded), wanted.K, cancellation);
    }

    /// <summary>The list of a listener who is given by plays, as <c>recommend --plays</c> makes it.</summary>
    /// <param name="plays">[1, items].</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Usage: a weight is too large.</exception>
    public Task<UserList> RecommendAsync(CsrMatrix plays, WantedList wanted, CancellationToken cancellation)
    {
        // A row alone: its bits depend on no other request.
        var factors = _foldIn.Value.Solve(plays, cancellation: cancellation);
        if (!ListRule.Holds(Likes.Any(plays.RowValues(0), Model.Feedback), factors[0]))
            return Task.FromResult(default(UserList));
        var played = wanted.IncludePlayed ? default : plays.RowIndices(0);
        return _lists.FindAsync(
            factors.Rows(new RowRange(0, 1)), Union(played, default, wanted.Excluded), wanted.K, cancellation);
    }

    /// <summary>The items that most users have played, out of those that lists may hold.</summary>
    /// <param name="wanted">What is asked for.</param>
    /// <returns>Items, and how many users have played each.</returns>
    public UserList Popular(WantedList wanted)
    {
        int[] items = [.. _popular.Value.Except(wanted.Excluded).Take(wanted.K)];
        return new UserList(-1, items, Array.ConvertAll(items, item => (float)Model.ItemLikes[item]));
    }

    /// <summary>The neighbours of an item among the items that lists may hold, or of a user among the users.</summary>
    /// <param name="ofUsers">Whether it is a user.</param>
    /// <param name="index">Its index.</param>
    /// <param name="measure">What is compared.</param>
    /// <param name="k">How many.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<UserList> SimilarAsync(
        bool ofUsers, int index, SimilarityMeasure measure, int k, CancellationToken cancellation)
    {
        var (model, lists) = NeighboursOf(ofUsers, measure);
        return Recommender.HasPlays(model, index)
            ? lists.FindAsync(Factors(model, index), model.Plays.RowIndices(index).ToArray(), k, cancellation)
            : Task.FromResult(default(UserList));
    }

    /// <summary>Which plays of a user made the score of an item.</summary>
    /// <param name="user">Index of the user.</param>
    /// <param name="item">Index of the item.</param>
    /// <param name="top">Plays that are told one by one.</param>
    /// <exception cref="GpuAlsException">Kind Usage or BadInput: there is nothing to explain.</exception>
    public ExplainReport Explain(int user, int item, int top) => ExplainReport.Of(
        Model, Explanation.Of(Model, _foldIn.Value.Gramian, user, item), user, item, top, Names);

    /// <summary>A list as the answer has it.</summary>
    public ItemOfList[] Listed(UserList list)
    {
        var items = list.Items.Span;
        var scores = list.Scores.Span;
        var listed = new ItemOfList[items.Length];
        for (var i = 0; i < listed.Length; i++)
            listed[i] = new ItemOfList(Model.Items.Format(items[i]), NameOf(items[i]), scores[i]);
        return listed;
    }

    /// <summary>The name of an item; null where none is known.</summary>
    public string? NameOf(int item) => ItemNames.Of(Names, item);

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

    private Neighbours NeighboursOf(bool ofUsers, SimilarityMeasure measure) => _neighbours
        .GetOrAdd((ofUsers, measure), key => new(() => Neighbours.Of(this, key.OfUsers, key.Measure))).Value;

    private int[] ByPopularity() =>
    [
        .. Rules.Allowed(ListRule.Items(Model.ItemLikes, Model.ItemFactors), Model.Items.Count)
            .OrderByDescending(item => Model.ItemLikes[item]).ThenBy(item => item),
    ];

    private static ReadOnlyMemory<float> Factors(FactorModel model, int user) =>
        model.UserFactors.Rows(new RowRange(user, 1));

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

    /// <summary>What finds neighbours of one kind.</summary>
    /// <param name="Model">Its users are what has neighbours, and its items what they are found among.</param>
    /// <param name="Lists">Finds them.</param>
    private sealed record Neighbours(FactorModel Model, ListBatcher Lists)
    {
        public static Neighbours Of(ServedModel served, bool ofUsers, SimilarityMeasure measure)
        {
            var model = SimilarModel.Of(ofUsers ? served.Model.Transposed() : served.Model, measure);
            var rules = ofUsers
                ? ListRules.None
                : new ListRules { OnlyItems = served.Rules.OnlyItems, ExcludedItems = served.Rules.ExcludedItems };
            return new Neighbours(model, new ListBatcher(model, rules, served._metrics));
        }
    }
}

/// <summary>What is asked of a list.</summary>
/// <param name="K">Its length.</param>
/// <param name="IncludePlayed">Whether it may hold what the user has played.</param>
/// <param name="Excluded">Indices of items that it leaves out.</param>
internal sealed record WantedList(int K, bool IncludePlayed, int[] Excluded);

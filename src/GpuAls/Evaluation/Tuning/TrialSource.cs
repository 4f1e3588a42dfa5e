using System.Globalization;

namespace GpuAls;

/// <summary>The trials of a search, where the next may depend on what the ones before came to.</summary>
internal interface ITrialSource
{
    /// <summary>How many there are, at most.</summary>
    int Count { get; }

    /// <summary>
    /// Whether each of the trials given last presumes that the one before it is better than all others: those after the
    /// first that is not do not count.
    /// </summary>
    bool IsSpeculative => false;

    /// <summary>The options of the next trials, which can run side by side; none after the last.</summary>
    /// <param name="done">
    /// [trials], what those before came to, as numbers that are better the lower they are; infinite for failures.
    /// </param>
    /// <param name="isEnding">Whether most of the time is over.</param>
    /// <param name="count">
    /// How many, at most, where a trial is better chosen the more trials are known before; at least 1.
    /// </param>
    IReadOnlyList<AlsOptions> Next(IReadOnlyList<double> done, bool isEnding, int count);
}

/// <summary>Trials that are known beforehand.</summary>
internal sealed class ListedTrials(IReadOnlyList<AlsOptions> trials) : ITrialSource
{
    /// <inheritdoc/>
    public int Count => trials.Count;

    /// <summary>The options of each.</summary>
    public IReadOnlyList<AlsOptions> Trials => trials;

    /// <inheritdoc/>
    public IReadOnlyList<AlsOptions> Next(IReadOnlyList<double> done, bool isEnding, int count) =>
        [.. trials.Skip(done.Count)];
}

/// <summary>
/// Searches at a moderate rank, then carries the best options over to other ranks: up as long as the metric gets
/// better, or else down. Quality mostly rises with the rank while the other options keep their best values, and low
/// ranks cost less (Rendle, Krichene, Zhang and Koren, 2021).
/// </summary>
internal sealed class RankLadder : ITrialSource
{
    private const int Moderate = 32;
    private const int Highest = 512;

    private readonly ITrialSource _trials;
    private readonly int[] _ranks;
    private readonly List<AlsOptions> _tried = [];
    private AlsOptions? _best;
    private double _bestCost;
    private int _known;
    private int _at;
    private int _step = 1;
    private bool _isDone;

    /// <param name="trials">The trials, of any rank.</param>
    /// <param name="ranks">The ranks, ascending.</param>
    public RankLadder(ITrialSource trials, IReadOnlyList<int> ranks)
    {
        (_trials, _ranks) = (trials, [.. ranks]);
        SearchRank = _ranks.MinBy(rank => Math.Abs(Math.Log((double)rank / Moderate)));
        _at = Array.IndexOf(_ranks, SearchRank);
    }

    /// <inheritdoc/>
    public int Count => _trials.Count + _ranks.Length - 1;

    /// <summary>The rank that is searched at.</summary>
    public int SearchRank { get; }

    /// <summary>
    /// The ranks that an axis stands for: its values, or those of its range, each twice the one before; without an
    /// axis 32, 64, … 512, as far as there are items.
    /// </summary>
    public static IReadOnlyList<int> Ranks(SearchAxis? axis, int items)
    {
        if (axis is { Range: null })
            return [.. axis.Values.Select(value => int.Parse(value, CultureInfo.InvariantCulture)).Order()];
        var (low, high) = axis?.Range is { } range ? ((int)range.Low, (int)range.High) : (Moderate, Highest);
        var ranks = new List<int>();
        for (var rank = low; rank < high; rank *= 2) ranks.Add(rank);
        ranks.Add(high);
        if (axis is not null) return ranks;
        ranks.RemoveAll(rank => rank > items);
        return ranks.Count > 0 ? ranks : [items];
    }

    /// <inheritdoc/>
    public bool IsSpeculative => _best is not null;

    /// <inheritdoc/>
    public IReadOnlyList<AlsOptions> Next(IReadOnlyList<double> done, bool isEnding, int count)
    {
        if (_best is null)
        {
            AlsOptions[] next = isEnding && done.Count > 0
                ? []
                : [.. _trials.Next(done, isEnding, count).Select(options => options with { Rank = SearchRank })];
            _tried.AddRange(next);
            if (next.Length > 0) return next;
            var best = Enumerable.Range(0, done.Count).MinBy(trial => done[trial]);
            (_best, _bestCost, _known) = (_tried[best], done[best], done.Count);
        }

        foreach (var cost in done.Skip(_known)) Climb(cost);
        _known = done.Count;
        return [.. Steps().Take(count)];
    }

    /// <summary>Goes on from the rank that was tried last, or turns.</summary>
    private void Climb(double cost)
    {
        if (cost < _bestCost) (_bestCost, _at) = (cost, _at + _step);
        else if (_step == 1 && _ranks[_at] == SearchRank) _step = -1;
        else _isDone = true;
    }

    /// <summary>The ranks ahead; from the first rank down where there is none above.</summary>
    private IEnumerable<AlsOptions> Steps()
    {
        if (_at + _step == _ranks.Length && _ranks[_at] == SearchRank) _step = -1;
        for (var at = _at + _step; !_isDone && at >= 0 && at < _ranks.Length; at += _step)
            yield return _best! with { Rank = _ranks[at] };
    }
}

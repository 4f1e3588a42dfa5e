namespace GpuAls;

/// <summary>Trials that each run to their end, in rounds: the source decides on a round by those before.</summary>
/// <param name="crew">Who runs them.</param>
/// <param name="log">Knows the finished trials, and is told when another finishes.</param>
/// <param name="source">The trials.</param>
/// <param name="candidates">[trials], the options of each that is known; those that the source gives are added.</param>
/// <param name="options">How is searched.</param>
/// <param name="ranking">Which trials are better.</param>
/// <param name="time">Tells the time.</param>
internal sealed class SearchRounds(
    TrialCrew crew, ITrialLog log, ITrialSource source, List<AlsOptions> candidates, SearchOptions options,
    TrialRanking ranking, TimeProvider time)
{
    private readonly List<TrialResult> _results = [];
    private readonly bool _isListed = source is ListedTrials;
    private readonly MedianRule? _median =
        source is ListedTrials || options.Patience == 0 ? null : new MedianRule(ranking.Choice);

    /// <summary>What trials came to, each round in order.</summary>
    public IReadOnlyCollection<TrialResult> Results => _results;

    /// <summary>Whether there would have been more trials, had there been more time.</summary>
    public bool IsTimeOver { get; private set; }

    /// <summary>Runs what is not done yet, until there is no more or the time is over.</summary>
    public void Run(TimeBudget budget, CancellationToken cancellation)
    {
        while (!IsTimeOver)
        {
            var asked = time.GetTimestamp();
            var round = source.Next([.. _results.Select(ranking.Cost)], budget.IsEnding, RoundSize());
            if (round.Count == 0) return;
            if (!_isListed)
            {
                candidates.RemoveRange(_results.Count, candidates.Count - _results.Count);
                candidates.AddRange(round);
            }

            RunRound(round.Count, budget, asked, cancellation);
        }
    }

    private void RunRound(int count, TimeBudget budget, long asked, CancellationToken cancellation)
    {
        var known = _results.Count;
        var isOver = false;
        var queue = crew.Queue(trial => options.Time is null ? TrialQueue.CostOf(candidates[trial - 1]) : 0);
        var waiting = new Dictionary<int, Action>();
        foreach (var trial in Enumerable.Range(known + 1, count))
        {
            if (log.Find(trial, 1) is { } found && IsOf(found, candidates[trial - 1])) Take(found, Add);
            else queue.Add(trial);
        }

        var secondsBefore = _isListed ? 0 : time.GetElapsedTime(asked).TotalSeconds;
        try
        {
            crew.Run(
                Next, (process, result) => queue.PassesOn(process, result) || Take(result, Note),
                queue.HasAny ? budget.Start() : cancellation);
        }
        catch (OperationCanceledException) when (budget.IsOver && !cancellation.IsCancellationRequested)
        {
            IsTimeOver = true;
        }

        if (_isListed) return;
        _results.Sort(known, _results.Count - known, Comparer<TrialResult>.Create((a, b) => a.Trial - b.Trial));
        foreach (var result in _results.Skip(known)) _median?.Add(result);
        budget.Spend(_results.Skip(known).Select(result => result.Seconds).DefaultIfEmpty().Max());

        TrialOrder? Next(int process)
        {
            if (isOver || IsTimeOver || queue.Take(process) is not { } trial) return null;
            var next = candidates[trial - 1];
            IsTimeOver = !budget.Allows(ExpectedSeconds(next));
            return IsTimeOver ? null : new TrialOrder(trial, next, 1, next.Iterations)
            {
                Limits = next.Rank == candidates[0].Rank ? _median?.Limits(next.Iterations) : null,
            };
        }

        // Whether the others of the round are still needed.
        bool Take(TrialResult result, Action<TrialResult> add)
        {
            if (!source.IsSpeculative)
            {
                add(result);
                return true;
            }

            waiting[result.Trial] = () => add(result);
            while (!isOver && waiting.Remove(_results.Count + 1, out var first))
            {
                var best = _results.Min(ranking.Cost);
                first();
                isOver = !(ranking.Cost(_results[^1]) < best);
            }

            return !isOver;
        }

        void Note(TrialResult result)
        {
            if (!_isListed)
                result = result with
                {
                    Tried = AlsParameters.SearchedText(candidates[result.Trial - 1]),
                    ProposedAfter = source.IsSpeculative || known == result.Trial - 1 ? null : known,
                    Seconds = Math.Round(result.Seconds + secondsBefore, 3),
                };
            log.Add(result);
            Add(result);
        }

        void Add(TrialResult result)
        {
            _results.Add(result);
            if (_isListed) budget.Spend(result.Seconds / crew.Size);
        }
    }

    /// <summary>
    /// How many trials are proposed together: one for each process, or as many as the log says were, so that a search
    /// that goes on with another number of processes proposes the same again.
    /// </summary>
    private int RoundSize()
    {
        var (known, size, most) = (_results.Count, crew.Size, int.MaxValue);
        foreach (var result in log.All.Where(result => result.Trial > known))
        {
            if ((result.ProposedAfter ?? result.Trial - 1) == known) size = Math.Max(size, result.Trial - known);
            else most = Math.Min(most, result.Trial - known - 1);
        }

        return Math.Clamp(size, 1, Math.Max(1, most));
    }

    /// <summary>
    /// Whether a result is that of some options; where they are listed, the log has made sure that it is.
    /// </summary>
    private bool IsOf(TrialResult result, AlsOptions tried) =>
        _isListed || result.Tried == AlsParameters.SearchedText(tried);

    /// <summary>The median of those of the same rank, or what the last one's rank suggests.</summary>
    private double ExpectedSeconds(AlsOptions next)
    {
        if (_results.Count == 0) return 0;
        double[] same =
        [
            .. _results.Where(result => candidates[result.Trial - 1].Rank == next.Rank)
                .Select(result => result.Seconds).Order(),
        ];
        var last = _results[^1];
        return same.Length > 0
            ? same[same.Length / 2]
            : last.Seconds * Math.Pow((double)next.Rank / candidates[last.Trial - 1].Rank, 2);
    }
}

namespace GpuAls;

/// <summary>Trials of successive halving: the best of each rung go on to the next.</summary>
/// <param name="crew">Who runs them.</param>
/// <param name="log">Knows the finished trials, and is told when another finishes.</param>
/// <param name="candidates">[trials], the options of each.</param>
/// <param name="rungs">The rungs.</param>
/// <param name="ranking">Which are the best.</param>
internal sealed class SearchRungs(
    TrialCrew crew, ITrialLog log, IReadOnlyList<AlsOptions> candidates, IReadOnlyList<Rung> rungs,
    TrialRanking ranking)
{
    private readonly SortedDictionary<int, TrialResult> _latest = [];

    /// <summary>Runs what is not done yet.</summary>
    /// <returns>What each trial came to in the last rung that it reached.</returns>
    public IReadOnlyCollection<TrialResult> Run(CancellationToken cancellation)
    {
        var queue = crew.Queue(trial => TrialQueue.CostOf(candidates[trial - 1]));
        var taking = Enumerable.Range(1, candidates.Count).ToArray();
        for (var rung = 1; rung <= rungs.Count; rung++)
        {
            if (rung > 1) taking = ranking.Best(Reached(rung - 1), rungs[rung - 1].Trials);
            foreach (var trial in taking)
            {
                if (log.Find(trial, rung) is { } found) _latest[trial] = found;
                else queue.Add(trial);
            }

            crew.Run(
                process => queue.Take(process) is { } trial ? Order(process, trial, rung) : null,
                (process, result) =>
                {
                    if (queue.PassesOn(process, result)) return true;
                    log.Add(result);
                    _latest[result.Trial] = result;
                    return true;
                },
                cancellation);
        }

        return _latest.Values;

        TrialOrder Order(int process, int trial, int rung) =>
            new(trial, candidates[trial - 1], rung, rungs[rung - 1].Iterations!.Value)
            {
                Before = _latest.GetValueOrDefault(trial),
                Keeps = rung < rungs.Count,
                Needed = [.. StillNeeded(taking, rung).Where(needed => queue.IsOwner(process, needed))],
            };
    }

    /// <summary>The trials of a rung that have not reached it yet, and those that are the best of it so far.</summary>
    private IEnumerable<int> StillNeeded(int[] taking, int rung)
    {
        var waiting = taking.Where(trial => _latest.GetValueOrDefault(trial)?.Rung != rung);
        return rung == rungs.Count ? waiting : waiting.Concat(ranking.Best(Reached(rung), rungs[rung].Trials));
    }

    private IEnumerable<TrialResult> Reached(int rung) => _latest.Values.Where(result => result.Rung == rung);
}

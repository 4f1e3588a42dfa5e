using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation.Tuning;

/// <summary>Plays to search on, and what a search came to.</summary>
internal static class SearchSamples
{
    /// <summary>A fold of four of the plays of 31 users.</summary>
    public static Evaluator Fold(int fold = 0, int itemCount = 23)
    {
        var byUser = TestMatrices.Plays(
            itemCount, [.. Enumerable.Range(0, 31).Select(user => 3 + (user % 7))], seed: 5);
        var plays = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, 31)]), new IdIndex<int>([.. Enumerable.Range(0, itemCount)]),
            byUser);
        return new Evaluator(
            HeldOut.Of(plays, HoldOutSplit.Fold(byUser, fold, 4, seed: 2)), new EvaluationOptions { Cutoffs = [3] });
    }

    /// <summary>All of a result but its times.</summary>
    public static string Text(TrialResult result) => string.Join(
        ' ',
        result.Trial,
        result.Rung,
        result.BestIteration,
        result.Tried,
        result.Failure,
        string.Join(',', result.Metrics),
        string.Join(',', result.Iterations.Select(done => $"{done.Iteration}:{done.Value:R}:{done.Loss:R}")));
}

/// <summary>A log of trials in memory, which may do something after some of them.</summary>
internal sealed class TrialNotes : ITrialLog
{
    private readonly List<TrialResult> _results = [];

    public (int Count, Action Do)? After { get; init; }

    public IEnumerable<TrialResult> All => _results;

    /// <summary>Those of a rung only, changed.</summary>
    public TrialNotes OfRung(
        int rung, Func<TrialResult, TrialResult> change, Func<TrialResult, bool>? isMeant = null)
    {
        var some = new TrialNotes();
        foreach (var result in _results.Where(result => result.Rung == rung))
            if (isMeant?.Invoke(result) ?? true) some.Add(change(result));
        return some;
    }

    public TrialResult? Find(int trial, int rung) =>
        _results.Find(result => (result.Trial, result.Rung) == (trial, rung));

    public void Add(TrialResult result)
    {
        Assert.That(Find(result.Trial, result.Rung), Is.Null, "no trial is done twice");
        _results.Add(result);
        if (After is { } after && _results.Count == after.Count) after.Do();
    }
}

/// <summary>Every time is over at once.</summary>
internal sealed class FastClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (dueTime != Timeout.InfiniteTimeSpan) callback(state);
        return timer;
    }
}

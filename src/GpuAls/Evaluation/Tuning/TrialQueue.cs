namespace GpuAls;

/// <summary>
/// Trials that wait for a free process. A process goes on with trials that it has begun, since it has their factors;
/// then it takes those that nobody has begun, and at last those of the process that has most of them. Of several, the
/// longest is first, so that all processes end at about the same time. One process takes them in their order.
/// A trial that the device of a process fails, most often because it is full, is passed on to another: it has failed
/// when it has failed on all of them. So a process whose device is full takes nothing from the others.
/// </summary>
/// <param name="processCount">Number of processes.</param>
/// <param name="cost">The time that a trial takes, in any unit.</param>
internal sealed class TrialQueue(int processCount, Func<int, double> cost)
{
    private readonly Dictionary<int, int> _owners = [];
    private readonly List<int> _waiting = [];

    /// <summary>By trial, the processes whose devices failed it.</summary>
    private readonly Dictionary<int, HashSet<int>> _failed = [];

    /// <summary>Whether any trial waits.</summary>
    public bool HasAny => _waiting.Count > 0;

    /// <summary>A number that grows with the time that a trial of some options takes.</summary>
    public static double CostOf(AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Iterations * Math.Pow(options.Rank, 2);
    }

    /// <summary>Adds a trial.</summary>
    public void Add(int trial)
    {
        var at = processCount == 1 ? -1 : _waiting.FindIndex(other => cost(other) < cost(trial));
        _waiting.Insert(at < 0 ? _waiting.Count : at, trial);
    }

    /// <summary>The trial that a process does next, and from then on has begun; null where none waits.</summary>
    public int? Take(int process)
    {
        var able = _waiting.Where(trial => !_failed.TryGetValue(trial, out var failed) || !failed.Contains(process));
        if (!able.Any()) return null;
        var trial = processCount == 1 ? _waiting[0] : able
            .GroupBy(trial => _owners.GetValueOrDefault(trial, -1))
            .OrderBy(group => group.Key == process ? 0 : group.Key < 0 ? 1 : 2)
            .ThenByDescending(group => group.Count())
            .First().First();
        _waiting.Remove(trial);
        _owners[trial] = process;
        return trial;
    }

    /// <summary>Passes a trial on, if the device of a process failed it and another process has not tried it.</summary>
    /// <param name="process">The process.</param>
    /// <param name="result">What the trial came to.</param>
    /// <returns>Whether it waits again.</returns>
    public bool PassesOn(int process, TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Failure is not { Kind: FailureKind.Device }) return false;
        if (!_failed.TryGetValue(result.Trial, out var failed)) _failed[result.Trial] = failed = [];
        failed.Add(process);
        if (failed.Count == processCount) return false;
        _owners.Remove(result.Trial);
        Add(result.Trial);
        return true;
    }

    /// <summary>Whether a process is the last that has begun a trial.</summary>
    public bool IsOwner(int process, int trial) => _owners.GetValueOrDefault(trial, -1) == process;
}

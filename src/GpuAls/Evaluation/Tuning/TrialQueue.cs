namespace GpuAls;

/// <summary>
/// Trials that wait for a free process. A process goes on with trials that it has begun, since it has their factors;
/// then it takes those that nobody has begun, and at last those of the process that has most of them. Of several, the
/// longest is first, so that all processes end at about the same time. One process takes them in their order.
/// </summary>
/// <param name="processCount">Number of processes.</param>
/// <param name="cost">The time that a trial takes, in any unit.</param>
internal sealed class TrialQueue(int processCount, Func<int, double> cost)
{
    private readonly Dictionary<int, int> _owners = [];
    private readonly List<int> _waiting = [];

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
        if (!HasAny) return null;
        var trial = processCount == 1 ? _waiting[0] : _waiting
            .GroupBy(trial => _owners.GetValueOrDefault(trial, -1))
            .OrderBy(group => group.Key == process ? 0 : group.Key < 0 ? 1 : 2)
            .ThenByDescending(group => group.Count())
            .First().First();
        _waiting.Remove(trial);
        _owners[trial] = process;
        return trial;
    }

    /// <summary>Whether a process is the last that has begun a trial.</summary>
    public bool IsOwner(int process, int trial) => _owners.GetValueOrDefault(trial, -1) == process;
}

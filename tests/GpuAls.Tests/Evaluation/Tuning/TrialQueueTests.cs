namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class TrialQueueTests
{
    /// <summary>[trials], what each costs.</summary>
    private static readonly double[] Costs = [1, 4, 2, 4, 3];

    [Test]
    public void Take_OneProcess_TakesThemInTheirOrder() =>
        Assert.That(All(Queue(processes: 1, 2, 1, 5, 3, 4), 0), Is.EqualTo(new[] { 2, 1, 5, 3, 4 }));

    [Test]
    public void Take_SeveralProcesses_TakeTheLongestFirst() =>
        Assert.That(All(Queue(processes: 2, 1, 2, 3, 4, 5), 1), Is.EqualTo(new[] { 2, 4, 5, 3, 1 }));

    /// <summary>Process 0 has begun 2, 5 and 1, and process 1 has begun 4 and 3.</summary>
    [TestCase(0, new[] { 2, 5, 1, 4, 3 })]
    [TestCase(1, new[] { 4, 3, 2, 5, 1 })]
    [TestCase(2, new[] { 2, 4, 5, 3, 1 }, Description = "of the process that has most of them")]
    public void Take_TrialsThatWereBegun_GoToThoseWhoHaveThem(int process, int[] expected)
    {
        var queue = Queue(processes: 3, 1, 2, 3, 4, 5);
        foreach (var taker in (int[])[0, 1, 0, 1, 0]) queue.Take(taker);
        for (var trial = 1; trial <= Costs.Length; trial++) queue.Add(trial);

        Assert.That(All(queue, process), Is.EqualTo(expected));
        Assert.That(Enumerable.Range(1, 5).All(trial => queue.IsOwner(process, trial)));
        Assert.That(queue.HasAny, Is.False);
    }

    [Test]
    public void PassesOn_FailedByADevice_GoesToThoseThatHaveNotTriedIt()
    {
        var queue = Queue(processes: 2, 2, 4);

        Assert.That(queue.Take(0), Is.EqualTo(2));
        Assert.That(queue.PassesOn(0, Failed(2, FailureKind.Device)));

        Assert.That((queue.Take(0), queue.Take(0)), Is.EqualTo(((int?)4, (int?)null)));
        Assert.That(queue.Take(1), Is.EqualTo(2));
        Assert.That(queue.PassesOn(1, Failed(2, FailureKind.Device)), Is.False);
        Assert.That(queue.HasAny, Is.False);
    }

    [Test]
    public void PassesOn_FailedByItsOptions_Not() =>
        Assert.That(Queue(processes: 2).PassesOn(0, Failed(1, FailureKind.BadInput)), Is.False);

    private static TrialResult Failed(int trial, FailureKind kind) => new()
    {
        Trial = trial,
        Rung = 1,
        Iterations = [],
        BestIteration = 0,
        Metrics = [],
        Seconds = 0,
        Failure = new TrialFailure(kind, "full."),
    };

    private static TrialQueue Queue(int processes, params int[] trials)
    {
        var queue = new TrialQueue(processes, trial => Costs[trial - 1]);
        foreach (var trial in trials) queue.Add(trial);
        return queue;
    }

    private static List<int> All(TrialQueue queue, int process)
    {
        var taken = new List<int>();
        while (queue.Take(process) is { } trial) taken.Add(trial);
        return taken;
    }
}

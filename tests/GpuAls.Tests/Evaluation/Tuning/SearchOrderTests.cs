namespace GpuAls.Tests.Evaluation.Tuning;

/// <summary>Which trials go on and which is the best, by results that are told, so that nothing is trained.</summary>
public sealed class SearchOrderTests
{
    /// <summary>
    /// What eight trials come to in the first rung, where trial 1 fails; later rungs take something off.
    /// </summary>
    private static readonly double[] Values = [double.NaN, 3, 9, 4, 7, 1, 8, 2];

    /// <summary>
    /// Of 8 trials 4 go on and then 2; those that went on are before the others, though their numbers have got worse.
    /// </summary>
    [TestCase("ndcg@10")]
    [TestCase("rmse")]
    public void Run_Halving_TakesTheBestOfEachRungOn(string metric)
    {
        var log = new ToldResults(metric, (trial, rung) => Values[trial - 1] - (20 * (rung - 1)));

        var results = Search(metric, trials: 8).Run(log);

        Assert.That(
            log.Asked.Where(asked => asked.Rung == 2).Select(asked => asked.Trial), Is.EqualTo(new[] { 3, 4, 5, 7 }));
        Assert.That(log.Asked.Where(asked => asked.Rung == 3).Select(asked => asked.Trial), Is.EqualTo(new[] { 3, 7 }));
        Assert.That(results.Select(result => result.Trial), Is.EqualTo(new[] { 3, 7, 5, 4, 2, 8, 6, 1 }));
    }

    [Test]
    public void Run_TrialsThatFail_DoNotGoOn()
    {
        var log = new ToldResults("auc", (trial, _) => trial is 2 or 5 ? trial : double.NaN);

        var results = Search("auc", trials: 8).Run(log);

        Assert.That(log.Asked.Where(asked => asked.Rung > 1), Is.EqualTo(new[] { (2, 2), (5, 2), (2, 3), (5, 3) }));
        Assert.That(results.Select(result => result.Trial), Is.EqualTo(new[] { 5, 2, 1, 3, 4, 6, 7, 8 }));
    }

    [Test]
    public void Run_TrialThatFailsInTheLastRung_IsBehindThoseThatDidNotReachIt()
    {
        var log = new ToldResults("auc", (trial, rung) => rung == 3 && trial == 8 ? double.NaN : trial);

        var results = Search("auc", trials: 8).Run(log);

        Assert.That(results.Select(result => result.Trial), Is.EqualTo(new[] { 7, 6, 5, 4, 3, 2, 1, 8 }));
    }

    [Test]
    public void Run_EqualNumbers_StayInTheirOrder()
    {
        var log = new ToldResults("auc", (_, _) => 0.5);

        Assert.That(Search("auc", trials: 4).Run(log).Select(result => result.Trial), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    private static HyperparameterSearch Search(string metric, int trials) => new(
        new HostEngine(1),
        [],
        [.. Enumerable.Range(1, trials).Select(rank => new AlsOptions { Rank = rank, Iterations = 12 })],
        new SearchOptions { Kind = SearchKind.Halving, Eta = 2, Metric = metric }, new BootstrapOptions(0, 1));

    /// <summary>
    /// Has a result for whatever it is asked; the larger the number told, the better, and NaN is a failure.
    /// </summary>
    private sealed class ToldResults(string metric, Func<int, int, double> told) : ITrialLog
    {
        private readonly MetricChoice _choice = MetricChoice.Parse(metric);

        public List<(int Trial, int Rung)> Asked { get; } = [];

        public IEnumerable<TrialResult> All => [];

        public TrialResult Find(int trial, int rung)
        {
            Asked.Add((trial, rung));
            var value = told(trial, rung);
            return new TrialResult
            {
                Trial = trial,
                Rung = rung,
                Iterations = [],
                BestIteration = 1,
                Metrics = double.IsNaN(value)
                    ? []
                    : [new MetricValue(_choice.Metric, _choice.IsLowerBetter ? -value : value, null, null)],
                Seconds = 0,
                Failure = double.IsNaN(value) ? new TrialFailure(FailureKind.Internal, "told.") : null,
            };
        }

        public void Add(TrialResult result) => throw new NotSupportedException();
    }
}

using GpuAls.App;

namespace GpuAls.Tests.Export;

/// <summary>Small reports, with a metric that is not defined.</summary>
internal static class SampleReports
{
    private static readonly DateTime StartedAt = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly MetricValue[] Metrics =
        [new(new Metric("ndcg", 10), 0.1 + 0.2, 0.25, 0.35), new(new Metric("auc"), double.NaN, null, null)];

    public static EvaluationReport Evaluation { get; } = new()
    {
        GpualsVersion = "1.2.3",
        StartedAt = StartedAt,
        Seconds = 1.5,
        Device = "cpu (test)",
        Input = null,
        Models = ["model"],
        Test = ["test.csv"],
        Exclude = [],
        TimeColumn = null,
        Split = null,
        Feedback = Feedback.Implicit,
        ColdStart = ColdStart.Drop,
        Preset = null,
        Options = null,
        Splits = [],
        Users = 3,
        Neighbours = 100,
        Bootstrap = new BootstrapOptions(0, 1),
        Methods = [new MethodResult("gpuals", Metrics), new MethodResult("most popular", Metrics)],
    };

    public static TuneReport Search { get; } = new()
    {
        GpualsVersion = "1.2.3",
        StartedAt = StartedAt,
        Seconds = 1.5,
        Device = "cpu (test)",
        Input = new ManifestInput
        {
            Locations = ["plays/"],
            UserColumn = "user",
            ItemColumn = "item",
            WeightColumn = null,
            OnBadRow = OnBadRow.Fail,
        },
        Test = [],
        Exclude = [],
        TimeColumn = null,
        Split = SplitOptions.Default,
        Splits = [],
        Search = SearchOptions.Default,
        Metric = "ndcg@10",
        IsLowerBetter = false,
        Bootstrap = new BootstrapOptions(0, 1),
        Rungs = [],
        Searched = ["rank"],
        Preset = null,
        Trials =
        [
            new TuneTrial(AlsOptions.Default, new TrialResult
            {
                Trial = 1,
                Rung = 1,
                Iterations = [new TrialIteration(1, 0.1, null, 0.25), new TrialIteration(2, null, 12.5, 0.5)],
                BestIteration = 1,
                Metrics = Metrics,
                Seconds = 1.5,
            }),
        ],
        TrainCommand = "gpuals train plays/",
    };
}

namespace GpuAls;

/// <summary>What was measured, how, and what came out.</summary>
internal sealed record EvaluationReport
{
    private const int UsualCutoff = 10;

    /// <summary>Version of gpuals.</summary>
    public required string GpualsVersion { get; init; }

    /// <summary>When the run began, in UTC.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>Seconds of the run.</summary>
    public required double Seconds { get; init; }

    /// <summary>What it was computed with.</summary>
    public required string Device { get; init; }

    /// <summary>Where the plays came from; null where a model was measured.</summary>
    public required ManifestInput? Input { get; init; }

    /// <summary>Directories of the models that were measured; empty where one was trained.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Files with the plays to test with; empty where plays were held out of the input.</summary>
    public required IReadOnlyList<string> Test { get; init; }

    /// <summary>Files with plays that lists left out besides those trained on.</summary>
    public required IReadOnlyList<string> Exclude { get; init; }

    /// <summary>Column of the times that plays were divided by; null without one.</summary>
    public required string? TimeColumn { get; init; }

    /// <summary>How plays were divided; null where test files were given.</summary>
    public required SplitOptions? Split { get; init; }

    /// <summary>What became of plays that cannot be predicted.</summary>
    public required ColdStart ColdStart { get; init; }

    /// <summary>What the plays are: counts or ratings.</summary>
    public required Feedback Feedback { get; init; }

    /// <summary>The preset that the options began with; null without one.</summary>
    public required string? Preset { get; init; }

    /// <summary>What was trained; null where a model was measured.</summary>
    public required AlsOptions? Options { get; init; }

    /// <summary>The numbers of the split, or of each fold.</summary>
    public required IReadOnlyList<SplitCounts> Splits { get; init; }

    /// <summary>Users measured, those of several folds once.</summary>
    public required int Users { get; init; }

    /// <summary>Similar items of each item, of the neighbour baselines.</summary>
    public required int Neighbours { get; init; }

    /// <summary>How intervals were made.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>Each way to recommend, the models first.</summary>
    public required IReadOnlyList<MethodResult> Methods { get; init; }

    /// <summary>Whether models were compared with each other.</summary>
    internal bool HasDifferences => Models.Count > 1;

    /// <summary>The metrics to show to people, in their order.</summary>
    public IReadOnlyList<Metric> Shown(ShownMetrics shown) =>
    [
        .. Methods[0].Metrics.Select(value => value.Metric)
            .Where(metric => shown == ShownMetrics.All || Feedback == Feedback.Explicit || !metric.IsError),
    ];

    /// <summary>The few metrics by which several models are compared in a table, the most important first.</summary>
    internal IReadOnlyList<Metric> Compared
    {
        get
        {
            var measured = Methods[0].Metrics.Select(value => value.Metric).ToArray();
            var cutoffs = measured.Where(metric => metric.K is not null).Select(metric => metric.K).ToArray();
            int? k = cutoffs.Contains(UsualCutoff) ? UsualCutoff : cutoffs.Max();
            Metric[] wanted = Feedback == Feedback.Explicit
                ? [new(Metric.RmseOfRating), new(Metric.MaeOfRating), new(Metric.Ndcg, k), new(Metric.Auc)]
                : [new(Metric.Ndcg, k), new(Metric.Recall, k), new(Metric.AveragePrecision, k), new(Metric.Auc)];
            return [.. wanted.Where(measured.Contains)];
        }
    }
}

/// <summary>The numbers of one split.</summary>
internal sealed record SplitCounts
{
    /// <summary>Users trained on.</summary>
    public required int TrainUsers { get; init; }

    /// <summary>Items trained on.</summary>
    public required int TrainItems { get; init; }

    /// <summary>Pairs of a user and an item trained on.</summary>
    public required long TrainPairs { get; init; }

    /// <summary>What was held out.</summary>
    public required HeldOutCounts HeldOut { get; init; }

    /// <summary>Users measured: with held-out plays above 0 that count.</summary>
    public required int Users { get; init; }

    /// <summary>Users trained on who are left out, since no play of theirs that counts was held out.</summary>
    public required int UsersWithoutHeldOut { get; init; }
}

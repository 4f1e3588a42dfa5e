namespace GpuAls.App;

/// <summary>What a page shows of a run; a section whose data is missing is left out.</summary>
internal sealed record ReportData
{
    /// <summary>Such as <c>gpuals train</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What was run, with what and when, in the order of the page.</summary>
    public required IReadOnlyList<ReportFact> Facts { get; init; }

    /// <summary>The trainings, one for each fold.</summary>
    public IReadOnlyList<TrainingCurve> Trainings { get; init; } = [];

    /// <summary>How unequal users and items are.</summary>
    public IReadOnlyList<PlayDistribution> Distributions { get; init; } = [];

    /// <summary>Seconds of each phase, by the name that the manifest gives it.</summary>
    public IReadOnlyDictionary<string, double> TimingsSeconds { get; init; } = new Dictionary<string, double>();

    /// <summary>What was measured.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>Which of its metrics are shown.</summary>
    public ShownMetrics Metrics { get; init; }

    /// <summary>What was searched.</summary>
    public TuneReport? Search { get; init; }

    /// <summary>Lists of a few users.</summary>
    public IReadOnlyList<SampleList> Samples { get; init; } = [];
}

/// <summary>One thing to know of a run.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
internal sealed record ReportFact(string Name, string Value);

/// <summary>How a training went.</summary>
/// <param name="Name">Such as <c>fold 2</c>.</param>
/// <param name="Iterations">Each iteration.</param>
/// <param name="Metric">What was measured after each, such as <c>ndcg@10</c>; null for nothing.</param>
internal sealed record TrainingCurve(string Name, IReadOnlyList<IterationReport> Iterations, string? Metric = null);

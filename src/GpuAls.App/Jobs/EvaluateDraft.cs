namespace GpuAls.App;

/// <summary>What the page on an evaluation shows beside the metrics, gathered while it runs.</summary>
internal sealed class EvaluateDraft(EvaluateJobOptions options)
{
    private readonly List<TrainingCurve> _trainings = [];
    private IReadOnlyList<PlayDistribution> _distributions = [];
    private IReadOnlyList<SampleList>? _samples;

    /// <summary>Takes the plays before they are divided.</summary>
    public void Add(InteractionMatrix plays) => _distributions = PlayDistribution.Of(plays);

    /// <summary>Takes a training.</summary>
    public void Add(IReadOnlyList<IterationReport> iterations)
    {
        var title = options.Split.Folds is null ? "training" : $"fold {_trainings.Count + 1}";
        _trainings.Add(new TrainingCurve(title, iterations));
    }

    /// <summary>
    /// Takes lists of a few users with held-out plays, whom processes choose together; of several folds those of the
    /// first.
    /// </summary>
    public void AddSamples(Evaluator evaluator, IAlsEngine engine, IEngineFactors users, IEngineFactors items)
    {
        if (_samples is not null) return;
        var (train, test) = (evaluator.HeldOut.Train, evaluator.HeldOut.Test);
        var candidates = Enumerable.Range(0, train.Users.Count).Where(user => Held(user).Any());
        using var lists = evaluator.Lists(engine, users, items);
        _samples = SampleLists.Of(
            evaluator.HeldOut.Group, train, train.UserLengths, candidates, chosen => chosen.Select(Sample));

        SampleList Sample(int user)
        {
            var (listed, scores) = lists.Make(new RowRange(user, 1), SampleLists.Length);
            return SampleLists.Of(train, user, listed, scores, Held(user));
        }

        IEnumerable<int> Held(int user)
        {
            var (indices, values) = (test.RowIndices(user).ToArray(), test.RowValues(user).ToArray());
            return indices.Where((item, position) => item < train.Items.Count && values[position] > 0);
        }
    }

    /// <summary>All there is to show.</summary>
    public ReportData Finish(EvaluationReport report, IReadOnlyDictionary<string, double> seconds) => new()
    {
        Title = "gpuals evaluate",
        Facts = ReportFacts.Of(report, options),
        Evaluation = report,
        Metrics = options.Metrics,
        Trainings = _trainings,
        Distributions = _distributions,
        TimingsSeconds = seconds,
        Samples = _samples ?? [],
    };
}

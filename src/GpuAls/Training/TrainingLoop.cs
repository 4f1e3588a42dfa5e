namespace GpuAls;

/// <summary>Told after each iteration: it may measure, report, keep what it needs, or end the training.</summary>
internal interface ITrainingObserver
{
    /// <summary>Looks at an iteration. What it adds to the reports is seen by the observers after it.</summary>
    /// <param name="state">The iteration.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Whether the training goes on; all observers are told either way.</returns>
    bool Iterated(TrainingStep state, CancellationToken cancellation);
}

/// <summary>An iteration that is done, of each of the trainings that go side by side.</summary>
internal sealed class TrainingStep
{
    internal TrainingStep(IReadOnlyList<AlsTraining> trainings, IterationReport[] reports) =>
        (Trainings, Reports) = (trainings, reports);

    /// <summary>Which iteration, from 1.</summary>
    public int Iteration => Reports[0].Iteration;

    /// <summary>The trainings, with their factors after the iteration.</summary>
    public IReadOnlyList<AlsTraining> Trainings { get; }

    /// <summary>The report of each; an observer may replace one by another with more in it.</summary>
    public IterationReport[] Reports { get; }

    /// <summary>Whether another iteration follows, as far as the observers told before are concerned.</summary>
    public bool GoesOn { get; internal set; }
}

/// <summary>
/// The loop of every training. Trainings that go side by side, such as those of folds, do each iteration one after the
/// other, and are then looked at together. It goes on where they are, so a training may be resumed at any iteration.
/// </summary>
internal sealed class TrainingLoop
{
    private readonly IReadOnlyList<AlsTraining> _trainings;
    private readonly IReadOnlyList<ITrainingObserver> _observers;

    /// <param name="trainings">At least one; all have done the same number of iterations.</param>
    /// <param name="observers">In the order in which they are told.</param>
    public TrainingLoop(IReadOnlyList<AlsTraining> trainings, IReadOnlyList<ITrainingObserver> observers)
    {
        ArgumentNullException.ThrowIfNull(trainings);
        ArgumentNullException.ThrowIfNull(observers);
        if (trainings.Count == 0 || trainings.Any(training => training.Iterations != trainings[0].Iterations))
            throw new ArgumentException("expected trainings that have done the same iterations.", nameof(trainings));
        (_trainings, _observers) = (trainings, observers);
    }

    /// <summary>Goes on until so many iterations are done in all, or an observer ends it.</summary>
    /// <param name="iterations">Iterations in all, those done before included.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public void Run(int iterations, CancellationToken cancellation = default)
    {
        for (var goesOn = true; goesOn && _trainings[0].Iterations < iterations;)
        {
            IterationReport[] reports = [.. _trainings.Select(training => training.Iterate(cancellation))];
            var step = new TrainingStep(_trainings, reports) { GoesOn = _trainings[0].Iterations < iterations };
            foreach (var observer in _observers) step.GoesOn &= observer.Iterated(step, cancellation);
            goesOn = Agree(step.GoesOn);
        }
    }

    /// <summary>Ends it on all processes where one of them ends it.</summary>
    private bool Agree(bool goesOn)
    {
        Span<double> ends = [goesOn ? 0 : 1];
        _trainings[0].Group.AllReduce(ends);
        return ends[0] == 0;
    }
}

/// <summary>Adds the loss to the reports.</summary>
internal sealed class LossObserver : ITrainingObserver
{
    /// <inheritdoc/>
    public bool Iterated(TrainingStep state, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(state);
        for (var i = 0; i < state.Reports.Length; i++)
            state.Reports[i] = state.Reports[i] with { Loss = state.Trainings[i].Loss() };
        return true;
    }
}

/// <summary>Keeps the reports of one training, and passes them on.</summary>
/// <param name="progress">Told each report; null where nobody is.</param>
/// <param name="before">Reports of the iterations of the run that is resumed.</param>
internal sealed class ReportObserver(
    IProgress<IterationReport>? progress, IReadOnlyList<IterationReport>? before = null) : ITrainingObserver
{
    private readonly List<IterationReport> _reports = [.. before ?? []];

    /// <summary>Each iteration so far.</summary>
    public IReadOnlyList<IterationReport> Reports => _reports;

    /// <inheritdoc/>
    public bool Iterated(TrainingStep state, CancellationToken cancellation)
    {
        _reports.Add(state.Reports[0]);
        progress?.Report(state.Reports[0]);
        return true;
    }
}

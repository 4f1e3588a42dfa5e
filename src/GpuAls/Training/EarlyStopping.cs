namespace GpuAls;

/// <summary>A number by which iterations are compared.</summary>
internal interface ITrainingMetric
{
    /// <summary>Such as <c>ndcg@10</c>.</summary>
    string Name { get; }

    /// <summary>Whether a lower number is the better one.</summary>
    bool IsLowerBetter { get; }

    /// <summary>Measures the factors of an iteration.</summary>
    /// <param name="report">The iteration.</param>
    /// <param name="factors">The factors after it.</param>
    /// <param name="cancellation">Stops it.</param>
    double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation);
}

/// <summary>Keeps the factors of the best iteration, and ends a training that gets no better.</summary>
/// <param name="Metric">What is measured after each iteration.</param>
/// <param name="Patience">Iterations without an improvement after which the training ends; 0 never ends it.</param>
/// <param name="MinImprovement">
/// The relative improvement that counts as one; a smaller one still makes an iteration the best.
/// </param>
internal sealed record EarlyStopping(ITrainingMetric Metric, int Patience, double MinImprovement = 0)
{
    /// <summary>The state before the first iteration, or after those before.</summary>
    public BestIteration Begin(BestState? from = null) =>
        new(Metric.IsLowerBetter, Patience, MinImprovement) { State = from ?? BestState.None };
}

/// <summary>
/// Measures each iteration of one training, keeps the factors of the best one, and ends it when it gets no better.
/// </summary>
/// <param name="stopping">What is measured, and when it ends.</param>
/// <param name="from">The training it goes on from; null for a new one.</param>
internal sealed class EarlyStoppingObserver(EarlyStopping stopping, BestFactors? from = null) : ITrainingObserver
{
    private readonly BestIteration _best = stopping.Begin(from?.State);

    /// <summary>The best iteration, from 1; 0 before any.</summary>
    public int Iteration => _best.Iteration;

    /// <summary>The factors after it.</summary>
    public FactorSnapshot? Factors { get; private set; } = from?.Factors;

    /// <summary>Whether the training is to end.</summary>
    public bool IsOver => _best.IsOver;

    /// <summary>What a training needs to go on from here.</summary>
    public BestFactors? Best => Factors is null ? null : new BestFactors(_best.State, Factors);

    /// <inheritdoc/>
    public bool Iterated(TrainingStep state, CancellationToken cancellation)
    {
        var training = state.Trainings[0];
        var value = stopping.Metric.Measure(state.Reports[0], training.Factors, cancellation);
        state.Reports[0] = state.Reports[0] with { Metric = value };
        if (_best.Offer(state.Iteration, value)) Factors = training.Download();
        return !_best.IsOver;
    }
}

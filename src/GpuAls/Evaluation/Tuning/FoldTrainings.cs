namespace GpuAls;

/// <summary>The trainings of one trial, one for each fold, side by side.</summary>
internal sealed class FoldTrainings : IDisposable
{
    private readonly List<TrainingFactors> _factors = [];
    private readonly AlsTraining[] _trainings;

    private FoldTrainings(
        IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options, Func<int, TrainingFactors> begin,
        int iterations)
    {
        try
        {
            for (var fold = 0; fold < plays.Count; fold++) _factors.Add(begin(fold));
            _trainings = [.. plays.Zip(
                _factors, (fold, factors) => new AlsTraining(engine, fold, factors, options, iterations))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Trainings from their beginning.</summary>
    public static FoldTrainings First(IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options) =>
        new(engine, plays, options, fold => TrainingFactors.First(engine, plays[fold].Plays, options), 0);

    /// <summary>Trainings that go on.</summary>
    public static FoldTrainings From(
        IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options, FactorSnapshot[] factors,
        int iterations) =>
        new(engine, plays, options, fold => TrainingFactors.From(engine, factors[fold]), iterations);

    /// <summary>The loop of all folds.</summary>
    public TrainingLoop Loop(IReadOnlyList<ITrainingObserver> observers) => new(_trainings, observers);

    /// <summary>[folds], the factors in host memory.</summary>
    public FactorSnapshot[] Download() => [.. _factors.Select(fold => fold.Download())];

    public void Dispose()
    {
        foreach (var factors in _factors) factors.Dispose();
    }
}

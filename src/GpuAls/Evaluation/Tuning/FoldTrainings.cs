namespace GpuAls;

/// <summary>The trainings of one trial, one for each fold, side by side.</summary>
internal sealed class FoldTrainings : IDisposable
{
    private readonly List<TrainingFactors> _factors = [];
    private readonly AlsTraining[] _trainings;

    private FoldTrainings(
        IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options, FeatureTables features,
        Func<int, TrainingFactors> begin, int iterations)
    {
        try
        {
            for (var fold = 0; fold < plays.Count; fold++) _factors.Add(begin(fold));
            _trainings = [.. plays.Zip(
                _factors, (fold, factors) => new AlsTraining(engine, fold, factors, options, iterations, features))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Trainings from their beginning.</summary>
    public static FoldTrainings First(
        IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options, FeatureTables features) =>
        new(
            engine, plays, options, features,
            fold => TrainingFactors.First(engine, plays[fold].Plays, options, features), 0);

    /// <summary>Trainings that go on.</summary>
    public static FoldTrainings From(
        IAlsEngine engine, IReadOnlyList<LoadedPlays> plays, AlsOptions options, FeatureTables features,
        FactorMatrices[] factors, int iterations) =>
        new(
            engine, plays, options, features,
            fold => TrainingFactors.From(engine, plays[fold].Plays, options, factors[fold], features), iterations);

    /// <summary>The loop of all folds.</summary>
    public TrainingLoop Loop(IReadOnlyList<ITrainingObserver> observers) => new(_trainings, observers);

    /// <summary>[folds], in host memory, what their next iterations need.</summary>
    public FactorMatrices[] Pause(AlsOptions options)
    {
        var arrays = _factors.Select(_ => new FactorMatrices()).ToArray();
        for (var fold = 0; fold < arrays.Length; fold++) arrays[fold].Fill(_factors[fold], options, isLast: false);
        return arrays;
    }

    public void Dispose()
    {
        foreach (var factors in _factors) factors.Dispose();
    }
}

namespace GpuAls;

/// <summary>Trains models by alternating least squares.</summary>
public sealed class AlsTrainer
{
    private readonly Engine _engine;
    private readonly AlsOptions _options;
    private readonly WarmStart? _warmStart;
    private readonly FactorTrainer _trainer;

    /// <param name="engine">The device to train on.</param>
    /// <param name="options">Rank, regularization and so on.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of range. Kind Device: the device doesn't support an option.
    /// </exception>
    public AlsTrainer(Engine engine, AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        (_engine, _options) = (engine, options);
        _trainer = new FactorTrainer(engine.Implementation, options);
    }

    /// <summary>
    /// A trainer that begins with the factors of a model. Users and items are matched by id, and new ones begin as
    /// usual.
    /// </summary>
    /// <param name="engine">The device to train on.</param>
    /// <param name="options">What to train; with the rank and the kind of feedback of the model.</param>
    /// <param name="warmStart">The model.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of range, or not that of the model. Kind Device: the device doesn't support an
    /// option.
    /// </exception>
    public AlsTrainer(Engine engine, AlsOptions options, FactorModel warmStart)
        : this(engine, options)
    {
        _warmStart = new WarmStart(warmStart, options);
        _trainer = new FactorTrainer(engine.Implementation, options)
        {
            Begins = plays => _warmStart.Begin(plays, options).Factors,
        };
    }

    /// <summary>Trains a model on a thread of the thread pool.</summary>
    /// <param name="plays">The plays or ratings to learn from.</param>
    /// <param name="progress">Receives a report after each iteration.</param>
    /// <param name="cancellation">Cancels the training, between blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: plays and options differ in their kind of feedback, or plays without times have a half-life. Kind
    /// BadInput: there are fewer than two users or
    /// items, or fewer items than the rank. Kind Internal: a row can't be solved. Kind Device: too little memory.
    /// </exception>
    public Task<FactorModel> FitAsync(
        Plays plays, IProgress<IterationReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        Require.Usage(
            plays.Feedback == _options.Feedback,
            $"the plays are {Words.Of(plays.Feedback)} feedback, the options {Words.Of(_options.Feedback)}. Set "
            + "Feedback of both.");
        return Task.Run(() => Fit(plays, progress, cancellation), cancellation);
    }

    private FactorModel Fit(Plays plays, IProgress<IterationReport>? progress, CancellationToken cancellation)
    {
        var clock = new PhaseClock();
        var matrix = PlayWorth.Of(plays.Rows, plays.Matrix, _options);
        var trained = _trainer.Fit(matrix, progress, cancellation);
        clock.End("train");
        var data = DataStatistics.Of(matrix, plays.Statistics);
        return new FactorModel(matrix, _options, trained)
        {
            Manifest = ModelManifest.Of(plays.Input, data, _options, trained, _engine.ToString(), clock),
        };
    }
}

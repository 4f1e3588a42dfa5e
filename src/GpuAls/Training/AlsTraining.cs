using System.Diagnostics;

namespace GpuAls;

/// <summary>A training that goes on an iteration at a time, as <see cref="TrainingLoop"/> asks it to.</summary>
internal sealed class AlsTraining
{
    private readonly AlsOptions _options;
    private readonly TrainingSide _users;
    private readonly TrainingSide _items;
    private readonly Momentum? _momentum;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">
    /// The plays, with the confidences of <paramref name="options"/>; their owner disposes of them.
    /// </param>
    /// <param name="factors">Where the training begins, and what it changes; their owner disposes of them.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="iterations">Iterations done before.</param>
    /// <param name="features">
    /// What is known of users and items besides, which the factors were made for; null for nothing.
    /// </param>
    /// <exception cref="GpuAlsException">Kind Usage: a λ is too large for fp32.</exception>
    public AlsTraining(
        IAlsEngine engine, LoadedPlays plays, TrainingFactors factors, AlsOptions options, int iterations = 0,
        FeatureTables? features = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(options);
        if (!plays.Serve(options))
            throw new ArgumentException("the plays were loaded with other confidences.", nameof(plays));
        (Factors, _options, Iterations, Group) = (factors, options, iterations, plays.Group);
        _users = new TrainingSide(engine, plays, Side.Users, factors, options, features?.Users);
        _items = new TrainingSide(engine, plays, Side.Items, factors, options, features?.Items);
        var (first, second) = InOrder;
        if (options.Acceleration == Acceleration.Momentum) _momentum = new Momentum(engine, factors, first, second);
    }

    /// <summary>The factors as they are now.</summary>
    public TrainingFactors Factors { get; }

    /// <summary>The processes that train together.</summary>
    internal IProcessGroup Group { get; }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; private set; }

    /// <summary>Solves both sides once.</summary>
    /// <param name="cancellation">
    /// Looked at between blocks of rows; the factors are then those of no iteration, and the training cannot go on.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public IterationReport Iterate(CancellationToken cancellation = default)
    {
        var (first, second) = InOrder;
        var clock = Stopwatch.StartNew();
        cancellation.ThrowIfCancellationRequested();
        var one = first.SolveAgainst(second, _momentum?.BeginIteration() ?? 1, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var other = second.SolveAgainst(first, _momentum?.FirstSolved() ?? 1, cancellation);
        _momentum?.EndIteration();
        var seconds = clock.Elapsed.TotalSeconds;
        return new IterationReport(
            ++Iterations, seconds, Loss: null, one.Fp64Rows + other.Fp64Rows, one.JitteredRows + other.JitteredRows);
    }

    /// <summary>L of the factors that <see cref="Download"/> gives.</summary>
    public double Loss() => _users.LossAgainst(_items, isBalanced: _momentum is not null);

    /// <summary>Brings the factors to the host, as those of a model.</summary>
    public FactorSnapshot Download()
    {
        var factors = Factors.Download();
        if (_momentum is null) return factors;
        var (first, second) =
            _options.First == Side.Users ? (factors.Users, factors.Items) : (factors.Items, factors.Users);
        var balance = _momentum.Balance();
        Scale(first, (float)balance);
        Scale(second, (float)(1 / balance));
        return factors;
    }

    /// <summary>
    /// The factors of both sides to measure with: users and items that have features but no plays have what their
    /// features pull toward. Until the next iteration.
    /// </summary>
    public (IEngineFactors Users, IEngineFactors Items) Completed() => (_users.Completed(), _items.Completed());

    /// <summary>The weights of features that fit some factors of these users and items.</summary>
    public FeatureWeights FeatureWeights(FactorSnapshot factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return new FeatureWeights(_users.FeatureWeights(factors.Users), _items.FeatureWeights(factors.Items));
    }

    private (TrainingSide First, TrainingSide Second) InOrder =>
        _options.First == Side.Users ? (_users, _items) : (_items, _users);

    private static void Scale(FactorMatrix factors, float scale)
    {
        foreach (var (_, values) in factors.Blocks)
            foreach (ref var factor in values.Span) factor *= scale;
    }
}

namespace GpuAls;

/// <summary>
/// Accelerates a training in two ways.
/// <para>
/// Balance: the loss is the same for cx and y/c except for the regularization, which is least where both sides have the
/// same share of it. A side is solved as if the factors were so scaled: with λ times the root of the ratio of the
/// shares. Only what leaves the training is scaled.
/// </para>
/// <para>
/// Momentum: an iteration begins with y + β(y - y') of the side solved second, where y' is y of the iteration before
/// and β = t/(t + 3). t counts iterations, and begins again when the last step led against the direction of the
/// momentum (Mitchell, Ye and De Sterck, 2020, for ALS; the gradient rule of O'Donoghue and Candès, 2015).
/// </para>
/// </summary>
internal sealed class Momentum
{
    private const int Delay = 3;

    /// <summary>No balance is worth more; it keeps λ within fp32.</summary>
    private const double LargestRatio = 1e12;

    private readonly IAlsEngine _engine;
    private readonly TrainingFactors _factors;
    private readonly TrainingSide _first;
    private readonly TrainingSide _second;
    private readonly IEngineFactors _before;
    private readonly IEngineFactors _ahead;
    private readonly float[] _ones;
    private double _secondNorm;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="factors">The factors, with those that momentum keeps.</param>
    /// <param name="first">The side solved first.</param>
    /// <param name="second">The side solved second.</param>
    public Momentum(IAlsEngine engine, TrainingFactors factors, TrainingSide first, TrainingSide second)
    {
        (_engine, _factors, _first, _second) = (engine, factors, first, second);
        _before = factors.Before ?? throw new ArgumentException("they keep nothing for momentum.", nameof(factors));
        _ahead = factors.Ahead!;
        _ones = new float[_before.RowCount];
        Array.Fill(_ones, 1);
    }

    private MomentumState State
    {
        get => _factors.Momentum;
        set => _factors.Momentum = value;
    }

    private float Beta => State.Steps / (float)(State.Steps + Delay);

    /// <summary>Moves the second side ahead.</summary>
    /// <returns>What λ of the first side is multiplied by.</returns>
    public double BeginIteration()
    {
        var factors = _second.Factors;
        _engine.Combine(_ahead, 1 + Beta, factors, -Beta, _before);
        _engine.Combine(_before, 1, factors, 0, factors);
        _engine.Combine(factors, 1, _ahead, 0, _ahead);
        _second.Moved();
        _secondNorm = _second.Norm();
        return Ratio(_secondNorm, State.FirstNorm);
    }

    /// <summary>The first side is solved.</summary>
    /// <returns>What λ of the second side is multiplied by.</returns>
    public double FirstSolved()
    {
        // The first iteration begins with random factors, whose size means nothing; it takes two to forget it.
        var isFirst = State is { FirstNorm: 0, LastStep: 0 };
        var isBalanced = State.FirstNorm > 0;
        var norm = _first.Norm();
        State = State with { FirstNorm = isFirst ? 0 : norm };
        return isBalanced ? Ratio(norm, _secondNorm) : 1;
    }

    /// <summary>The second side is solved: decides whether the momentum goes on.</summary>
    public void EndIteration()
    {
        // With h ahead, y' before and y now: 2(h - y)·(y - y') = |h - y'|² - |h - y|² - |y - y'|².
        var ahead = Beta * Beta * State.LastStep;
        var correction = SquaredDistance(_ahead);
        var step = SquaredDistance(_before);
        State = State with { Steps = ahead - correction - step > 0 ? 0 : State.Steps + 1, LastStep = step };
    }

    /// <summary>
    /// c, by which the first side is to be multiplied, and the second divided, so that both have the same share of the
    /// regularization.
    /// </summary>
    public double Balance() => Math.Sqrt(Ratio(_second.Norm(), _first.Norm()));

    /// <summary>|y - other|²; what is ahead is overwritten.</summary>
    private double SquaredDistance(IEngineFactors other)
    {
        _engine.Combine(_ahead, 1, _second.Factors, -1, other);
        return _engine.WeightedSquaredNorm(_ahead, RowRange.All(_ahead), _ones);
    }

    private static double Ratio(double above, double below)
    {
        var ratio = Math.Sqrt(above / below);
        return double.IsFinite(ratio) && ratio > 0 ? Math.Clamp(ratio, 1 / LargestRatio, LargestRatio) : 1;
    }
}

/// <summary>What momentum knows of the iterations before, besides factors.</summary>
/// <param name="Steps">Iterations with momentum so far, since it last began.</param>
/// <param name="LastStep">The squared length of the last step of the side solved second.</param>
/// <param name="FirstNorm">The regularization of the side solved first; 0 before the second iteration.</param>
internal sealed record MomentumState(int Steps, double LastStep, double FirstNorm)
{
    /// <summary>Before the first iteration.</summary>
    public static MomentumState None { get; } = new(0, 0, 0);
}

using System.Globalization;

namespace GpuAls;

/// <summary>One side of the factorisation on an engine: its plays, its factors and its λ.</summary>
internal sealed class TrainingSide
{
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;
    private readonly ConfidenceWeights _weights;
    private readonly Side _side;
    private readonly IdIndex _ids;
    private readonly float[] _regularization;
    private readonly IEnginePlays _plays;
    private readonly IEngineFactors _factors;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">The plays of both sides on the engine.</param>
    /// <param name="side">Which side.</param>
    /// <param name="factors">The factors of both sides.</param>
    /// <param name="options">What is trained.</param>
    public TrainingSide(IAlsEngine engine, LoadedPlays plays, Side side, TrainingFactors factors, AlsOptions options)
    {
        (_engine, _options, _side) = (engine, options, side);
        _weights = ConfidenceTransform.Weights(options);
        (_ids, _plays, _factors) = side == Side.Users ? (plays.Plays.Users, plays.ByUser, factors.Users) : (plays.Plays.Items, plays.ByItem, factors.Items);
        _regularization = RowRegularization.Compute(side == Side.Users ? plays.Plays.ByUser : plays.Plays.ByItem, options);
    }

    /// <summary>Solves every row of this side with the other side fixed.</summary>
    /// <returns>Rows that needed more than fp32.</returns>
    /// <exception cref="GpuAlsException">Kind Internal: a row cannot be solved.</exception>
    public RowSolveReport SolveAgainst(TrainingSide other)
    {
        var report = _engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(_factors),
            Plays = _plays,
            Weights = _weights,
            FixedFactors = other._factors,
            Gramian = other.Gramian(),
            Regularization = _regularization,
            Target = _factors,
            ConjugateGradientSteps = _options.Solver == Solver.ConjugateGradient ? _options.ConjugateGradientSteps : 0,
            Precision = _options.Precision,
            IsNonnegative = _options.Nonnegative,
        });
        if (report.FirstFailedRow >= 0) throw Unsolvable(report.FirstFailedRow);
        return report;
    }

    /// <summary>L with this side as the rows.</summary>
    public double LossAgainst(TrainingSide items)
    {
        var mine = Gramian();
        var theirs = items.Gramian();
        double allPairs = 0;
        for (var i = 0; i < mine.Length; i++) allPairs += mine[i] * theirs[i];
        return _engine.PlaysLoss(_plays, _factors, RowRange.All(_factors), items._factors, _weights)
            + (_weights.IsExplicit ? 0 : _options.UnobservedWeight * allPairs)
            + _engine.WeightedSquaredNorm(_factors, RowRange.All(_factors), _regularization)
            + _engine.WeightedSquaredNorm(items._factors, RowRange.All(items._factors), items._regularization);
    }

    private double[] Gramian()
    {
        var gramian = new double[_options.Rank * _options.Rank];
        _engine.Gramian(_factors, RowRange.All(_factors), gramian);
        return gramian;
    }

    private GpuAlsException Unsolvable(int row)
    {
        var side = _side == Side.Users ? "user" : "item";
        return new GpuAlsException(
            FailureKind.Internal,
            string.Create(CultureInfo.InvariantCulture, $"the equations of {side} {Quoted.Of(_ids.Format(row))} have no unique solution in fp64, even with jitter on the diagonal. Raise --regularization (now {_options.Regularization})."));
    }
}

using System.Globalization;
using GpuAls.Engines;
using GpuAls.Indexing;
using GpuAls.Sparse;

namespace GpuAls.Training;

/// <summary>One side of the factorisation on an engine: its plays, its factors and its λ.</summary>
internal sealed class TrainingSide : IDisposable
{
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;
    private readonly ConfidenceWeights _weights;
    private readonly Side _side;
    private readonly IdIndex _ids;
    private readonly float[] _regularization;
    private readonly IEnginePlays _plays;
    private readonly IEngineFactors _factors;

    /// <summary>Brings the plays to the engine.</summary>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="side">Which side.</param>
    /// <param name="ids">Who the rows are, for messages.</param>
    /// <param name="plays">[rows, rows of the other side].</param>
    /// <param name="factors">[rows, rank], which stay their owner's.</param>
    /// <param name="options">What is trained.</param>
    public TrainingSide(IAlsEngine engine, Side side, IdIndex ids, CsrMatrix plays, IEngineFactors factors, AlsOptions options)
    {
        (_engine, _options, _side, _ids, _factors) = (engine, options, side, ids, factors);
        _weights = ConfidenceTransform.Weights(options);
        _regularization = RowRegularization.Compute(plays, options);
        _plays = engine.LoadPlays(ConfidenceTransform.Apply(plays, options));
    }

    /// <summary>The factors that training begins with, on the engine.</summary>
    public static IEngineFactors FirstFactors(IAlsEngine engine, Side side, int rowCount, AlsOptions options) =>
        engine.LoadFactors(FactorInitializer.Create(rowCount, options.Rank, side, options.Seed), options.Rank);

    /// <summary>Solves every row of this side with the other side fixed.</summary>
    /// <returns>Rows that needed more than fp32.</returns>
    /// <exception cref="GpuAlsException">Kind Internal: a row cannot be solved.</exception>
    public RowSolveReport SolveAgainst(TrainingSide other)
    {
        var report = _engine.SolveRows(new RowSolveProblem
        {
            Plays = _plays,
            Weights = _weights,
            FixedFactors = other._factors,
            Gramian = other.Gramian(),
            Regularization = _regularization,
            Target = _factors,
            ConjugateGradientSteps = _options.Solver == Solver.ConjugateGradient ? _options.ConjugateGradientSteps : 0,
            Precision = _options.Precision,
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
        return _engine.PlaysLoss(_plays, _factors, items._factors, _weights)
            + (_options.UnobservedWeight * allPairs)
            + _engine.WeightedSquaredNorm(_factors, _regularization)
            + _engine.WeightedSquaredNorm(items._factors, items._regularization);
    }

    /// <returns>[rows, rank].</returns>
    public float[] Download()
    {
        var factors = new float[_factors.RowCount * _factors.Rank];
        _factors.CopyTo(factors);
        return factors;
    }

    public void Dispose() => _plays.Dispose();

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

using System.Globalization;

namespace GpuAls;

/// <summary>
/// One side of the factorisation on an engine: its plays, its factors and its λ. This process solves the rows it owns,
/// and gets the others from the processes that own them; results have the same bits however many processes there are.
/// </summary>
internal sealed class TrainingSide
{
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;
    private readonly ConfidenceWeights _weights;
    private readonly Side _side;
    private readonly IdIndex _ids;
    private readonly float[] _regularization;
    private readonly LoadedSide _plays;
    private readonly IProcessGroup _group;
    private readonly GramianBlocks _gramianBlocks;
    private readonly IEngineFactors _factors;
    private readonly float[] _scaled;
    private readonly RowExchange _exchange;
    private readonly FeaturePull? _pull;
    private float[]? _allRegularization;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">The plays of both sides on the engine.</param>
    /// <param name="side">Which side.</param>
    /// <param name="factors">The factors of both sides.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="features">What is known of the side besides; null for nothing.</param>
    public TrainingSide(
        IAlsEngine engine, LoadedPlays plays, Side side, TrainingFactors factors, AlsOptions options,
        FeatureTable? features = null)
    {
        (_engine, _options, _side, _group) = (engine, options, side, plays.Group);
        _weights = ConfidenceTransform.Weights(options);
        _gramianBlocks = engine.Capabilities.GramianBlocks.On(_group);
        (_ids, _plays, _factors) = side == Side.Users
            ? (plays.Plays.Users, plays.ByUser, factors.Users)
            : (plays.Plays.Items, plays.ByItem, factors.Items);
        _exchange = new RowExchange(_group, _factors, _plays.Chunks);
        _regularization = RowRegularization.Compute(_plays.Plays, options);
        _scaled = options.Acceleration == Acceleration.None ? _regularization : new float[_regularization.Length];
        if (features is not null)
            _pull = new FeaturePull(
                features.RowsOf(_ids), _factors,
                (side == Side.Users ? factors.UserPull : factors.ItemPull)
                    ?? throw new ArgumentException("they have no room for a pull.", nameof(factors)),
                options, RegularizationOfPlayed);
    }

    /// <summary>[rows of all processes, rank].</summary>
    public IEngineFactors Factors => _factors;

    /// <summary>Solves every row of this side with the other side fixed.</summary>
    /// <param name="other">The other side.</param>
    /// <param name="scale">What λ is multiplied by; always 1 in a training that is not accelerated.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <returns>Rows that needed more than fp32.</returns>
    /// <exception cref="GpuAlsException">Kind Internal: a row cannot be solved.</exception>
    public RowSolveReport SolveAgainst(TrainingSide other, double scale = 1, CancellationToken cancellation = default)
    {
        if (_scaled != _regularization)
            for (var row = 0; row < _scaled.Length; row++) _scaled[row] = (float)(scale * _regularization[row]);
        var gramian = other.Gramian();
        var pull = _pull?.Scaled(scale);
        var report = RowSolveReport.Nothing;
        for (var chunk = 0; chunk < _plays.Chunks.Count; chunk++)
        {
            var problem = _plays.Problem(chunk, _options, _factors, other._factors, gramian, _scaled) with
            {
                Pull = pull,
                Cancellation = cancellation,
            };
            report = report.With(_engine.SolveRows(problem), problem.Rows.Start);
            _exchange.Send(chunk);
        }

        _exchange.Receive();
        report = _group.AllGather(report).Aggregate((all, one) => all.With(one, firstRow: 0));
        if (report.FirstFailedRow >= 0) throw Unsolvable(report.FirstFailedRow);
        Moved();
        return report;
    }

    /// <summary>
    /// The factors to measure with: rows that have features but no plays have what their features pull toward. Until
    /// the next half-iteration.
    /// </summary>
    public IEngineFactors Completed() => _pull?.Completed() ?? _factors;

    /// <summary>The factors have changed.</summary>
    public void Moved() => _pull?.Moved();

    /// <summary>The weights of the features that fit some factors; null without features.</summary>
    /// <param name="factors">[rows of all processes, rank].</param>
    public double[]? FeatureWeights(FactorMatrix factors) => _pull?.WeightsFor(factors);

    /// <summary>
    /// Σ λ|x|² over the rows of all processes, or Σ λ|x - Wᵀf|² + μλ|W|², with the same bits on each of them.
    /// </summary>
    public double Norm()
    {
        if (_pull is not null) return _pull.Penalty();
        _allRegularization ??= Gather(_regularization);
        return _engine.WeightedSquaredNorm(_factors, RowRange.All(_factors), _allRegularization);
    }

    /// <summary>L with this side as the rows.</summary>
    /// <param name="items">The other side.</param>
    /// <param name="isBalanced">Whether L is that of factors scaled so that both sides are regularized alike.</param>
    public double LossAgainst(TrainingSide items, bool isBalanced = false)
    {
        Span<double> terms =
        [
            _plays.OnEngine.Sum(chunk =>
                _engine.PlaysLoss(chunk.Plays, _factors, chunk.Rows, items._factors, _weights)),
            Penalty(),
            items.Penalty(),
        ];
        _group.AllReduce(terms);
        var pairs = terms[0] + (_weights.IsExplicit ? 0 : _options.UnobservedWeight * AllPairs(items));
        // c²a + b/c² is least, 2√(ab), where both terms are the same.
        var canBalance = isBalanced && terms[1] > 0 && terms[2] > 0;
        return pairs + (canBalance ? 2 * Math.Sqrt(terms[1] * terms[2]) : terms[1] + terms[2]);
    }

    /// <summary>The share of this process in the regularization of its side.</summary>
    private double Penalty() => _pull is null
        ? _engine.WeightedSquaredNorm(_factors, _plays.Rows, _regularization)
        : _group.Rank == 0 ? _pull.Penalty() : 0;

    /// <summary>λ of the rows of all processes, 0 for rows without plays, whose factors are zero.</summary>
    private float[] RegularizationOfPlayed()
    {
        var regularization = (float[])_regularization.Clone();
        for (var row = 0; row < regularization.Length; row++)
            if (_plays.Plays.RowLength(row) == 0) regularization[row] = 0;
        return Gather(regularization);
    }

    private float[] Gather(float[] regularization)
    {
        if (_group.Size == 1) return regularization;
        var all = new float[_factors.RowCount];
        regularization.CopyTo(all, _plays.Rows.Start);
        _group.AllGather(all.AsSpan(), _plays.Chunks.Shares);
        return all;
    }

    /// <summary>Σ all (x·y)².</summary>
    private double AllPairs(TrainingSide items)
    {
        var (mine, theirs) = (Gramian(), items.Gramian());
        double sum = 0;
        for (var i = 0; i < mine.Length; i++) sum += mine[i] * theirs[i];
        return sum;
    }

    /// <summary>YᵀY over the rows of all processes.</summary>
    private double[] Gramian()
    {
        var gramian = new double[_options.Rank * _options.Rank];
        _engine.Gramian(_factors, RowRange.All(_factors), _gramianBlocks, _group, gramian);
        return gramian;
    }

    private GpuAlsException Unsolvable(int row)
    {
        var side = _side == Side.Users ? "user" : "item";
        return new GpuAlsException(FailureKind.Internal, string.Create(
            CultureInfo.InvariantCulture,
            $"the equations of {side} {Quoted.Of(_ids.Format(row))} have no unique solution in fp64, "
            + $"even with jitter on the diagonal. Raise --regularization (now {_options.Regularization})."));
    }
}

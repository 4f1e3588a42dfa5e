namespace GpuAls;

/// <summary>
/// Factors for users a model was not trained with, from their plays: what half an iteration of its training gives them
/// with the item factors fixed, solved exactly. The model stays as it is. In a model with features of users, they are
/// pulled toward Wᵀf as in the training; of users whom the model does not have, the bias is all that is known of f.
/// </summary>
internal sealed class FoldIn : IDisposable
{
    private readonly FactorModel _model;
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;
    private readonly IEngineFactors _items;
    private readonly double[] _gramian;

    /// <param name="model">The model.</param>
    /// <param name="engine">Where rows are solved.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Device: the engine cannot solve rows of this rank exactly, or there is too little memory.
    /// </exception>
    public FoldIn(FactorModel model, IAlsEngine engine)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        (_model, _engine) = (model, engine);
        // New rows have no factors that conjugate gradients or blocks could improve, so they are solved exactly.
        _options = model.Options with { Solver = Solver.Cholesky, Precision = SumPrecision.Fp32 };
        EngineChecks.Plan(engine, _options.Plan);
        engine.PrepareTraining(_options.Plan);
        _items = engine.LoadFactors(model.ItemFactors);
        _gramian = new double[model.Rank * model.Rank];
        engine.Gramian(_items, RowRange.All(_items), _gramian);
    }

    /// <summary>YᵀY, [rank, rank].</summary>
    public double[] Gramian => _gramian;

    /// <summary>What the plays of users are worth: as in the training, but no user or item is dropped.</summary>
    public static AlsOptions WorthOf(AlsOptions options) => options with { MinUserPlays = null, MinItemPlays = null };

    /// <summary>The factors of some users.</summary>
    /// <param name="plays">[users, items of the model].</param>
    /// <param name="users">
    /// [users], their indices in the model, -1 of one that it does not have; null for users whom it does not have.
    /// </param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <returns>[users, rank].</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a weight is too large. Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public FactorMatrix Solve(CsrMatrix plays, int[]? users = null, CancellationToken cancellation = default)
    {
        var regularization = RowRegularization.Compute(plays, _options);
        using var loaded = _engine.LoadPlays(ConfidenceTransform.Apply(plays, _options));
        using var rows = _engine.CreateFactors(plays.RowCount, _model.Rank);
        using var pull = PullOf(users, regularization);
        var report = _engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(rows),
            Plays = loaded,
            Weights = ConfidenceTransform.Weights(_options),
            FixedFactors = _items,
            Gramian = _gramian,
            Regularization = regularization,
            Pull = pull,
            Target = rows,
            ConjugateGradientSteps = 0,
            BlockSize = 0,
            Precision = SumPrecision.Fp32,
            IsNonnegative = _options.Nonnegative,
            Cancellation = cancellation,
        });
        return report.FirstFailedRow < 0
            ? rows.ToMatrix()
            : throw new GpuAlsException(
                FailureKind.Internal,
                "the equations of a user or item have no unique solution in fp64. Train with more --regularization.");
    }

    /// <summary>A model of other users over the same items.</summary>
    /// <param name="plays">Their plays; those of items that the model does not have are left out.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// As <see cref="Solve"/>; kind BadInput: no item is one of the model.
    /// </exception>
    public (FactorModel Model, FoldInCounts Counts) Of(
        InteractionMatrix plays, CancellationToken cancellation = default)
    {
        var matched = new MatchedPlays(plays, _model.Items, "item");
        var users = matched.Users;
        var matrix = matched.Matrix([.. Enumerable.Range(0, users.Length)], users.Length);
        // Ids are looked up only where something is known of them.
        var known = _model.UserFeatures is null ? null : Array.ConvertAll(
            users, user => _model.Users.TryFind(plays.Users.Format(user), out var index) ? index : -1);
        var model = new FactorModel(
            plays.Users.Select(users), _model.Items, matrix, _model.Options, Solve(matrix, known, cancellation),
            _model.ItemFactors)
        {
            ItemLikes = _model.ItemLikes, // what can be listed is what the model was trained with
            ItemFeatures = _model.ItemFeatures,
        };
        return (model, new FoldInCounts(
            users.Length, matched.UsersLeft, matched.UnknownItems, plays.ByUser.EntryCount - matrix.EntryCount));
    }

    /// <inheritdoc/>
    public void Dispose() => _items.Dispose();

    /// <summary>λ·Wᵀf of each row; null without features.</summary>
    private IEngineFactors? PullOf(int[]? users, float[] regularization)
    {
        if (_model.UserFeatures is not { } features) return null;
        if (users is null) Array.Fill(users = new int[regularization.Length], -1);
        var pull = features.Predict(users);
        for (var row = 0; row < pull.RowCount; row++)
            foreach (ref var value in pull.Row(row)) value *= regularization[row];
        return _engine.LoadFactors(pull);
    }
}

/// <summary>What became of the plays of new users.</summary>
/// <param name="Users">Users who got factors.</param>
/// <param name="UsersWithoutItems">Users none of whose items is in the model.</param>
/// <param name="UnknownItems">Items that are not in the model.</param>
/// <param name="UnknownPlays">Plays of these.</param>
internal sealed record FoldInCounts(int Users, int UsersWithoutItems, int UnknownItems, long UnknownPlays);

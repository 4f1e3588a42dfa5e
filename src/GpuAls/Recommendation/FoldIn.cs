namespace GpuAls;

/// <summary>
/// Factors for users a model was not trained with, from their plays: what half an iteration of its training gives them
/// with the item factors fixed, solved exactly. The model stays as it is.
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
        _items = engine.LoadFactors(model.ItemFactors, model.Rank);
        _gramian = new double[model.Rank * model.Rank];
        engine.Gramian(_items, RowRange.All(_items), _gramian);
    }

    /// <summary>YᵀY, [rank, rank].</summary>
    public double[] Gramian => _gramian;

    /// <summary>What the plays of users are worth: as in the training, but no user or item is dropped.</summary>
    public static AlsOptions WorthOf(AlsOptions options) => options with { MinUserPlays = null, MinItemPlays = null };

    /// <summary>The factors of some users.</summary>
    /// <param name="plays">[users, items of the model].</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <returns>[users, rank], row-major.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a weight is too large. Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public float[] Solve(CsrMatrix plays, CancellationToken cancellation = default)
    {
        using var loaded = _engine.LoadPlays(ConfidenceTransform.Apply(plays, _options));
        using var rows = _engine.CreateFactors(plays.RowCount, _model.Rank);
        var report = _engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(rows),
            Plays = loaded,
            Weights = ConfidenceTransform.Weights(_options),
            FixedFactors = _items,
            Gramian = _gramian,
            Regularization = RowRegularization.Compute(plays, _options),
            Target = rows,
            ConjugateGradientSteps = 0,
            BlockSize = 0,
            Precision = SumPrecision.Fp32,
            IsNonnegative = _options.Nonnegative,
            Cancellation = cancellation,
        });
        return report.FirstFailedRow < 0
            ? rows.ToArray()
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
        var model = new FactorModel(
            plays.Users.Select(users), _model.Items, matrix, _model.Options, Solve(matrix, cancellation),
            _model.ItemFactors)
        {
            ItemLikes = _model.ItemLikes, // what can be listed is what the model was trained with
        };
        return (model, new FoldInCounts(
            users.Length, matched.UsersLeft, matched.UnknownItems, plays.ByUser.EntryCount - matrix.EntryCount));
    }

    /// <inheritdoc/>
    public void Dispose() => _items.Dispose();
}

/// <summary>What became of the plays of new users.</summary>
/// <param name="Users">Users who got factors.</param>
/// <param name="UsersWithoutItems">Users none of whose items is in the model.</param>
/// <param name="UnknownItems">Items that are not in the model.</param>
/// <param name="UnknownPlays">Plays of these.</param>
internal sealed record FoldInCounts(int Users, int UsersWithoutItems, int UnknownItems, long UnknownPlays);

namespace GpuAls;

/// <summary>A training after a whole iteration: all that the iterations after it depend on.</summary>
internal sealed record TrainingState
{
    /// <summary>Length of a factor vector.</summary>
    public required int Rank { get; init; }

    /// <summary>A report for each iteration done.</summary>
    public required IReadOnlyList<IterationReport> Reports { get; init; }

    /// <summary>The factors after the last of them.</summary>
    public required FactorMatrices Factors { get; init; }

    /// <summary>The best of the iterations; null where they are not compared.</summary>
    public BestFactors? Best { get; init; }

    /// <summary>Iterations done.</summary>
    public int Iteration => Reports.Count;
}

/// <summary>Factors in host memory, of one side or of both.</summary>
internal sealed class FactorMatrices
{
    /// <summary>
    /// [users, rank]; null where the next iteration solves users before anything reads them.
    /// </summary>
    public FactorMatrix? Users { get; set; }

    /// <summary>[items, rank]; null where the next iteration solves items first.</summary>
    public FactorMatrix? Items { get; set; }

    /// <summary>
    /// [rows, rank], those of the side solved second before it was solved last; null without momentum.
    /// </summary>
    public FactorMatrix? Before { get; set; }

    /// <summary>What momentum knows besides factors.</summary>
    public MomentumState Momentum { get; set; } = MomentumState.None;

    /// <summary>
    /// Copies what the next iteration of a training reads, or all that a model needs, into matrices that are there or
    /// into new ones.
    /// </summary>
    /// <param name="factors">The factors on their engine.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="isLast">Whether both sides are needed, since no iteration follows.</param>
    public void Fill(TrainingFactors factors, AlsOptions options, bool isLast)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(options);
        // What a side is pulled toward depends on its factors before it is solved.
        var hasPull = (options.First == Side.Users ? factors.UserPull : factors.ItemPull) is not null;
        Side? skipped = options.SolvesFirstSideAnew && !hasPull && !isLast ? options.First : null;
        Users = skipped == Side.Users ? null : Copy(factors.Users, Users);
        Items = skipped == Side.Items ? null : Copy(factors.Items, Items);
        Before = factors.Before is { } before ? Copy(before, Before) : null;
        Momentum = factors.Momentum;
    }

    private static FactorMatrix Copy(IEngineFactors from, FactorMatrix? to)
    {
        to ??= FactorMatrix.Uninitialized(from.RowCount, from.Rank);
        from.CopyTo(to);
        return to;
    }
}

/// <summary>The best iteration of a training, and the factors after it.</summary>
/// <param name="State">Which it is, and what the next has to beat.</param>
/// <param name="Factors">The factors of both sides.</param>
internal sealed record BestFactors(BestState State, FactorSnapshot Factors);

/// <summary>Takes the state of a training after each iteration.</summary>
internal interface ITrainingKeeper
{
    /// <summary>Matrices for the next state, which nobody reads; what is in them may be written over.</summary>
    FactorMatrices Spare();

    /// <summary>Takes the state.</summary>
    void Keep(TrainingState state);
}

/// <summary>
/// Copies the state of one training to the host after each iteration, for whoever keeps it. It comes last, when the
/// others have added to the report and decided whether the training goes on.
/// </summary>
/// <param name="keeper">Keeps it.</param>
/// <param name="options">What is trained.</param>
/// <param name="reports">The iterations so far.</param>
/// <param name="best">The best of them; null where they are not compared.</param>
internal sealed class StateObserver(
    ITrainingKeeper keeper, AlsOptions options, ReportObserver reports, EarlyStoppingObserver? best) : ITrainingObserver
{
    /// <inheritdoc/>
    public bool Iterated(TrainingStep state, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(state);
        keeper.Keep(new TrainingState
        {
            Rank = options.Rank,
            Reports = [.. reports.Reports],
            Factors = Factors(state),
            Best = best?.Best,
        });
        return true;
    }

    /// <summary>
    /// The factors that the next iteration reads; both sides after the last one, since they are the model.
    /// </summary>
    private FactorMatrices Factors(TrainingStep step)
    {
        // Those of an accelerated training go on as they are, and are scaled for the model.
        if (options.Acceleration == Acceleration.None
            && best?.Factors is { } copied && best.Iteration == step.Iteration)
            return new FactorMatrices { Users = copied.Users, Items = copied.Items };
        var spare = keeper.Spare();
        spare.Fill(step.Trainings[0].Factors, options, isLast: !step.GoesOn);
        return spare;
    }
}

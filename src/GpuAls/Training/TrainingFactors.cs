namespace GpuAls;

/// <summary>
/// The factors of both sides on an engine while they are trained, what momentum keeps, and what features pull toward.
/// </summary>
internal sealed class TrainingFactors : IDisposable
{
    /// <summary>Copies of the side solved second that momentum keeps.</summary>
    public const int Kept = 2;

    private readonly List<IEngineFactors> _all = [];

    private TrainingFactors(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, FactorMatrices matrices, FeatureTables features)
    {
        var (userCount, itemCount) = (plays.Users.Count, plays.Items.Count);
        try
        {
            Users = Load(matrices.Users, userCount);
            Items = Load(matrices.Items, itemCount);
            if (features.Users is not null) UserPull = Load(null, userCount);
            if (features.Items is not null) ItemPull = Load(null, itemCount);
            if (options.Acceleration == Acceleration.None) return;
            var second = options.First == Side.Users ? itemCount : userCount;
            Before = Load(matrices.Before, second);
            Ahead = Load(null, second);
            Momentum = matrices.Momentum;
        }
        catch
        {
            Dispose();
            throw;
        }

        IEngineFactors Load(FactorMatrix? values, int rowCount)
        {
            _all.Add(values is null
                ? engine.CreateFactors(rowCount, options.Rank)
                : engine.LoadFactors(values));
            return _all[^1];
        }
    }

    /// <summary>[users, rank].</summary>
    public IEngineFactors Users { get; }

    /// <summary>[items, rank].</summary>
    public IEngineFactors Items { get; }

    /// <summary>[users, rank], λ times what their features pull them toward; null without features.</summary>
    public IEngineFactors? UserPull { get; }

    /// <summary>[items, rank], the same for items.</summary>
    public IEngineFactors? ItemPull { get; }

    /// <summary>Those of the side solved second before it was solved last; null without momentum.</summary>
    public IEngineFactors? Before { get; }

    /// <summary>Of the same shape, for momentum to work in; null without momentum.</summary>
    public IEngineFactors? Ahead { get; }

    /// <summary>What momentum knows besides factors.</summary>
    public MomentumState Momentum { get; set; } = MomentumState.None;

    /// <summary>The factors that a training begins with.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static TrainingFactors First(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, FeatureTables? features = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        return From(engine, plays, options, FirstMatrices(plays, options), features);
    }

    /// <summary>The same in host memory; null for a side that is solved before anything reads it.</summary>
    public static FactorMatrices FirstMatrices(InteractionMatrix plays, AlsOptions options) => new()
    {
        Users = First(Side.Users, plays.Users.Count, options),
        Items = First(Side.Items, plays.Items.Count, options),
    };

    /// <summary>
    /// Factors from which a training goes on; those of a side that it solves before it reads them need not be there.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static TrainingFactors From(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, FactorMatrices matrices,
        FeatureTables? features = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(matrices);
        return new TrainingFactors(engine, plays, options, matrices, features ?? FeatureTables.None);
    }

    /// <summary>Brings the factors of both sides to the host, as they are.</summary>
    public FactorSnapshot Download() => new(Users.ToMatrix(), Items.ToMatrix());

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        for (var i = _all.Count - 1; i >= 0; i--) _all[i].Dispose();
    }

    private static FactorMatrix? First(Side side, int rowCount, AlsOptions options)
    {
        if (side == options.First && options.SolvesFirstSideAnew) return null;
        var factors = FactorInitializer.Create(rowCount, side, options);
        if (options.Nonnegative)
            foreach (var (_, values) in factors.Blocks)
                foreach (ref var factor in values.Span) factor = Math.Abs(factor);
        return factors;
    }
}

/// <summary>The factors of both sides in host memory.</summary>
/// <param name="Users">[users, rank].</param>
/// <param name="Items">[items, rank].</param>
internal sealed record FactorSnapshot(FactorMatrix Users, FactorMatrix Items);

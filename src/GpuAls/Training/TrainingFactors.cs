namespace GpuAls;

/// <summary>The factors of both sides on an engine, while they are trained.</summary>
internal sealed class TrainingFactors : IDisposable
{
    private TrainingFactors(IEngineFactors users, Func<IEngineFactors> makeItems)
    {
        Users = users;
        try
        {
            Items = makeItems();
        }
        catch
        {
            users.Dispose();
            throw;
        }
    }

    /// <summary>[users, rank].</summary>
    public IEngineFactors Users { get; }

    /// <summary>[items, rank].</summary>
    public IEngineFactors Items { get; }

    /// <summary>The factors that a training begins with.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static TrainingFactors First(IAlsEngine engine, InteractionMatrix plays, AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        return new TrainingFactors(
            First(engine, Side.Users, plays.Users.Count, options),
            () => First(engine, Side.Items, plays.Items.Count, options));
    }

    /// <summary>Factors from which a training goes on.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static TrainingFactors From(IAlsEngine engine, FactorSnapshot factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return new TrainingFactors(
            engine.LoadFactors(factors.Users, factors.Rank), () => engine.LoadFactors(factors.Items, factors.Rank));
    }

    /// <summary>Factors of a training that goes on; those of a side that it solves first need not be there.</summary>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public static TrainingFactors From(IAlsEngine engine, InteractionMatrix plays, TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(state);
        return new TrainingFactors(
            Load(state.Factors.Users, plays.Users.Count), () => Load(state.Factors.Items, plays.Items.Count));

        IEngineFactors Load(float[]? values, int rowCount) => values is null
            ? engine.CreateFactors(rowCount, state.Rank)
            : engine.LoadFactors(values, state.Rank);
    }

    /// <summary>Brings them to the host.</summary>
    public FactorSnapshot Download() => new(Users.Rank, Users.ToArray(), Items.ToArray());

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        Items.Dispose();
        Users.Dispose();
    }

    private static IEngineFactors First(IAlsEngine engine, Side side, int rowCount, AlsOptions options)
    {
        if (side == options.First && options.SolvesFirstSideAnew)
            return engine.CreateFactors(rowCount, options.Rank);
        var factors = FactorInitializer.Create(rowCount, side, options);
        if (options.Nonnegative)
            foreach (ref var factor in factors.AsSpan()) factor = Math.Abs(factor);
        return engine.LoadFactors(factors, options.Rank);
    }
}

/// <summary>The factors of both sides in host memory.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="Users">[users, Rank], row-major.</param>
/// <param name="Items">[items, Rank], row-major.</param>
internal sealed record FactorSnapshot(int Rank, float[] Users, float[] Items);

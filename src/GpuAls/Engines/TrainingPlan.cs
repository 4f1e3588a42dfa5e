using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What a training requires of an engine.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="ConjugateGradientSteps">0 for exact solves.</param>
/// <param name="Precision">How plays are summed.</param>
/// <param name="IsNonnegative">Whether x ≥ 0 is required.</param>
internal readonly record struct TrainingPlan(
    int Rank, int ConjugateGradientSteps, SumPrecision Precision, bool IsNonnegative = false)
{
    /// <summary>Whether factors are combined and their norms summed between iterations.</summary>
    public bool IsAccelerated { get; init; }

    /// <summary>Factors solved at a time by iALS++; 0 for other solvers.</summary>
    public int BlockSize { get; init; }

    /// <summary>How rows are solved.</summary>
    public Solver Solver => BlockSize > 0 ? Solver.BlockCoordinates
        : ConjugateGradientSteps > 0 ? Solver.ConjugateGradient
        : Solver.Cholesky;

    /// <summary>
    /// Factors of an L2 cache of 1 MiB. Each step of conjugate gradients reads those of a row's plays again.
    /// </summary>
    private const int CachedFactors = 1 << 18;

    /// <summary>
    /// The most plays of a row that is solved through as many unknowns as it has plays; 0 where none is.
    /// </summary>
    public int LongestDualRow { get; init; }

    /// <summary>
    /// The work of a row: what processes share out. Its unit is a multiplication of the sums over plays; what is done
    /// less efficiently counts by the time it takes, as fitted to rows of one length on the CPU and on an H200
    /// (bench/Results/scaling.md).
    /// </summary>
    /// <param name="plays">The plays of the row.</param>
    public double WorkOf(int plays)
    {
        double n = plays, f = Rank, k = BlockSize;
        return Solver switch
        {
            _ when plays == 0 => f, // written, not solved
            Solver.ConjugateGradient =>
                (ConjugateGradientSteps + 1) * ((2 * n * f * (n * f > CachedFactors ? 1.8 : 1)) + (f * f)),
            Solver.BlockCoordinates => (f * f) + (2 * n * f) + (f * k * ((n / 2) + (k / 3))),
            _ when plays <= LongestDualRow && !IsNonnegative =>
                (n * n * f) + (n * n * n / 6) + (20 * n * f) + (3 * f * f),
            _ => ((n + 60) * f * f / 2) + (f * f * f / 6),
        };
    }

    /// <summary>The plan, as the engines of all processes carry it out.</summary>
    /// <param name="engine">The engine of this process.</param>
    /// <param name="group">The processes; all of them ask.</param>
    public TrainingPlan On(EngineCapabilities engine, IProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(engine);
        // All must share out the rows alike.
        return this with { LongestDualRow = group.AllGather(engine.LongestDualRow(Rank)).Min() };
    }
}

/// <summary>How the normal equation of a row is solved.</summary>
[JsonConverter(typeof(WordConverter<Solver>))]
public enum Solver
{
    /// <summary>Exactly, by Cholesky factorization.</summary>
    [JsonStringEnumMemberName("cholesky")]
    Cholesky,

    /// <summary>
    /// Approximately, by a few conjugate gradient steps starting from the previous factors (Takács et al., 2011).
    /// </summary>
    [JsonStringEnumMemberName("cg")]
    ConjugateGradient,

    /// <summary>
    /// Block coordinate descent: one sweep over blocks of factors, each solved exactly with the others fixed, starting
    /// from the previous factors (iALS++; Rendle et al., 2021).
    /// </summary>
    [JsonStringEnumMemberName("ials++")]
    BlockCoordinates,
}

/// <summary>Precision of the sums over plays that make up the normal equations.</summary>
[JsonConverter(typeof(WordConverter<SumPrecision>))]
public enum SumPrecision
{
    /// <summary>Products and sums in fp32.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>
    /// Products of factors rounded to tf32 (11 significant bits) and sums in fp32, on the tensor cores of NVIDIA GPUs
    /// of compute capability 8.0 or newer.
    /// </summary>
    [JsonStringEnumMemberName("tf32")]
    Tf32,
}

/// <summary>What of a training decides how much memory it needs.</summary>
/// <param name="UserCount">Rows of the users' factors.</param>
/// <param name="ItemCount">Rows of the items' factors.</param>
/// <param name="Rank">Number of factors.</param>
/// <param name="LongestRow">Most plays of one user or item.</param>
/// <param name="PlayCount">Plays in all.</param>
internal readonly record struct TrainingShape(int UserCount, int ItemCount, int Rank, int LongestRow, long PlayCount)
{
    /// <summary>Rows of further factor matrices, which an accelerated training keeps.</summary>
    public long KeptRows { get; init; }

    /// <summary>Factors solved at a time by iALS++; 0 for other solvers.</summary>
    public int BlockSize { get; init; }

    /// <summary>Whether rows are solved exactly, with sums in fp32: those with few plays by dual equations.</summary>
    public bool IsExact { get; init; }

    /// <summary>Rows of all factor matrices.</summary>
    public long FactorRows => (long)UserCount + ItemCount + KeptRows;

    /// <summary>The shape of training on some plays.</summary>
    public static TrainingShape Of(InteractionMatrix plays, int rank)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new TrainingShape(
            plays.Users.Count,
            plays.Items.Count,
            rank,
            Math.Max(plays.ByUser.LongestRow(), plays.ByItem.LongestRow()),
            plays.ByUser.EntryCount);
    }
}

using System.Globalization;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>
/// Options of a training. For plays r(u,i) of user u and item i, duplicates summed:
/// <code>
/// L = Σ over all (u,i) of c(u,i)·(p(u,i) - xᵤ·yᵢ)² + Σᵤ λᵤ|xᵤ|² + Σᵢ λᵢ|yᵢ|²
///
/// observed    p = 1, c = α₀ + conf(r)     conf = α·r  or  α·ln(1 + r/ε)
/// unobserved  p = 0, c = α₀
/// r &lt; 0       p = 0, c = α₀ + conf(|r|)   a dislike
///
/// λᵤ = λ,  λ·nᵤ  or  λ·(nᵤ + α₀·items)^ν  nᵤ = plays of u with r &gt; 0
/// </code>
/// Hu, Koren and Volinsky, ICDM 2008. With <see cref="Objective.Ials"/> (Rendle et al., 2021) every pair is pulled
/// toward 0, observed ones too: L = Σ observed conf·(1 - x·y)² + α₀·Σ all (x·y)² + the same regularization. With
/// <see cref="Feedback.Explicit"/> (Zhou et al., 2008; Spark) r is a rating of any sign, and L = Σ observed (r - x·y)²
/// + the same regularization with α₀ = 0 and n the number of all ratings: confidence, objective and α₀ are ignored.
/// <para>
/// With features fᵢ of items, Σᵢ λᵢ|yᵢ - Wᵀfᵢ|² + μλ|W|² replaces Σᵢ λᵢ|yᵢ|², and W is part of what is found;
/// the bias is left out of |W|². So it is with features of users.
/// </para>
/// </summary>
public sealed record AlsOptions
{
    /// <summary>Iterations that a training ended by its loss has at most, unless it is given another number.</summary>
    internal const int MostIterations = 1000;

    /// <summary>The tolerance of a training that is to find the number of its iterations.</summary>
    internal const double UsualTolerance = 0.001;

    /// <summary>μ, unless it is given.</summary>
    internal const double UsualFeatureRegularization = 10;

    /// <summary>
    /// The defaults. Confidence, α, λ and its scaling were found with <c>gpuals tune</c> on the play counts of Last.fm
    /// (HetRec 2011); see docs/tuning.md.
    /// </summary>
    public static AlsOptions Default { get; } = new();

    /// <summary>Length of a factor vector, 1 .. 2,048.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>
    /// Number of iterations; each solves both sides once. With <see cref="Tolerance"/> at most so many.
    /// </summary>
    public int Iterations { get; init; } = 10;

    /// <summary>
    /// An iteration that changes the loss by less is the last; relative to the loss, above 0. Null trains all
    /// iterations.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Tolerance { get; init; }

    /// <summary>λ, at least 0.</summary>
    public double Regularization { get; init; } = 0.2;

    /// <summary>α, the weight of a play, above 0.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether r is a number of plays or a rating.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>How confidence grows with plays.</summary>
    public ConfidenceFunction Confidence { get; init; } = ConfidenceFunction.Log;

    /// <summary>ε of <see cref="ConfidenceFunction.Log"/>, above 0.</summary>
    public double Epsilon { get; init; } = 1;

    /// <summary>Added to conf(r): -1 for the preset implicit, so that c = α·r; otherwise 0.</summary>
    public double ConfidenceOffset { get; init; }

    /// <summary>The value that observed pairs are pulled toward.</summary>
    public Objective Objective { get; init; } = Objective.HuKorenVolinsky;

    /// <summary>
    /// Days in which a play loses half its weight, above 0; null for weights that do not decay. Requires times; only
    /// for plays, not for ratings.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HalfLife { get; init; }

    /// <summary>
    /// The time that the age of a play is counted back from; null for that of the newest play to train on. Later plays
    /// keep their whole weight.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>
    /// The most that the summed weight of a user and an item counts, above 0, and the most that a dislike counts; null
    /// for no cap.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MaxWeight { get; init; }

    /// <summary>
    /// Different items that a user must have, or is dropped; dropping is repeated until this and
    /// <see cref="MinItemPlays"/> hold for all users and items that are left. At least 1; null for no minimum.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MinUserPlays { get; init; }

    /// <summary>Different users that an item must have, or is dropped; null for no minimum.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MinItemPlays { get; init; }

    /// <summary>α₀, the weight of a pair without a play, at least 0.</summary>
    public double UnobservedWeight { get; init; } = 1;

    /// <summary>How λ depends on the number of plays of a user or item.</summary>
    public RegularizationScaling RegularizationScaling { get; init; } = RegularizationScaling.Count;

    /// <summary>ν of <see cref="RegularizationScaling.Ials"/>, at least 0.</summary>
    public double RegularizationExponent { get; init; } = 1;

    /// <summary>
    /// μ, by which the weights of features are regularized, above 0; null for <see cref="UsualFeatureRegularization"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FeatureRegularization { get; init; }

    /// <summary>The side solved first in each iteration.</summary>
    public Side First { get; init; } = Side.Users;

    /// <summary>How the factors of a user or item are solved for.</summary>
    public Solver Solver { get; init; } = Solver.Cholesky;

    /// <summary>
    /// Whether factors are constrained to be nonnegative; each row is an exact nonnegative least squares solution. CPU
    /// only, with <see cref="Solver.Cholesky"/>.
    /// </summary>
    public bool Nonnegative { get; init; }

    /// <summary>Steps of <see cref="Solver.ConjugateGradient"/>, at least 1.</summary>
    public int ConjugateGradientSteps { get; init; } = 3;

    /// <summary>
    /// Factors that <see cref="Solver.BlockCoordinates"/> solves at a time: a multiple of 16, up to 256. A row is
    /// solved exactly where it is the rank or more.
    /// </summary>
    public int BlockSize { get; init; } = 64;

    /// <summary>
    /// Precision of the sums of <see cref="Solver.Cholesky"/>; tf32 requires an NVIDIA GPU of compute capability 8.0
    /// or newer.
    /// </summary>
    public SumPrecision Precision { get; init; } = SumPrecision.Fp32;

    /// <summary>Seed of the initial factors. The same seed, input, options and device produce the same bytes.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Distribution of the initial factors.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Initialization Init { get; init; }

    /// <summary>Scale of the initial factors, above 0; null for the default of <see cref="Init"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? InitScale { get; init; }

    /// <summary>How iterations build on the ones before.</summary>
    public Acceleration Acceleration { get; init; } = Acceleration.Momentum;

    /// <summary>
    /// Whether the loss is computed after each iteration; with <see cref="Tolerance"/> it always is.
    /// </summary>
    public bool TrackLoss { get; init; }

    /// <summary>These options with as many iterations as the tolerance asks for: 0.001 unless there is one.</summary>
    internal AlsOptions UntilConverged() =>
        this with { Iterations = MostIterations, Tolerance = Tolerance ?? UsualTolerance };

    /// <summary>What a training with these options requires of an engine.</summary>
    internal TrainingPlan Plan =>
        new(Rank, Solver == Solver.ConjugateGradient ? ConjugateGradientSteps : 0, Precision, Nonnegative)
        {
            IsAccelerated = Acceleration != Acceleration.None,
            BlockSize = Solver == Solver.BlockCoordinates ? BlockSize : 0,
        };

    /// <summary>
    /// Whether an iteration writes each row of <see cref="First"/> before anything reads it, as exact solves do; others
    /// begin with the row as it is.
    /// </summary>
    internal bool SolvesFirstSideAnew => Solver == Solver.Cholesky && !Nonnegative;

    /// <summary>What decides how much memory a training on some plays needs.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="features">What is known of users and items besides.</param>
    internal TrainingShape ShapeOf(InteractionMatrix plays, FeatureTables? features = null) =>
        TrainingShape.Of(plays, Rank) with
        {
            KeptRows = KeptRows(plays.Users.Count, plays.Items.Count, features),
            BlockSize = Plan.BlockSize,
            IsExact = Solver == Solver.Cholesky && Precision == SumPrecision.Fp32,
        };

    /// <summary>
    /// Rows of the factor matrices that an accelerated training keeps, and of those that features pull toward.
    /// </summary>
    internal long KeptRows(long userCount, long itemCount, FeatureTables? features = null)
    {
        var second = First == Side.Users ? itemCount : userCount;
        return (Acceleration == Acceleration.None ? 0 : TrainingFactors.Kept * second)
            + (features?.Users is null ? 0 : userCount) + (features?.Items is null ? 0 : itemCount);
    }

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate()
    {
        AlsParameters.Table.Check(this);
        Require.Usage(
            double.IsFinite(ConfidenceOffset),
            string.Create(
                CultureInfo.InvariantCulture,
                $"the confidence offset is {ConfidenceOffset}; expected a finite number."));
    }
}

/// <summary>The value that observed pairs are pulled toward.</summary>
[JsonConverter(typeof(WordConverter<Objective>))]
public enum Objective
{
    /// <summary>Toward 1 with weight α₀ + conf (Hu, Koren and Volinsky, 2008; Spark; implicit).</summary>
    [JsonStringEnumMemberName("hkv")]
    HuKorenVolinsky,

    /// <summary>Toward 1 with weight conf and, like all pairs, toward 0 with weight α₀ (Rendle et al., 2021).</summary>
    [JsonStringEnumMemberName("ials")]
    Ials,
}

/// <summary>How iterations build on the ones before.</summary>
[JsonConverter(typeof(WordConverter<Acceleration>))]
public enum Acceleration
{
    /// <summary>Plain alternating least squares, as in other systems.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>
    /// Balanced factors and Nesterov momentum with restarts: about the same loss in half the iterations (Mitchell, Ye
    /// and De Sterck, 2020; O'Donoghue and Candès, 2015).
    /// </summary>
    [JsonStringEnumMemberName("momentum")]
    Momentum,
}

/// <summary>How confidence grows with plays.</summary>
[JsonConverter(typeof(WordConverter<ConfidenceFunction>))]
public enum ConfidenceFunction
{
    /// <summary>conf = α·r (Hu, Koren and Volinsky, equation 3).</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,

    /// <summary>conf = α·ln(1 + r/ε) (Hu, Koren and Volinsky, equation 6).</summary>
    [JsonStringEnumMemberName("log")]
    Log,
}

/// <summary>How λ depends on the number of plays of a user or item.</summary>
[JsonConverter(typeof(WordConverter<RegularizationScaling>))]
public enum RegularizationScaling
{
    /// <summary>λ for every row (Hu, Koren and Volinsky; implicit).</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>λ·n, n = plays with r &gt; 0, or ratings (ALS-WR, Zhou et al., 2008; Spark).</summary>
    [JsonStringEnumMemberName("count")]
    Count,

    /// <summary>λ·(n + α₀·columns)^ν (Rendle et al., 2021).</summary>
    [JsonStringEnumMemberName("ials")]
    Ials,
}

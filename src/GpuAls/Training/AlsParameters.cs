using static GpuAls.Parameter<GpuAls.AlsOptions>;

namespace GpuAls;

/// <summary>The declarations of <see cref="AlsOptions"/>.</summary>
internal static class AlsParameters
{
    private static readonly ParameterCondition<AlsOptions> Implicit = new(
        options => options.Feedback == Feedback.Implicit,
        "cannot be used with --feedback explicit, where every rating has the same weight.");

    /// <summary>The word for a number of iterations that is found on the way.</summary>
    private const string UntilConverged = "auto";

    /// <summary>Every option of a training, the ones that most people need first.</summary>
    public static ParameterTable<AlsOptions> Table { get; } = new(AlsOptions.Default,
    [
        Whole<int>(
            "rank",
            o => o.Rank,
            (o, value) => o with { Rank = value },
            ParameterRange.Between(1, EngineLimits.MaximumRank)) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            SearchOrder = 10,
            Summary = "Number of factors of each user and item",
        },
        Real(
            "regularization",
            o => o.Regularization,
            (o, value) => o with { Regularization = value },
            ParameterRange.NonNegative) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            SearchOrder = 8,
            Summary = "Regularization strength (λ)",
        },
        Real("alpha", o => o.Alpha, (o, value) => o with { Alpha = value }, ParameterRange.Positive) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            SearchOrder = 4,
            Summary = "Weight of a play (α)",
            AppliesWhen = [Implicit],
        },
        Word("feedback", o => o.Feedback, (o, value) => o with { Feedback = value }) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            Summary = "Learn from plays or from ratings",
            Details = "With explicit feedback, the ratings in --weight-column are predicted, and pairs without a "
                + "rating play no part.",
        },
        Word("confidence", o => o.Confidence, (o, value) => o with { Confidence = value }) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            SearchOrder = 2,
            Summary = "Weight of r plays: α·r or α·ln(1 + r/ε)",
            AppliesWhen = [Implicit],
        },
        Real("epsilon", o => o.Epsilon, (o, value) => o with { Epsilon = value }, ParameterRange.Positive) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 3,
            Summary = "ε of --confidence log",
            AppliesWhen =
            [
                Implicit,
                new(o => o.Confidence == ConfidenceFunction.Log, "requires --confidence log."),
            ],
        },
        Word("objective", o => o.Objective, (o, value) => o with { Objective = value }) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 12,
            Summary = "Objective of Hu, Koren and Volinsky (hkv) or of iALS (ials)",
            AppliesWhen = [Implicit],
        },
        Real(
            "unobserved-weight",
            o => o.UnobservedWeight,
            (o, value) => o with { UnobservedWeight = value },
            ParameterRange.NonNegative) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 7,
            Summary = "Weight of a pair without plays (α₀)",
            AppliesWhen = [Implicit],
        },
        Word(
            "regularization-scaling",
            o => o.RegularizationScaling,
            (o, value) => o with { RegularizationScaling = value }) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 5,
            Summary = "How λ depends on the number of plays n of a user or item",
            Details = "none: λ. count: λ·n. ials: λ·(n + α₀·N)^ν, where N is the number of items (for a user) or "
                + "users (for an item).",
        },
        Real(
            "regularization-exponent",
            o => o.RegularizationExponent,
            (o, value) => o with { RegularizationExponent = value },
            ParameterRange.NonNegative) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 6,
            Summary = "ν of --regularization-scaling ials",
            AppliesWhen =
            [
                new(
                    o => o.RegularizationScaling == RegularizationScaling.Ials,
                    "requires --regularization-scaling ials."),
            ],
        },
        Real(
            "feature-regularization",
            o => o.FeatureRegularization,
            (o, value) => o with { FeatureRegularization = value },
            ParameterRange.Positive) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 9,
            DefaultNote = TextOf(AlsOptions.UsualFeatureRegularization),
            Summary = "Regularization of the weights of features (μ), in units of λ",
        },
        Days("half-life", o => o.HalfLife, (o, days) => o with { HalfLife = days }) with
        {
            Group = ParameterGroup.Model,
            SearchOrder = 1,
            Summary = "A play loses half its weight in this time, such as 90d",
            Details = "Its age counts back from the newest play to train on, or from --as-of. Requires --time-column. "
                + "h, d, w and y are hours, days, weeks and years of 365.25 days.",
            AppliesWhen =
            [
                new(
                    o => o.Feedback == Feedback.Implicit,
                    "cannot be used with --feedback explicit: ratings do not fade."),
            ],
        },
        Form(
            "as-of", o => o.AsOf is { } asOf ? EpochTime.Text(asOf) : null,
            (o, text) => o with { AsOf = EpochTime.Parse(text, "--as-of") }) with
        {
            Group = ParameterGroup.Model,
            ValueName = "TIME",
            DefaultNote = "the newest play to train on",
            Summary = "The time that --half-life counts back from",
            Details = "A play after it keeps its whole weight; to leave such plays out, use --until.",
            Requires = [new(o => o.AsOf is null || o.HalfLife is not null, "--as-of requires --half-life.")],
        },
        Real("max-weight", o => o.MaxWeight, (o, value) => o with { MaxWeight = value }, ParameterRange.Positive) with
        {
            Group = ParameterGroup.Model,
            DefaultNote = "none",
            Summary = "Cap on the summed weight of a user and an item",
            Details = "Dislikes are capped at minus this weight.",
            AppliesWhen =
            [
                new(
                    o => o.Feedback == Feedback.Implicit,
                    "cannot be used with --feedback explicit: ratings are not capped."),
            ],
        },
        Whole<int>(
            "min-user-plays", o => o.MinUserPlays, (o, value) => o with { MinUserPlays = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Model,
            DefaultNote = "none",
            Summary = "Drop users with fewer different items",
            Details = "Repeated with --min-item-plays until both hold for all that are left (the k-core).",
        },
        Whole<int>(
            "min-item-plays", o => o.MinItemPlays, (o, value) => o with { MinItemPlays = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Model,
            DefaultNote = "none",
            Summary = "Drop items with fewer different users",
        },
        Flag("nonnegative", o => o.Nonnegative, (o, value) => o with { Nonnegative = value }) with
        {
            Group = ParameterGroup.Model,
            Summary = "Constrain factors to be nonnegative (CPU only; requires --solver cholesky)",
            Requires =
            [
                new(
                    o => !o.Nonnegative || o.Solver != Solver.ConjugateGradient,
                    "--nonnegative requires --solver cholesky: --solver cg cannot constrain factors."),
                new(
                    o => !o.Nonnegative || o.Solver != Solver.BlockCoordinates,
                    "--nonnegative requires --solver cholesky: --solver ials++ cannot constrain factors."),
            ],
        },
        Whole<int>(
            "iterations",
            o => o.Iterations,
            (o, value) => o with { Iterations = value },
            ParameterRange.Between(1, 10_000),
            UntilConverged,
            o => o.UntilConverged()) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            SearchOrder = 11,
            Summary = "Number of iterations; each solves users and items once",
            Details = $"{UntilConverged}: as many as --tolerance asks for, at most {AlsOptions.MostIterations}.",
        },
        Real("tolerance", o => o.Tolerance, (o, value) => o with { Tolerance = value }, Tolerances) with
        {
            Group = ParameterGroup.Training,
            DefaultNote = $"{TextOf(AlsOptions.UsualTolerance)} with --iterations {UntilConverged}, else none",
            Summary = "Stop after an iteration that changes the loss by less than N times the loss",
        },
        Word("solver", o => o.Solver, (o, value) => o with { Solver = value }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Solve exactly, by conjugate gradients, or block by block (for high ranks)",
            Details = "cg and ials++ improve the factors of the iteration before. ials++ solves --block-size factors "
                + "at a time, so that its work grows with the rank much more slowly than that of cholesky.",
        },
        Whole<int>(
            "cg-steps", o => o.ConjugateGradientSteps, (o, value) => o with { ConjugateGradientSteps = value },
            ParameterRange.Between(1, 1_000)) with
        {
            Group = ParameterGroup.Training,
            Summary = "Steps of --solver cg for each row",
            AppliesWhen =
                [new(o => o.Solver == Solver.ConjugateGradient, "requires --solver cg.")],
        },
        Whole<int>(
            "block-size", o => o.BlockSize, (o, value) => o with { BlockSize = value },
            ParameterRange.Multiples(EngineLimits.BlockSizeStep, EngineLimits.MaximumBlockSize)) with
        {
            Group = ParameterGroup.Training,
            Summary = "Factors that --solver ials++ solves at a time",
            AppliesWhen =
                [new(o => o.Solver == Solver.BlockCoordinates, "requires --solver ials++.")],
        },
        Word("acceleration", o => o.Acceleration, (o, value) => o with { Acceleration = value }) with
        {
            Group = ParameterGroup.Training,
            Summary = "Reach the same loss in about half the iterations",
            Details = "momentum: balance the regularization of users and items, and start each iteration from an "
                + "extrapolation of the last two (Nesterov). Two more copies of the factors of the side solved second "
                + "are kept in memory.",
        },
        Word("first", o => o.First, (o, value) => o with { First = value }) with
        {
            Group = ParameterGroup.Training,
            Summary = "Side to solve first in each iteration",
        },
        Word("precision", o => o.Precision, (o, value) => o with { Precision = value }) with
        {
            Group = ParameterGroup.Training,
            Summary = "Precision of multiplying factors",
            Details = "tf32 uses tensor cores; it requires an NVIDIA GPU of compute capability 8.0 or newer, and "
                + "--solver cholesky.",
            Requires =
            [
                new(
                    o => o.Precision == SumPrecision.Fp32 || o.Solver != Solver.ConjugateGradient,
                    "--precision tf32 requires --solver cholesky: --solver cg has no matrix products to speed up."),
                new(
                    o => o.Precision == SumPrecision.Fp32 || o.Solver != Solver.BlockCoordinates,
                    "--precision tf32 requires --solver cholesky: --solver ials++ computes in fp32."),
            ],
        },
        Whole<long>("seed", o => o.Seed, (o, value) => o with { Seed = value }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Seed of the initial factors",
        },
        Word("init", o => o.Init, (o, value) => o with { Init = value }) with
        {
            Group = ParameterGroup.Training,
            Summary = "Distribution of the initial factors",
            Details = "normal: independent normal numbers. sphere: normal numbers, each factor vector scaled to the "
                + "same length, as in Spark. "
                + "uniform: uniform numbers between 0 and the scale, as in implicit.",
        },
        Real("init-scale", o => o.InitScale, (o, value) => o with { InitScale = value }, ParameterRange.Positive) with
        {
            Group = ParameterGroup.Training,
            DefaultNote = "0.1 for normal, 1 for sphere, 0.01 for uniform",
            Summary = "Scale of the initial factors",
            Details = "normal: standard deviation times √rank. sphere: length of a factor vector. uniform: upper "
                + "bound.",
        },
        Flag("loss", o => o.TrackLoss, (o, value) => o with { TrackLoss = value }) with
        {
            Group = ParameterGroup.Logging,
            IsCommon = true,
            Summary = "Compute the loss after each iteration",
        },
    ]);

    private static ParameterRange Tolerances =>
        new(value => value is > 0 and < 1, "a number above 0 and below 1, such as 0.001")
        {
            Brief = "above 0, below 1",
            Minimum = 0,
            Maximum = 1,
        };

    /// <summary>
    /// The parameters that <c>gpuals tune</c> can search, those that change the confidences first: plays are weighed
    /// again less often where trials in a row have the same.
    /// </summary>
    public static IReadOnlyList<Parameter<AlsOptions>> Searchable { get; } =
        [.. Table.Where(parameter => parameter.SearchOrder > 0).OrderBy(parameter => parameter.SearchOrder)];

    /// <summary>The values of all of these in some options, as on the command line.</summary>
    public static string SearchedText(AlsOptions options) =>
        string.Join(
            ' ', Searchable.Where(parameter => parameter.Get(options).Length > 0)
                .Select(parameter => $"{parameter.Option} {parameter.Get(options)}"));
}

namespace GpuAls.App;

/// <summary>
/// The most host memory that a training takes at a time, as its steps allocate it. What depends on the runtime was
/// measured: how much garbage it keeps, and how much of what readers rent from its pools.
/// </summary>
internal static class HostMemory
{
    /// <summary>The runtime, its code and the program's.</summary>
    private const long Program = 85L << 20;

    /// <summary>A driver and its copies of kernels.</summary>
    private const long Driver = 250L << 20;

    /// <summary>Of what readers rent: arrays are of powers of two, grow by doubling, and stay in the pool.</summary>
    private const double Pooled = 2;

    /// <summary>A listed item, scored and encoded, with what both leave behind.</summary>
    private const int BytesOfAListedItem = 37;

    /// <summary>The same of each factor of a user with a list.</summary>
    private const int BytesOfAListedFactor = 6;

    /// <summary>The lists that are underway at a time.</summary>
    private const long ListsAtOnce = 50L << 20;

    /// <param name="options">What is trained.</param>
    /// <param name="plays">The plays.</param>
    /// <param name="validationRows">Rows of the files to measure iterations on.</param>
    /// <param name="isHost">Whether the engine works in host memory.</param>
    /// <param name="factorRows">Rows of the factors of the engine that lie in host memory.</param>
    /// <param name="features">The features of users and items.</param>
    public static long Of(
        TrainJobOptions options, InputSurvey plays, long validationRows, bool isHost, long factorRows,
        FeatureTables features)
    {
        var (als, rows) = (options.Als, plays.KeptRows);
        var hasWeights = options.Schema.HasWeights || als.HalfLife is not null;
        var isImplicit = als.Feedback == Feedback.Implicit;
        var loaded = Program + (isHost ? 0 : Driver) + Reading(plays) + Ids(plays.Users) + Ids(plays.Items)
            + (rows * (hasWeights ? 26 : 23)) // coordinates and their sorted copies, which become both matrices
            + (options.Schema.TimeColumn is null ? 0 : rows * sizeof(long))
            + Validation(options, rows, validationRows) + Features(features.Users, plays.Users, als.Rank)
            + Features(features.Items, plays.Items, als.Rank);
        var (users, items) = (plays.Users.Count, plays.Items.Count);
        var vectors = (users + items) * als.Rank * sizeof(float);
        var padded = factorRows * HostFactors.StrideOf(als.Rank) * sizeof(float);
        var first = (als.First == Side.Users ? items : users) * als.Rank * sizeof(float);
        var snapshots = (options.Validation is null ? 0 : 1) + (options.Checkpoint.Location is null ? 0 : 1);
        var confidences = isImplicit ? rows * 2 * sizeof(float) : 0;
        var training = loaded + confidences + padded + (isHost ? Equations(als.Rank) : 0) + vectors + first
            + (snapshots * vectors);
        var list = (options.Top * BytesOfAListedItem) + (als.Rank * BytesOfAListedFactor);
        var listing = Math.Min(users * list, ListsAtOnce + LargeGarbage.Most);
        var writing = loaded + confidences + vectors + first + (snapshots * vectors) + Objects(plays.Users)
            + Objects(plays.Items) + listing + (isHost ? items * ItemIndex.BytesPerItem(als.Rank) : 0);
        return Math.Max(training, writing);
    }

    /// <summary>
    /// YᵀY, the sums of its blocks, α₀·YᵀY in two forms, and the equation of one row on each thread, at most that of
    /// an exact solve.
    /// </summary>
    private static long Equations(int rank)
    {
        var square = (long)rank * rank;
        var blocks = GramianBlocks.OnHost.MostAt(rank);
        return (square * sizeof(double) * (blocks + 2))
            + (square * sizeof(float) * (2 + Environment.ProcessorCount));
    }

    private static long Reading(InputSurvey plays) =>
        (long)(Pooled * plays.BatchBytes * Math.Min(plays.Batches, Environment.ProcessorCount + 1));

    /// <summary>Hash tables and their smaller predecessors, the bytes of the ids, and what sorts them.</summary>
    private static long Ids(IdEstimate ids) => (long)(ids.Count * ((3 * 16) + (2 * 8) + (2 * ids.Bytes) + 24 + 12));

    /// <summary>The ids as objects, which are made when they are written.</summary>
    private static long Objects(IdEstimate ids) => (long)(ids.Count * (ids.IsText ? 32 + (2 * ids.Bytes) : 8));

    /// <summary>
    /// The features as they were read, by row and by column, their equations and weights, and two copies of factors.
    /// </summary>
    private static long Features(FeatureTable? features, IdEstimate ids, int rank)
    {
        if (features is null) return 0;
        var columns = (long)features.Names.Length;
        var equations = columns <= FeatureRegression.LargestDense ? columns * columns * sizeof(double) : 0;
        return (features.Values.EntryCount * 4 * (sizeof(int) + sizeof(float))) + (features.Ids.Count * 200L)
            + equations + (2 * columns * rank * sizeof(double)) + (2 * (long)ids.Count * rank * sizeof(float));
    }

    /// <summary>Plays that are held out or given, and a second copy of those that are not.</summary>
    private static long Validation(TrainJobOptions options, long rows, long validationRows) => options.Validation switch
    {
        null => 0,
        { Locations.Count: > 0 } => validationRows * 40,
        { Fraction: not null } => rows * 20,
        _ => 0,
    };
}

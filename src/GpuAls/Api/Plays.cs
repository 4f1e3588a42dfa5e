namespace GpuAls;

/// <summary>
/// Plays or ratings of items by users. Each pair of a user and an item occurs once: the weights of its rows are summed,
/// or averaged if they are ratings.
/// </summary>
public sealed class Plays
{
    private Plays(
        InteractionMatrix matrix, ManifestInput input, ReadStatistics statistics, IndexedInteractions? rows = null) =>
        (Matrix, Input, Statistics, Rows) = (matrix, input, statistics, rows);

    /// <summary>The ids of the users, those with the most plays first.</summary>
    public IdIndex Users => Matrix.Users;

    /// <summary>The ids of the items, those with the most plays first.</summary>
    public IdIndex Items => Matrix.Items;

    /// <summary>Number of pairs of a user and an item.</summary>
    public long Count => Matrix.ByUser.EntryCount;

    /// <summary>Whether weights are counts of plays or ratings.</summary>
    public Feedback Feedback => Matrix.Feedback;

    /// <summary>How many rows were read, and how many were skipped.</summary>
    public ReadStatistics Statistics { get; }

    internal InteractionMatrix Matrix { get; }

    /// <summary>The rows, if they have times; null otherwise.</summary>
    internal IndexedInteractions? Rows { get; }

    internal ManifestInput Input { get; }

    /// <summary>Reads a file, a folder of part files, or a glob: Parquet or text, as docs/data.md describes.</summary>
    /// <param name="location">The file, folder or glob.</param>
    /// <param name="schema">Which columns to read; the columns <c>user</c> and <c>item</c> by default.</param>
    /// <param name="progress">Receives a report after each batch of rows.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: files or columns are missing or of the wrong type, or rows are bad. Kind Usage: the schema
    /// contradicts itself.
    /// </exception>
    public static Task<Plays> ReadAsync(
        string location,
        InteractionSchema? schema = null,
        IProgress<ReadProgress>? progress = null,
        CancellationToken cancellation = default) =>
        ReadAsync([location], schema, progress, cancellation);

    /// <inheritdoc cref="ReadAsync(string, InteractionSchema?, IProgress{ReadProgress}?, CancellationToken)"/>
    /// <param name="locations">Files, folders or globs, all read into one data set.</param>
    /// <param name="schema">Which columns to read; the columns <c>user</c> and <c>item</c> by default.</param>
    /// <param name="progress">Receives a report after each batch of rows.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    public static async Task<Plays> ReadAsync(
        IReadOnlyList<string> locations,
        InteractionSchema? schema = null,
        IProgress<ReadProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        schema ??= new InteractionSchema();
        var rows = await InteractionLoader.LoadAsync(locations, schema, progress, cancellation).ConfigureAwait(false);
        return await Task.Run(() => Of(rows, ManifestInput.Of(locations, schema)), cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes plays from pairs in memory, each with weight 1.</summary>
    /// <typeparam name="TUser">string, int, long, ulong or Guid.</typeparam>
    /// <typeparam name="TItem">string, int, long, ulong or Guid.</typeparam>
    /// <param name="plays">Pairs of a user and an item.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: there are no plays, or an id is null or empty.</exception>
    /// <exception cref="ArgumentException">The type of the ids is not supported.</exception>
    public static Plays From<TUser, TItem>(IEnumerable<(TUser User, TItem Item)> plays)
        where TUser : notnull
        where TItem : notnull
    {
        ArgumentNullException.ThrowIfNull(plays);
        return Of(plays.Select(play => (play.User, play.Item, 1f)), hasWeights: false, Feedback.Implicit);
    }

    /// <summary>Makes plays or ratings from tuples in memory.</summary>
    /// <typeparam name="TUser">string, int, long, ulong or Guid.</typeparam>
    /// <typeparam name="TItem">string, int, long, ulong or Guid.</typeparam>
    /// <param name="plays">Users, items and weights.</param>
    /// <param name="feedback">Whether weights are counts of plays or ratings.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there are no plays, an id is null or empty, or a weight is not a finite number.
    /// </exception>
    /// <exception cref="ArgumentException">The type of the ids is not supported.</exception>
    public static Plays From<TUser, TItem>(
        IEnumerable<(TUser User, TItem Item, float Weight)> plays, Feedback feedback = Feedback.Implicit)
        where TUser : notnull
        where TItem : notnull
    {
        ArgumentNullException.ThrowIfNull(plays);
        return Of(plays, hasWeights: true, feedback);
    }

    /// <summary>Makes plays or ratings from arrays of equal length.</summary>
    /// <typeparam name="TUser">string, int, long, ulong or Guid.</typeparam>
    /// <typeparam name="TItem">string, int, long, ulong or Guid.</typeparam>
    /// <param name="users">The user of each row.</param>
    /// <param name="items">The item of each row.</param>
    /// <param name="weights">The weight of each row; null if all are 1.</param>
    /// <param name="feedback">Whether weights are counts of plays or ratings.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there are no plays, an id is null or empty, or a weight is not a finite number.
    /// </exception>
    /// <exception cref="ArgumentException">The lengths differ, or the type of the ids is not supported.</exception>
    public static Plays From<TUser, TItem>(
        TUser[] users, TItem[] items, float[]? weights = null, Feedback feedback = Feedback.Implicit)
        where TUser : notnull
        where TItem : notnull
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        Require.Length(items.Length, users.Length, nameof(items));
        if (weights is not null) Require.Length(weights.Length, users.Length, nameof(weights));
        var rows = Enumerable.Range(0, users.Length).Select(row => (users[row], items[row], weights?[row] ?? 1));
        return Of(rows, hasWeights: weights is not null, feedback);
    }

    /// <summary>Splits the plays into a part to train on and a part to test on.</summary>
    /// <param name="options">
    /// How they are split; a random fifth is held out by default. Folds are not supported here.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of range, folds are requested, or there are no times to split by. Kind BadInput:
    /// nothing is held out, or nothing is left to train on.
    /// </exception>
    public (Plays Train, Plays Test) HoldOut(SplitOptions? options = null)
    {
        options ??= new SplitOptions();
        Require.Usage(options.Folds is null, "folds are several splits; expected one.");
        var rows = Rows;
        Require.Usage(
            rows is not null || options.Kind is not (SplitKind.Time or SplitKind.LeaveLast),
            "these plays have no times. Read them with a TimeColumn.");
        options.Validate();
        var split = Splitter.Divide(rows!, Matrix.ByUser, options);
        split.RequirePlaysToTrainOn(SingleProcess.Instance);
        if (split.Test.EntryCount == 0)
            throw new GpuAlsException(FailureKind.BadInput, "no plays were held out. Hold out more.");
        return (Part(split.Train, rows?.Where(row => split.IsTrained(rows, row))), Part(split.Test, rows: null));
    }

    private Plays Part(CsrMatrix plays, IndexedInteractions? rows)
    {
        var part = PlaysPart.Of(Users, Items, plays, Feedback);
        return new Plays(part.Plays, Input, Statistics, rows is null ? null : part.RowsOf(rows));
    }

    private static Plays Of<TUser, TItem>(
        IEnumerable<(TUser User, TItem Item, float Weight)> plays, bool hasWeights, Feedback feedback)
        where TUser : notnull
        where TItem : notnull
    {
        var source = new MemoryInteractionSource<TUser, TItem>(plays, hasWeights, feedback);
        var rows = InteractionLoader.LoadAsync(source, null, CancellationToken.None).GetAwaiter().GetResult();
        var input = new ManifestInput
        {
            Locations = [],
            UserColumn = "",
            ItemColumn = "",
            WeightColumn = null,
            OnBadRow = OnBadRow.Fail,
        };
        return Of(rows, input);
    }

    private static Plays Of(IndexedInteractions rows, ManifestInput input)
    {
        // Splits by time need the rows, which the matrices otherwise take over.
        var kept = rows.Times is null ? null : rows.Where(_ => true);
        return new Plays(CsrBuilder.Build(rows), input, rows.Statistics, kept);
    }
}

namespace GpuAls;

/// <summary>
/// A trained model: factors, ids, and the plays it was trained on, which are excluded from recommendations.
/// </summary>
public sealed class FactorModel
{
    /// <param name="users">Ids of the users.</param>
    /// <param name="items">Ids of the items.</param>
    /// <param name="plays">[users, items], the plays r it was trained on.</param>
    /// <param name="options">What it was trained with.</param>
    /// <param name="userFactors">[users, options.Rank].</param>
    /// <param name="itemFactors">[items, options.Rank].</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a factor is not finite.</exception>
    internal FactorModel(
        IdIndex users, IdIndex items, CsrMatrix plays, AlsOptions options, FactorMatrix userFactors,
        FactorMatrix itemFactors)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(userFactors);
        ArgumentNullException.ThrowIfNull(itemFactors);
        Require.Length(plays.RowCount, users.Count, nameof(plays));
        Require.Length(plays.ColumnCount, items.Count, nameof(plays));
        RequireShape(userFactors, users.Count, options.Rank, nameof(userFactors));
        RequireShape(itemFactors, items.Count, options.Rank, nameof(itemFactors));
        RequireFinite(userFactors, nameof(userFactors));
        RequireFinite(itemFactors, nameof(itemFactors));
        (Users, Items, Plays, Options) = (users, items, plays, options);
        (UserFactors, ItemFactors) = (userFactors, itemFactors);
    }

    /// <summary>The model that a training gives.</summary>
    /// <param name="plays">The plays it was trained on.</param>
    /// <param name="options">What it was trained with.</param>
    /// <param name="trained">What the training gave.</param>
    /// <exception cref="ArgumentException">They are not of one training, or a factor is not finite.</exception>
    internal FactorModel(InteractionMatrix plays, AlsOptions options, TrainedFactors trained)
        : this(
            plays?.Users!, plays?.Items!, plays?.ByUser!, options, trained?.UserFactors!, trained?.ItemFactors!)
    {
        (PlaysOfUsers, PlaysOfItems, PlayCount) = (plays!.UserLengths, plays.ItemLengths, plays.PlayCount);
        if (plays.Feedback != options.Feedback)
            throw new ArgumentException(
                $"plays of {plays.Feedback} feedback, options of {options.Feedback} feedback.", nameof(options));
    }

    /// <summary>Ids of the users.</summary>
    public IdIndex Users { get; }

    /// <summary>Ids of the items.</summary>
    public IdIndex Items { get; }

    /// <summary>
    /// [users, items], the plays r it was trained on; where processes share them, those of the users of this one.
    /// </summary>
    internal CsrMatrix Plays { get; }

    /// <summary>[users], the number of plays of each, whichever process has them.</summary>
    internal int[] PlaysOfUsers { get => field ??= Plays.RowLengths(); init; }

    /// <summary>[items], the number of plays of each.</summary>
    internal int[] PlaysOfItems { get => field ??= Plays.ColumnLengths(); init; }

    /// <summary>Plays of all processes.</summary>
    internal long PlayCount { get => field < 0 ? Plays.EntryCount : field; init; } = -1;

    /// <summary>The options of the training.</summary>
    public AlsOptions Options { get; }

    /// <summary>Whether it was trained on plays or on ratings.</summary>
    public Feedback Feedback => Options.Feedback;

    /// <summary>Length of a factor vector.</summary>
    public int Rank => Options.Rank;

    /// <summary>The factors of the users, [users, Rank].</summary>
    public FactorMatrix UserFactors { get; }

    /// <summary>The factors of the items, [items, Rank].</summary>
    public FactorMatrix ItemFactors { get; }

    /// <summary>The factors of a side.</summary>
    internal FactorMatrix FactorsOf(Side side) => side == Side.Users ? UserFactors : ItemFactors;

    /// <summary>Whether nothing is known of its plays: it was imported without them.</summary>
    internal bool HasNoPlays => PlayCount == 0;

    /// <summary>The features of the users, and their weights; null where it was trained without.</summary>
    internal SideFeatures? UserFeatures { get; init; }

    /// <summary>The features of the items, and their weights; null where it was trained without.</summary>
    internal SideFeatures? ItemFeatures { get; init; }

    /// <summary>
    /// [items], plays above 0, or ratings, of each in what it was trained on; 1 where nothing is known of plays, and
    /// for an item that is known by its features alone.
    /// </summary>
    internal int[] ItemLikes
    {
        get => field ??= HasNoPlays
            ? [.. Enumerable.Repeat(1, Items.Count)]
            : Likes.CountByColumn(Plays, Feedback, ItemFeatures);
        init;
    }

    /// <summary>How it was trained, for its folder; null if it was not trained or loaded by the library.</summary>
    internal ModelManifest? Manifest { get; init; }

    /// <summary>Reads a model from its folder and verifies the checksums of its files.</summary>
    /// <param name="directory">A folder written by gpuals.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there is no model, its version is not supported, or a file was changed or damaged.
    /// </exception>
    public static Task<FactorModel> LoadAsync(string directory, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return ModelReader.ReadAsync(directory, cancellation);
    }

    /// <summary>Writes the model to a folder, which appears only when it is complete.</summary>
    /// <param name="directory">The folder; docs/model-format.md describes its files.</param>
    /// <param name="overwrite">Whether an existing model is replaced.</param>
    /// <param name="cancellation">Cancels the writing.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: the folder exists, contains something other than a model, or can't be written.
    /// </exception>
    public async Task SaveAsync(string directory, bool overwrite = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var manifest = Manifest ?? throw new InvalidOperationException("this model was neither trained nor loaded.");
        var location = OutputLocation.Of(directory);
        var folder = await location.OpenFolderAsync(overwrite, ModelFolder.WhyForeignAsync, cancellation)
            .ConfigureAwait(false);
        var output = new ChecksummedOutput(folder);
        await using (output.ConfigureAwait(false))
        {
            var alone = Task.FromResult(manifest with { Lists = null });
            await ModelWriter.WriteAsync(this, output, () => alone, lists: null, cancellation).ConfigureAwait(false);
            await output.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The same model with another manifest.</summary>
    internal FactorModel With(ModelManifest manifest) =>
        new(Users, Items, Plays, Options, UserFactors, ItemFactors)
        {
            UserFeatures = UserFeatures,
            ItemFeatures = ItemFeatures,
            Manifest = manifest,
        };

    /// <summary>The same model where this process has the plays of other users.</summary>
    /// <param name="plays">[users, items].</param>
    internal FactorModel WithPlays(CsrMatrix plays) =>
        new(Users, Items, plays, Options, UserFactors, ItemFactors)
        {
            PlaysOfUsers = PlaysOfUsers,
            PlaysOfItems = PlaysOfItems,
            PlayCount = PlayCount,
            UserFeatures = UserFeatures,
            ItemFeatures = ItemFeatures,
            ItemLikes = ItemLikes,
            Manifest = Manifest,
        };

    /// <summary>The same model the other way around: its users are the items, and its items the users.</summary>
    internal FactorModel Transposed() =>
        new(Items, Users, CsrBuilder.Transpose(Plays), Options, ItemFactors, UserFactors)
        {
            UserFeatures = ItemFeatures,
            ItemFeatures = UserFeatures,
        };

    private static void RequireShape(FactorMatrix factors, int rowCount, int rank, string name)
    {
        Require.Length(factors.RowCount, rowCount, name);
        Require.Length(factors.Rank, rank, name);
    }

    private static void RequireFinite(FactorMatrix factors, string name)
    {
        if (factors.HasOutside(float.MinValue, float.MaxValue))
            throw new ArgumentException($"{name} has a factor that is not finite.", name);
    }
}

namespace GpuAls.App;

/// <summary>What is known of users and items besides their plays.</summary>
internal sealed record FeatureOptions
{
    /// <summary>No features.</summary>
    public static FeatureOptions None { get; } = new();

    /// <summary>A file, a folder or a glob with the features of items; null for none.</summary>
    public string? Items { get; init; }

    /// <summary>The same of users.</summary>
    public string? Users { get; init; }

    /// <summary>The columns of <see cref="Items"/> that are used; empty for all.</summary>
    public IReadOnlyList<FeatureColumn> ItemColumns { get; init; } = [];

    /// <summary>The columns of <see cref="Users"/> that are used; empty for all.</summary>
    public IReadOnlyList<FeatureColumn> UserColumns { get; init; } = [];

    /// <summary>What separates tags in text; null where a text is one category.</summary>
    public string? Separator { get; init; }

    /// <summary>Rows that a category or a tag needs.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>Whether there are any features.</summary>
    public bool HasAny => (Items ?? Users) is not null;

    /// <summary>The files that are read.</summary>
    public IEnumerable<string> Files => new[] { Items, Users }.OfType<string>();
}

/// <summary>The features that were read, and what the manifest says of them.</summary>
/// <param name="Tables">The features.</param>
/// <param name="Items">Those of items; null for none.</param>
/// <param name="Users">Those of users; null for none.</param>
internal sealed record LoadedFeatures(FeatureTables Tables, ManifestSideFeatures? Items, ManifestSideFeatures? Users)
{
    /// <summary>No features.</summary>
    public static LoadedFeatures None { get; } = new(FeatureTables.None, null, null);

    /// <summary>Reads the files of features.</summary>
    /// <param name="options">Which they are.</param>
    /// <param name="schema">The columns of ids, and how text is read.</param>
    /// <param name="progress">Told what was read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: a file cannot be read, or has no features. Kind Usage: it is in a database.
    /// </exception>
    public static async Task<LoadedFeatures> ReadAsync(
        FeatureOptions options, InteractionSchema schema, IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        var items = await ReadAsync(Side.Items, options.Items, options.ItemColumns).ConfigureAwait(false);
        var users = await ReadAsync(Side.Users, options.Users, options.UserColumns).ConfigureAwait(false);
        return new LoadedFeatures(new FeatureTables(users?.Table, items?.Table), items?.Manifest, users?.Manifest);

        async Task<(FeatureTable Table, ManifestSideFeatures Manifest)?> ReadAsync(
            Side side, string? file, IReadOnlyList<FeatureColumn> columns)
        {
            if (file is null) return null;
            var isItems = side == Side.Items;
            var read = new FeatureSchema
            {
                Option = isItems ? "--item-features" : "--user-features",
                IdColumn = isItems ? schema.ItemColumn : schema.UserColumn,
                IdOption = isItems ? "--item-column" : "--user-column",
                Columns = columns,
                Separator = options.Separator,
                Text = schema,
            };
            Require.Usage(
                !Databases.Has(file), $"{read.Option} is in a database; expected a file. Export the rows to a file.");
            var rows = await FeatureReader.ReadAsync(file, read, cancellation).ConfigureAwait(false);
            var (table, summary) = FeatureEncoder.Encode(rows, read, options.MinCount, file);
            progress?.Report(
                new FeaturesRead(side, file, table.Ids.Count, table.Names.Length - 1, summary, rows.BadCount));
            return (table, new ManifestSideFeatures
            {
                Location = file,
                Count = table.Names.Length,
                Entries = table.Values.EntryCount,
                WithoutPlays = 0,
                MinCount = options.MinCount,
                Separator = options.Separator,
                Columns = summary,
            });
        }
    }

    /// <summary>Checks that the features are of some of the users and items of the plays.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: a file has none of their ids.</exception>
    public void Check(InteractionMatrix plays, IProgress<JobEvent>? progress)
    {
        ArgumentNullException.ThrowIfNull(plays);
        if (Tables.Items is { } items) Check(items, plays.Items, "item", Items!.Location!, progress);
        if (Tables.Users is { } users) Check(users, plays.Users, "user", Users!.Location!, progress);
    }

    /// <summary>What the manifest of a model says of them; null for nothing.</summary>
    public ManifestFeatures? Of(FactorModel model) =>
        Tables.HasAny ? new ManifestFeatures { Users = Users, Items = Items }.Of(model) : null;

    private static void Check(
        FeatureTable table, IdIndex ids, string noun, string file, IProgress<JobEvent>? progress)
    {
        var known = table.Ids.IndicesIn(ids).Count(index => index >= 0);
        if (known == 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{file}' (--{noun}-features) has none of the {Counted.Of(ids.Count, noun)} of the plays: its first "
                + $"id is {Quoted.Of(table.Ids.Format(0))}, and that of the plays {Quoted.Of(ids.Format(0))}. Check "
                + $"the file, and --{noun}-column.");
        progress?.Report(new FeaturesMatched(noun, known, ids.Count, table.Ids.Count - known));
    }
}

namespace GpuAls.App;

/// <summary>What lists may hold, as files and numbers say it.</summary>
internal sealed record ListRuleOptions
{
    /// <summary>Whether the lists are those of items, not of users.</summary>
    public bool ForItems { get; init; }

    /// <summary>Whether lists of items hold items, and lists of users users.</summary>
    public bool AreNeighbours { get; init; }

    /// <summary>Whether the lists hold users, not items.</summary>
    public bool HoldUsers => ForItems != AreNeighbours;

    /// <summary>How files are read, and the columns of users and items in them.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>File of the only items that lists may hold; null for all.</summary>
    public string? OnlyItems { get; init; }

    /// <summary>File of items that no list holds.</summary>
    public string? ExcludedItems { get; init; }

    /// <summary>File of pairs of a user and an item; the user's list leaves the item out.</summary>
    public string? ExcludedPairs { get; init; }

    /// <summary>File of the only users whom lists of items may hold; null for all.</summary>
    public string? OnlyUsers { get; init; }

    /// <summary>File of users whom no list of an item holds.</summary>
    public string? ExcludedUsers { get; init; }

    /// <summary>The lowest score in a list; null for any.</summary>
    public double? MinScore { get; init; }

    /// <summary>File with the group of each item.</summary>
    public string? Groups { get; init; }

    /// <summary>The column of groups in it.</summary>
    public string GroupColumn { get; init; } = "group";

    /// <summary>The most items of a group in a list; null for any number.</summary>
    public int? MaxPerGroup { get; init; }

    /// <summary>The weight of diversity, 0 to 1.</summary>
    public double Diversity { get; init; }

    /// <summary>The files that are read, each with its option.</summary>
    public IEnumerable<(string Option, string File)> Files
    {
        get
        {
            if (OnlyItems is not null) yield return ("--only-items", OnlyItems);
            if (ExcludedItems is not null) yield return ("--exclude-items", ExcludedItems);
            if (OnlyUsers is not null) yield return ("--only-users", OnlyUsers);
            if (ExcludedUsers is not null) yield return ("--exclude-users", ExcludedUsers);
            if (ExcludedPairs is not null) yield return ("--exclude", ExcludedPairs);
            if (Groups is not null) yield return ("--item-groups", Groups);
        }
    }
}

/// <summary>Rules of lists, and what in their files a model does not know.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Unused">What was skipped.</param>
internal sealed record LoadedRules(ListRules Rules, IReadOnlyList<UnusedIds> Unused)
{
    /// <summary>Reads the files of rules.</summary>
    /// <param name="options">The files.</param>
    /// <param name="model">The model whose users have the lists and whose items the lists hold.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: a file cannot be read, or has none of the items that lists may hold.
    /// </exception>
    public static async Task<LoadedRules> ReadAsync(
        ListRuleOptions options, FactorModel model, CancellationToken cancellation)
    {
        var unused = new List<UnusedIds>();
        var rules = new ListRules { MinScore = (float?)options.MinScore, Diversity = options.Diversity };
        var schema = options.HoldUsers ? options.Schema.Swapped() : options.Schema;
        var (listed, onlyOption, excludeOption) = options.HoldUsers
            ? ("user", "--only-users", "--exclude-users")
            : ("item", "--only-items", "--exclude-items");
        if ((options.HoldUsers ? options.OnlyUsers : options.OnlyItems) is { } only)
        {
            rules = rules with { OnlyItems = await ListedAsync(onlyOption, only).ConfigureAwait(false) };
            if (rules.OnlyItems.Length == 0)
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"none of the {listed}s in '{only}' ({onlyOption}) is in the model, so every list would be "
                        + $"empty. Check the file, and --{listed}-column.");
        }

        if ((options.HoldUsers ? options.ExcludedUsers : options.ExcludedItems) is { } excluded)
            rules = rules with
            {
                ExcludedItems = await ListedAsync(excludeOption, excluded).ConfigureAwait(false),
            };
        if (options.ExcludedPairs is { } pairs)
            rules = rules with { ExcludedPairs = await PairsAsync(pairs).ConfigureAwait(false) };
        if (options.Groups is { } groups)
            rules = rules with { Groups = await GroupsAsync(groups).ConfigureAwait(false) };
        return new LoadedRules(rules, unused);

        async Task<int[]> ListedAsync(string option, string file)
        {
            var ids = await IdFiles.ReadListAsync(file, schema, cancellation).ConfigureAwait(false);
            int[] known = [.. ids.Select(id => Find(model.Items, id)).Where(item => item >= 0)];
            Note(option, file, ids.Count - known.Length, ids.Count, listed);
            return known;
        }

        async Task<CsrMatrix> PairsAsync(string file)
        {
            var rows = await IdFiles.ReadPairsAsync(file, schema, cancellation).ConfigureAwait(false);
            var (users, items) = (rows.Users.IndicesIn(model.Users), rows.Items.IndicesIn(model.Items));
            var (userIndices, itemIndices) = (rows.UserIndices, rows.ItemIndices);
            int[] known =
            [
                .. Enumerable.Range(0, rows.RowCount)
                    .Where(row => users[userIndices[row]] >= 0 && items[itemIndices[row]] >= 0),
            ];
            Note("--exclude", file, rows.RowCount - known.Length, rows.RowCount, "pair");
            return CsrBuilder.FromCoordinates(
                model.Users.Count, model.Items.Count,
                Array.ConvertAll(known, row => users[userIndices[row]]),
                Array.ConvertAll(known, row => items[itemIndices[row]]),
                values: []);
        }

        async Task<ItemGroups> GroupsAsync(string file)
        {
            var columns = options.Schema with { UserColumn = options.GroupColumn, UserOption = "--group-column" };
            var rows = await IdFiles.ReadPairsAsync(file, columns, cancellation).ConfigureAwait(false);
            var items = rows.Items.IndicesIn(model.Items);
            var groupOf = new int[model.Items.Count];
            Array.Fill(groupOf, -1);
            var (groups, rowItems) = (rows.UserIndices, rows.ItemIndices);
            for (var row = 0; row < rows.RowCount; row++)
            {
                if (items[rowItems[row]] is not (>= 0 and var item)) continue;
                if (groupOf[item] >= 0 && groupOf[item] != groups[row])
                    throw new GpuAlsException(
                        FailureKind.BadInput,
                        $"item {Quoted.Of(model.Items.Format(item))} has two groups in '{file}' (--item-groups): "
                            + $"{Quoted.Of(rows.Users.Format(groupOf[item]))} and "
                            + $"{Quoted.Of(rows.Users.Format(groups[row]))}. Give each item one group.");
                groupOf[item] = groups[row];
            }

            Note("--item-groups", file, items.Count(item => item < 0), items.Length, "item");
            return new ItemGroups(groupOf, options.MaxPerGroup!.Value);
        }

        void Note(string option, string file, int unknown, int all, string noun)
        {
            if (unknown > 0) unused.Add(new UnusedIds(option, file, unknown, all, noun));
        }
    }

    private static int Find(IdIndex ids, string id) => ids.TryFind(id, out var index) ? index : -1;
}

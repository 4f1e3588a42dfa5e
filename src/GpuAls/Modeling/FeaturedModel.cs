namespace GpuAls;

/// <summary>
/// The model of a training with features. Users and items that nobody trained on, but that have features, are in it
/// too, after the others: their factors are Wᵀf, what the features pull toward.
/// </summary>
internal static class FeaturedModel
{
    /// <param name="plays">What was trained on.</param>
    /// <param name="options">What was trained.</param>
    /// <param name="trained">What the training gave.</param>
    /// <param name="features">The features it was trained with.</param>
    /// <param name="itemLikes">
    /// [items], plays above 0 of each, where several processes share the plays; null to count those of this one.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: ids of features have another type than those of the plays.
    /// </exception>
    public static FactorModel Of(
        InteractionMatrix plays, AlsOptions options, TrainedFactors trained, FeatureTables features,
        int[]? itemLikes = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(features);
        if (!features.HasAny) return new FactorModel(plays, options, trained) { ItemLikes = itemLikes! };
        var (users, userFactors, userFeatures) = Grow(
            plays.Users, plays.UserLengths, trained.UserFactors, options, features.Users, trained.Features.Users,
            "user");
        var (items, itemFactors, itemFeatures) = Grow(
            plays.Items, plays.ItemLengths, trained.ItemFactors, options, features.Items, trained.Features.Items,
            "item");
        var (playsOfUsers, playsOfItems) =
            (Longer(plays.UserLengths, users.Count), Longer(plays.ItemLengths, items.Count));
        if (itemLikes is not null)
        {
            itemLikes = Longer(itemLikes, items.Count);
            if (itemFeatures is not null) Likes.AddFeatured(itemLikes, playsOfItems, itemFeatures);
        }

        return new FactorModel(
            users, items, Grown(plays.ByUser, users.Count, items.Count), options, userFactors, itemFactors)
        {
            UserFeatures = userFeatures,
            ItemFeatures = itemFeatures,
            ItemLikes = itemLikes!,
            PlaysOfUsers = playsOfUsers,
            PlaysOfItems = playsOfItems,
            PlayCount = plays.PlayCount,
        };
    }

    private static int[] Longer(int[] lengths, int count)
    {
        var longer = new int[count];
        lengths.CopyTo(longer, 0);
        return longer;
    }

    private static (IdIndex Ids, FactorMatrix Factors, SideFeatures? Features) Grow(
        IdIndex ids, int[] plays, FactorMatrix factors, AlsOptions options, FeatureTable? table, double[]? weights,
        string noun)
    {
        if (table is null || weights is null) return (ids, factors, null);
        var known = table.Ids.IndicesIn(ids);
        var added = Enumerable.Range(0, known.Length)
            .Where(row => known[row] < 0 && table.Values.RowLength(row) > 1).ToArray();
        var grown = GrownIds.Of(ids, [.. added.Select(table.Ids.Format)], noun, $"the file of --{noun}-features has");
        var rows = new int[grown.Count];
        Array.Fill(rows, -1);
        for (var row = 0; row < known.Length; row++)
            if (known[row] >= 0) rows[known[row]] = row;
        added.CopyTo(rows, ids.Count);
        var features = new SideFeatures(
            new IdIndex<string>(table.Names), FeatureTable.RowsAt(table.Values, rows),
            Array.ConvertAll(weights, weight => (float)weight));
        var all = factors.Copied(grown.Count);
        int[] predicted =
        [
            .. Enumerable.Range(0, grown.Count)
                .Where(row => features.Has(row) && (row >= ids.Count || plays[row] == 0)),
        ];
        var vectors = features.Predict(predicted);
        for (var i = 0; i < predicted.Length; i++)
        {
            var row = all.Row(predicted[i]);
            vectors[i].CopyTo(row);
            if (!options.Nonnegative) continue;
            foreach (ref var factor in row) factor = Math.Max(0, factor);
        }

        return (grown, all, features);
    }

    private static CsrMatrix Grown(CsrMatrix plays, int users, int items)
    {
        var indptr = new long[users + 1];
        plays.Indptr.CopyTo(indptr);
        indptr.AsSpan(plays.RowCount + 1).Fill(plays.EntryCount);
        return CsrMatrix.InBuffers(items, indptr, plays.Indices.ToArray(), plays.Values.ToArray());
    }
}

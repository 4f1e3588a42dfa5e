namespace GpuAls.App;

/// <summary>Whose lists are made: users, or the users of a transposed model, which are items.</summary>
/// <param name="Indices">Those with factors to rank by, in the order they were asked for.</param>
/// <param name="Unknown">Ids that are not in the model.</param>
/// <param name="WithoutPlays">Those of the model that have no play above 0, or factors that are all 0.</param>
/// <param name="Named">Different ids that were named; null where none were to be.</param>
internal sealed record ListSelection(int[] Indices, int Unknown, int WithoutPlays, int? Named)
{
    private const int NamedAtMost = 5;

    /// <summary>Chooses them.</summary>
    /// <param name="model">The model; the transposed one for lists of items.</param>
    /// <param name="options">Ids and files.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the file cannot be read, or ids are unknown.</exception>
    public static async Task<ListSelection> SelectAsync(
        FactorModel model, RecommendJobOptions options, CancellationToken cancellation)
    {
        var (ids, file, skipsUnknown) = options.ForItems
            ? (options.Items, options.ItemsFile, options.SkipUnknownItems)
            : (options.Users, options.UsersFile, options.SkipUnknownUsers);
        var remedy = options.ForItems ? "--on-unknown-item skip" : "--on-unknown-user skip";
        if (ids.Count == 0 && file is null)
        {
            var all = Recommender.UsersWithPlays(model);
            return new ListSelection(all, 0, model.Users.Count - all.Length, null);
        }

        var schema = options.ForItems ? options.Rules.Schema : options.Rules.Schema.Swapped();
        var listed = file is null
            ? []
            : await IdFiles.ReadListAsync(file, schema, cancellation).ConfigureAwait(false);
        var (indices, unknown) = (new List<int>(), new List<string>());
        foreach (var id in ids.Concat(listed).Distinct(StringComparer.Ordinal))
        {
            if (model.Users.TryFind(id, out var index)) indices.Add(index);
            else unknown.Add(id);
        }

        if (unknown.Count > 0 && !skipsUnknown) throw NotInTheModel(unknown, options.Whose, remedy);
        var ranked = indices.Where(user => Recommender.HasPlays(model, user)).ToArray();
        return new ListSelection(ranked, unknown.Count, indices.Count - ranked.Length, indices.Count + unknown.Count);
    }

    private static GpuAlsException NotInTheModel(List<string> unknown, string noun, string remedy)
    {
        var named = string.Join(", ", unknown.Take(NamedAtMost).Select(Quoted.Of));
        var more = unknown.Count > NamedAtMost ? $" and {unknown.Count - NamedAtMost} more" : "";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"the model has no {noun}{(unknown.Count > 1 ? "s" : "")} {named}{more}. "
                + $"Train with their plays, or pass {remedy} to ignore them.");
    }
}

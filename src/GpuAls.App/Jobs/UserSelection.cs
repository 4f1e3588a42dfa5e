namespace GpuAls.App;

/// <summary>Whose lists are made.</summary>
/// <param name="Indices">Users with factors to rank by, in the order they were asked for.</param>
/// <param name="Unknown">Users who are not in the model.</param>
/// <param name="WithoutPlays">Users of the model who have no play above 0, or factors that are all 0.</param>
/// <param name="Named">Different users that were named; null where none were to be.</param>
internal sealed record UserSelection(int[] Indices, int Unknown, int WithoutPlays, int? Named)
{
    private const int NamedAtMost = 5;

    public static async Task<UserSelection> SelectAsync(
        FactorModel model, RecommendJobOptions options, CancellationToken cancellation)
    {
        if (options.Users.Count == 0 && options.UsersFile is null)
        {
            var all = Recommender.UsersWithPlays(model);
            return new UserSelection(all, 0, model.Users.Count - all.Length, null);
        }

        var indices = new List<int>();
        var unknown = new List<string>();
        var schema = options.Rules.Schema with
        {
            ItemColumn = options.Rules.Schema.UserColumn,
            ItemOption = "--user-column",
        };
        var listed = options.UsersFile is { } file
            ? await IdFiles.ReadListAsync(file, schema, cancellation).ConfigureAwait(false)
            : [];
        foreach (var id in options.Users.Concat(listed).Distinct(StringComparer.Ordinal))
        {
            if (model.Users.TryFind(id, out var index)) indices.Add(index);
            else unknown.Add(id);
        }

        if (unknown.Count > 0 && !options.SkipUnknownUsers) throw NotInTheModel(unknown);
        var ranked = indices.Where(user => Recommender.HasPlays(model, user)).ToArray();
        return new UserSelection(ranked, unknown.Count, indices.Count - ranked.Length, indices.Count + unknown.Count);
    }

    private static GpuAlsException NotInTheModel(List<string> unknown)
    {
        var named = string.Join(", ", unknown.Take(NamedAtMost).Select(Quoted.Of));
        var more = unknown.Count > NamedAtMost ? $" and {unknown.Count - NamedAtMost} more" : "";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"the model has no {(unknown.Count > 1 ? "users" : "user")} {named}{more}. "
                + "Train with their plays, or pass --on-unknown-user skip to ignore them.");
    }
}

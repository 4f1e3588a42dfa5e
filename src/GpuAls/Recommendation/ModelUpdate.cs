namespace GpuAls;

/// <summary>
/// A model with new plays of some users, or items: their factors are what half an iteration gives them with the other
/// side fixed, solved exactly. All other factors stay as they are, and so does each index; new ids follow the others.
/// </summary>
internal static class ModelUpdate
{
    /// <summary>Updates a model; the one given stays as it is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">Where rows are solved.</param>
    /// <param name="plays">
    /// The new plays; those of ids of the other side that the model does not have are left out.
    /// </param>
    /// <param name="side">Whose factors are computed.</param>
    /// <param name="combination">What becomes of the plays that the model has of them.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: no play is of an id of the other side, new ids have another type, or a sum of weights is too
    /// large. Kind Usage: plays have aged, and nothing says how far. Kind Device: too little memory.
    /// </exception>
    public static (FactorModel Model, ModelUpdateCounts Counts) Of(
        FactorModel model, IAlsEngine engine, InteractionMatrix plays, Side side, PlaysCombination combination,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(plays);
        Require.Usage(
            combination == PlaysCombination.Replace || model.Options.HalfLife is null || model.Options.AsOf is not null,
            "the plays of this model have lost weight up to its newest play (--half-life), and the new plays would "
            + $"count from another time. Give all plays of these {Words.Of(side)} and pass --combine replace, or train "
            + "with --as-of.");
        if (side == Side.Users) return OfUsers(model, engine, plays, side, combination, cancellation);
        var turned = new InteractionMatrix(plays.Items, plays.Users, plays.ByItem, plays.ByUser)
        {
            Feedback = plays.Feedback,
        };
        var (updated, counts) = OfUsers(model.Transposed(), engine, turned, side, combination, cancellation);
        return (updated.Transposed(), counts);
    }

    private static (FactorModel Model, ModelUpdateCounts Counts) OfUsers(
        FactorModel model, IAlsEngine engine, InteractionMatrix plays, Side side, PlaysCombination combination,
        CancellationToken cancellation)
    {
        var fresh = FreshPlays.Of(model, plays, side == Side.Users ? "item" : "user");
        var users = GrownIds.Of(model.Users, fresh.Added, side == Side.Users ? "user" : "item");
        var merged = Merged(model, fresh, combination, users);
        var changed = RowsOf(merged, fresh.Rows);
        using var fold = new FoldIn(model, engine);
        var solved = fold.Solve(changed, fresh.Rows, cancellation);
        var factors = model.UserFactors.Copied(users.Count);
        for (var row = 0; row < fresh.Rows.Length; row++) solved[row].CopyTo(factors.Row(fresh.Rows[row]));
        return (
            new FactorModel(users, model.Items, merged, model.Options, factors, model.ItemFactors)
            {
                UserFeatures = model.UserFeatures?.Grown(users.Count),
                ItemFeatures = model.ItemFeatures,
            },
            new ModelUpdateCounts(
                side, fresh.Rows.Length - fresh.Added.Count, fresh.Added.Count, fresh.RowsLeft, fresh.ColumnsLeft,
                plays.ByUser.EntryCount - fresh.Plays.EntryCount));
    }

    /// <summary>The plays of the model with the new ones, as if they had been read together.</summary>
    private static CsrMatrix Merged(FactorModel model, FreshPlays fresh, PlaysCombination combination, IdIndex users)
    {
        var (old, most) = (model.Plays, model.Plays.EntryCount + fresh.Plays.EntryCount);
        if (most > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"the model has {Counted.Of(old.EntryCount, "play")}, and with the new ones more than the limit of "
                + $"{Array.MaxLength:N0}.");
        var (indptr, indices, values) = (new long[users.Count + 1], new int[most], new float[most]);
        var end = 0;
        for (var row = 0; row < users.Count; row++)
        {
            var added = new PlaysRow(fresh.Plays.RowIndices(row), fresh.Plays.RowValues(row));
            var isKept = row < old.RowCount && (added.Length == 0 || combination == PlaysCombination.Add);
            var kept = isKept ? new PlaysRow(old.RowIndices(row), old.RowValues(row)) : default;
            if (kept.Length == 0 || added.Length == 0)
            {
                var only = added.Length == 0 ? kept : added;
                only.Indices.CopyTo(indices.AsSpan(end));
                only.Values.CopyTo(values.AsSpan(end));
                end += only.Length;
            }
            else
            {
                end = Merge(kept, added, model.Options, indices, values, end);
                var bad = values.AsSpan((int)indptr[row], end - (int)indptr[row])
                    .IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
                if (bad >= 0)
                    throw new GpuAlsException(
                        FailureKind.BadInput,
                        $"the weights of {Quoted.Of(users.Format(row))} and "
                        + $"{Quoted.Of(model.Items.Format(indices[indptr[row] + bad]))} add up to more than fp32 can "
                        + $"hold ({float.MaxValue:g2}).");
            }

            indptr[row + 1] = end;
        }

        return CsrMatrix.InBuffers(old.ColumnCount, indptr, indices, values);
    }

    /// <summary>Merges two rows, both ascending.</summary>
    /// <returns>The end of the merged row.</returns>
    private static int Merge(
        PlaysRow kept, PlaysRow added, AlsOptions options, int[] indices, float[] values, int end)
    {
        var most = (float)(options.MaxWeight ?? double.PositiveInfinity);
        for (int i = 0, j = 0; i < kept.Length || j < added.Length;)
        {
            var (left, right) = (
                i < kept.Length ? kept.Indices[i] : int.MaxValue, j < added.Length ? added.Indices[j] : int.MaxValue);
            var value = (left.CompareTo(right), options.Feedback) switch
            {
                ( < 0, _) => kept.Values[i],
                ( > 0, _) or (0, Feedback.Explicit) => added.Values[j],
                _ => Math.Clamp((float)((double)kept.Values[i] + added.Values[j]), -most, most),
            };
            if (left <= right) i++;
            if (right <= left) j++;
            // A play and a dislike of the same weight leave nothing, as in a training.
            if (left == right && value == 0 && options.Feedback == Feedback.Implicit) continue;
            (indices[end], values[end++]) = (Math.Min(left, right), value);
        }

        return end;
    }

    private static CsrMatrix RowsOf(CsrMatrix plays, int[] rows)
    {
        var indptr = new long[rows.Length + 1];
        for (var row = 0; row < rows.Length; row++) indptr[row + 1] = indptr[row] + plays.RowLength(rows[row]);
        var (indices, values) = (new int[indptr[^1]], new float[indptr[^1]]);
        for (var row = 0; row < rows.Length; row++)
        {
            plays.RowIndices(rows[row]).CopyTo(indices.AsSpan((int)indptr[row]));
            plays.RowValues(rows[row]).CopyTo(values.AsSpan((int)indptr[row]));
        }

        return new CsrMatrix(plays.ColumnCount, indptr, indices, values);
    }

    private readonly ref struct PlaysRow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        public ReadOnlySpan<int> Indices { get; } = indices;

        public ReadOnlySpan<float> Values { get; } = values;

        public int Length => Indices.Length;
    }
}

/// <summary>New plays, by the indices that their users and items have in the updated model.</summary>
/// <param name="Plays">[users of the updated model, items].</param>
/// <param name="Rows">The users who have any, ascending.</param>
/// <param name="Added">The ids of those who are new.</param>
/// <param name="RowsLeft">Users none of whose items is in the model.</param>
/// <param name="ColumnsLeft">Items that are not in the model.</param>
internal sealed record FreshPlays(
    CsrMatrix Plays, int[] Rows, IReadOnlyList<string> Added, int RowsLeft, int ColumnsLeft)
{
    /// <exception cref="GpuAlsException">Kind BadInput: no item is one of the model.</exception>
    public static FreshPlays Of(FactorModel model, InteractionMatrix plays, string noun)
    {
        var (matched, added) = (new MatchedPlays(plays, model.Items, noun), new List<string>());
        var rows = Array.ConvertAll(matched.Users, user => RowOf(plays.Users.Format(user)));
        var matrix = matched.Matrix(rows, model.Users.Count + added.Count);
        Array.Sort(rows);
        return new FreshPlays(matrix, rows, added, matched.UsersLeft, matched.UnknownItems);

        int RowOf(string id)
        {
            if (model.Users.TryFind(id, out var known)) return known;
            added.Add(id);
            return model.Users.Count + added.Count - 1;
        }
    }
}

/// <summary>What an update did.</summary>
/// <param name="Side">Whose factors were computed: the rows below.</param>
/// <param name="Recomputed">Rows that the model had.</param>
/// <param name="Added">Rows that are new.</param>
/// <param name="Left">Rows of the plays that have no id of the other side that the model has.</param>
/// <param name="Unknown">Ids of the other side that the model does not have.</param>
/// <param name="UnknownPlays">Plays of these.</param>
internal sealed record ModelUpdateCounts(
    Side Side, int Recomputed, int Added, int Left, int Unknown, long UnknownPlays);

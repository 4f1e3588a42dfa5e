namespace GpuAls;

/// <summary>
/// Models that are measured on the same test plays. Users and items are matched by their ids; a model knows those that
/// it has a play above 0 of, or all where it was imported without plays. Nothing is recommended, in any list, that one
/// of the models has as played.
/// </summary>
internal sealed class ComparedModels
{
    private readonly IReadOnlyList<FactorModel> _models;
    private readonly int[][] _userRows;
    private readonly int[][] _itemRows;

    private ComparedModels(
        IReadOnlyList<FactorModel> models, IdIndex users, IdIndex items, int[][] userRows, int[][] itemRows)
    {
        (_models, _userRows, _itemRows) = (models, userRows, itemRows);
        var plays = Plays(users.Count, items.Count);
        var feedback = models[0].Feedback;
        Train = new InteractionMatrix(users, items, plays) { Feedback = feedback };
        Seen = new Seen(
            [.. Enumerable.Repeat(true, users.Count)],
            Array.ConvertAll(Likes.CountByColumn(plays, feedback), likes => Math.Max(likes, 1)));
    }

    /// <summary>The users and items that are compared, and what any of the models has as played.</summary>
    public InteractionMatrix Train { get; }

    /// <summary>All of these are seen, by each of the models or by some.</summary>
    public Seen Seen { get; }

    /// <summary>Matches some models.</summary>
    /// <param name="models">At least one; the order of the first decides between equal scores.</param>
    /// <param name="coldStart">
    /// Drop: the users and items that all models know. Nan: those that any of them knows.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: they learned from different feedback, or have no users or no items in common.
    /// </exception>
    public static ComparedModels Of(IReadOnlyList<FactorModel> models, ColdStart coldStart)
    {
        foreach (var model in models)
            if (model.Feedback != models[0].Feedback)
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"models of {Words.Of(models[0].Feedback)} and of {Words.Of(model.Feedback)} feedback cannot be "
                    + "compared: test plays mean something else to each.");
        var (users, userRows) = Match(models, model => model.Users, KnownUsers, coldStart);
        var (items, itemRows) = Match(models, model => model.Items, model => model.ItemLikes, coldStart);
        var missing = users.Count == 0 ? "users" : items.Count == 0 ? "items" : null;
        return missing is null
            ? new ComparedModels(models, users, items, userRows, itemRows)
            : throw new GpuAlsException(
                FailureKind.BadInput,
                $"the models have no {missing} in common, such as {Example(missing, models[0])} and "
                + $"{Example(missing, models[^1])}. Do their ids mean the same? gpuals import --user-ids and "
                + "--item-ids give a model the ids of the plays.");
    }

    /// <summary>The factors of a model by the users and items of <see cref="Train"/>, 0 where it knows none.</summary>
    public (FactorMatrix Users, FactorMatrix Items) Factors(int model) =>
        (_models[model].UserFactors.Gather(_userRows[model]), _models[model].ItemFactors.Gather(_itemRows[model]));

    /// <summary>The users and items of <see cref="Train"/> that a model knows.</summary>
    public KnownRows Known(int model) => new(_userRows[model], _itemRows[model]);

    private static (IdIndex Ids, int[][] Rows) Match(
        IReadOnlyList<FactorModel> models, Func<FactorModel, IdIndex> idsOf, Func<FactorModel, int[]> likesOf,
        ColdStart coldStart)
    {
        var (ids, indexOf) = (new List<string>(), new Dictionary<string, int>(StringComparer.Ordinal));
        var knownBy = new List<int>();
        foreach (var model in models)
        {
            var (some, likes) = (idsOf(model), likesOf(model));
            for (var index = 0; index < some.Count; index++)
            {
                if (likes[index] == 0) continue;
                var id = some.Format(index);
                if (indexOf.TryAdd(id, ids.Count))
                {
                    ids.Add(id);
                    knownBy.Add(0);
                }

                knownBy[indexOf[id]]++;
            }
        }

        var wanted = coldStart == ColdStart.Drop ? models.Count : 1;
        var compared = new IdIndex<string>([.. ids.Where((_, index) => knownBy[index] >= wanted)]);
        return (compared, [.. models.Select(model => Rows(compared, idsOf(model), likesOf(model)))]);
    }

    /// <summary>[compared], the row of each in a model; -1 where that does not know it.</summary>
    private static int[] Rows(IdIndex compared, IdIndex ids, int[] likes) => Array.ConvertAll(
        compared.IndicesIn(ids), row => row >= 0 && likes[row] > 0 ? row : -1);

    private static int[] KnownUsers(FactorModel model) =>
        [.. Enumerable.Range(0, model.Users.Count)
            .Select(user => model.HasNoPlays || Likes.Any(model.Plays.RowValues(user), model.Feedback) ? 1 : 0)];

    private static string Example(string noun, FactorModel model) =>
        Quoted.Of((noun == "users" ? model.Users : model.Items).Format(0));

    /// <summary>The plays of all models; what a pair is worth is what the first that has it says.</summary>
    private CsrMatrix Plays(int userCount, int itemCount)
    {
        var (indptr, indices, values) = (new long[userCount + 1], new List<int>(), new List<float>());
        var columnsOf = _models.Select((model, at) => Inverse(_itemRows[at], model.Items.Count)).ToArray();
        var row = new SortedDictionary<int, float>();
        for (var user = 0; user < userCount; user++)
        {
            row.Clear();
            for (var model = 0; model < _models.Count; model++)
            {
                if (_userRows[model][user] is var from && from < 0) continue;
                var columns = _models[model].Plays.RowIndices(from);
                var plays = _models[model].Plays.RowValues(from);
                for (var entry = 0; entry < columns.Length; entry++)
                    if (columnsOf[model][columns[entry]] is var column and >= 0) row.TryAdd(column, plays[entry]);
            }

            indices.AddRange(row.Keys);
            values.AddRange(row.Values);
            indptr[user + 1] = indices.Count;
        }

        return new CsrMatrix(itemCount, indptr, [.. indices], [.. values]);
    }

    private static int[] Inverse(int[] rows, int count)
    {
        var inverse = new int[count];
        Array.Fill(inverse, -1);
        for (var index = 0; index < rows.Length; index++)
            if (rows[index] >= 0) inverse[rows[index]] = index;
        return inverse;
    }
}

/// <summary>The users and items that one of several models knows.</summary>
/// <param name="Users">[users], below 0 where it does not.</param>
/// <param name="Items">[items], the same.</param>
internal sealed record KnownRows(int[] Users, int[] Items)
{
    /// <summary>A model predicts nothing for users and items that it does not know.</summary>
    /// <param name="pairs">[users, items], what was predicted.</param>
    /// <param name="predictions">[pairs], which become NaN.</param>
    public void Forget(CsrMatrix pairs, Span<float> predictions)
    {
        for (var user = 0; user < pairs.RowCount; user++)
            for (var entry = (int)pairs.Indptr[user]; entry < pairs.Indptr[user + 1]; entry++)
                if (Users[user] < 0 || Items[pairs.Indices[entry]] < 0) predictions[entry] = float.NaN;
    }
}

namespace GpuAls.App;

/// <summary>A value of two models.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Old">In the first model; null where it has none.</param>
/// <param name="New">In the second.</param>
internal sealed record ComparedText(string Name, string? Old, string? New);

/// <summary>A number of two models.</summary>
/// <inheritdoc cref="ComparedText"/>
internal sealed record ComparedNumber(string Name, double? Old, double? New);

/// <summary>The ids of a side of two models.</summary>
/// <param name="Old">How many the first has.</param>
/// <param name="New">How many the second has.</param>
/// <param name="Added">How many only the second has.</param>
/// <param name="Removed">How many only the first has.</param>
internal sealed record ComparedIds(int Old, int New, int Added, int Removed);

/// <summary>
/// How the results of two models differ. Factors are only defined up to a rotation, so they are not compared
/// themselves, but what follows from them.
/// </summary>
/// <param name="Users">How many users were looked at: a sample of those who have lists in both.</param>
/// <param name="Items">How many items their scores were compared over: a sample of those in both.</param>
/// <param name="Top">Length of the lists.</param>
/// <param name="Shared">The fraction of a user's list that is in both, on average.</param>
/// <param name="Same">The fraction of users whose lists have the same items.</param>
/// <param name="SameFirst">The fraction of users whose lists begin with the same item.</param>
/// <param name="ScoreCorrelation">
/// Pearson's correlation of a user's scores over the items, on average; null where there are fewer than two items.
/// </param>
internal sealed record ComparedResults(
    int Users, int Items, int Top, double Shared, double Same, double SameFirst, double? ScoreCorrelation);

/// <summary>How two models differ.</summary>
/// <param name="Old">The folder of the first.</param>
/// <param name="New">The folder of the second.</param>
/// <param name="Options">The options that differ.</param>
/// <param name="Plays">The numbers of plays.</param>
/// <param name="Users">The users.</param>
/// <param name="Items">The items.</param>
/// <param name="Metrics">Loss and metrics that either has.</param>
/// <param name="Results">Lists and scores; null where no user has lists in both.</param>
internal sealed record ModelComparison(
    string Old, string New, IReadOnlyList<ComparedText> Options, ComparedNumber Plays, ComparedIds Users,
    ComparedIds Items, IReadOnlyList<ComparedNumber> Metrics, ComparedResults? Results)
{
    private const int MostUsers = 1000;
    private const int MostItems = 2000;
    private const int Length = 10;
    private const int Seed = 1;

    /// <summary>Reads two models and compares them.</summary>
    /// <param name="old">The first.</param>
    /// <param name="other">The second.</param>
    /// <param name="engine">Where lists are made.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: one of them is no model, or damaged.</exception>
    public static async Task<ModelComparison> ReadAsync(
        string old, string other, IAlsEngine engine, CancellationToken cancellation)
    {
        old = await LatestModel.ResolveAsync(old, cancellation).ConfigureAwait(false);
        other = await LatestModel.ResolveAsync(other, cancellation).ConfigureAwait(false);
        var (a, b) = (
            await ModelReader.ReadAsync(old, cancellation).ConfigureAwait(false),
            await ModelReader.ReadAsync(other, cancellation).ConfigureAwait(false));
        var (users, items) = (Common(a.Users, b.Users), Common(a.Items, b.Items));
        return new ModelComparison(
            old, other, Differing(a.Manifest!, b.Manifest!),
            new ComparedNumber("plays", a.Plays.EntryCount, b.Plays.EntryCount),
            Ids(a.Users, b.Users, users), Ids(a.Items, b.Items, items), MetricsOf(a.Manifest!, b.Manifest!),
            ResultsOf(a, b, users, items, engine, cancellation));
    }

    private static ComparedText[] Differing(ModelManifest a, ModelManifest b)
    {
        IEnumerable<ComparedText> all =
        [
            new("preset", a.Preset, b.Preset),
            new("warm-start", a.WarmStart, b.WarmStart),
            .. AlsParameters.Table.Where(parameter => parameter.Group != ParameterGroup.Logging)
                .Select(parameter => new ComparedText(
                    parameter.Name, Given(parameter, a.Options), Given(parameter, b.Options))),
            new("input", string.Join(' ', a.Input.Locations), string.Join(' ', b.Input.Locations)),
            new("updates", Updates(a), Updates(b)),
            new("weight-column", a.Input.WeightColumn, b.Input.WeightColumn),
            new("event-weights", Events(a.Input), Events(b.Input)),
            new("since", Time(a.Input.Since), Time(b.Input.Since)),
            new("until", Time(a.Input.Until), Time(b.Input.Until)),
            new("metric", a.Validation?.Metric, b.Validation?.Metric),
            new("device", a.Device, b.Device),
            new("gpuals", a.GpualsVersion, b.GpualsVersion),
        ];
        return [.. all.Where(value => value.Old != value.New)];
    }

    private static string? Updates(ModelManifest manifest) => manifest.Updates is { } updates
        ? string.Join(' ', updates.SelectMany(update => update.Locations))
        : null;

    private static string? Events(ManifestInput input) =>
        input.EventWeights is { } weights ? new EventWeights(weights).ToString() : null;

    private static string? Time(DateTimeOffset? time) => time is { } instant ? EpochTime.Text(instant) : null;

    private static string? Given(Parameter<AlsOptions> parameter, AlsOptions options) =>
        parameter.Get(options) is { Length: > 0 } value ? value : null;

    private static ComparedNumber[] MetricsOf(ModelManifest a, ModelManifest b)
    {
        var (before, after) = (Measured(a), Measured(b));
        return
        [
            .. before.Keys.Union(after.Keys).Select(name => new ComparedNumber(
                name, before.TryGetValue(name, out var old) ? old : null,
                after.TryGetValue(name, out var other) ? other : null)),
        ];
    }

    /// <summary>The loss and the metrics of a model, by name.</summary>
    public static IReadOnlyDictionary<string, double> Measured(ModelManifest manifest)
    {
        var measured = new Dictionary<string, double>();
        var kept = manifest.Validation?.BestIteration ?? manifest.Iterations.Count;
        if (kept > 0 && manifest.Iterations[kept - 1].Loss is { } loss) measured[LossMetric.LossName] = loss;
        if (manifest.Validation is not { } validation) return measured;
        if (validation.Value is { } value) measured[validation.Metric] = value;
        foreach (var (name, required) in validation.Metrics ?? new Dictionary<string, double>())
            measured[name] = required;
        return measured;
    }

    private static ComparedIds Ids(IdIndex a, IdIndex b, List<(int Old, int New)> common) =>
        new(a.Count, b.Count, b.Count - common.Count, a.Count - common.Count);

    /// <summary>The indices of the ids that both have, by their texts.</summary>
    private static List<(int Old, int New)> Common(IdIndex a, IdIndex b)
    {
        var others = a.IndicesIn(b);
        return [.. others.Index().Where(pair => pair.Item >= 0).Select(pair => (pair.Index, pair.Item))];
    }

    private static ComparedResults? ResultsOf(
        FactorModel a, FactorModel b, List<(int Old, int New)> users, List<(int Old, int New)> items, IAlsEngine engine,
        CancellationToken cancellation)
    {
        users.RemoveAll(user => !Recommender.HasPlays(a, user.Old) || !Recommender.HasPlays(b, user.New));
        if (users.Count == 0 || items.Count == 0) return null;
        var toNew = items.ToDictionary(item => item.Old, item => item.New);
        Thin(users, MostUsers);
        Thin(items, MostItems);
        var top = Math.Min(Length, Math.Min(a.Items.Count, b.Items.Count));
        var before = Lists(a, [.. users.Select(user => user.Old)], top, engine, cancellation);
        var after = Lists(b, [.. users.Select(user => user.New)], top, engine, cancellation);
        var (shared, same, sameFirst, correlations) = (0.0, 0, 0, new List<double>());
        for (var user = 0; user < users.Count; user++)
        {
            var (mine, theirs) = (
                Array.ConvertAll(before[user], item => toNew.GetValueOrDefault(item, -1)), after[user]);
            var both = mine.Intersect(theirs).Count();
            var length = Math.Max(mine.Length, theirs.Length);
            if (length == 0) continue;
            shared += (double)both / length;
            if (both == length) same++;
            if (mine.Length > 0 && theirs.Length > 0 && mine[0] == theirs[0]) sameFirst++;
            var correlation = Correlation(a, b, users[user], items);
            if (double.IsFinite(correlation)) correlations.Add(correlation);
        }

        return new ComparedResults(
            users.Count, items.Count, top, shared / users.Count, (double)same / users.Count,
            (double)sameFirst / users.Count, correlations.Count > 0 ? correlations.Average() : null);
    }

    /// <summary>Keeps some, drawn at random, in their order.</summary>
    private static void Thin(List<(int Old, int New)> pairs, int most)
    {
        if (pairs.Count <= most) return;
        var random = new Random(Seed);
        var kept = pairs.OrderBy(_ => random.NextDouble()).Take(most).OrderBy(pair => pair.Old).ToArray();
        pairs.Clear();
        pairs.AddRange(kept);
    }

    private static int[][] Lists(
        FactorModel model, int[] users, int top, IAlsEngine engine, CancellationToken cancellation)
    {
        using var recommender = new Recommender(model, engine);
        var lists = new List<int[]>();
        foreach (var batch in recommender.Recommend(users, top, includePlayed: false, cancellation))
            for (var row = 0; row < batch.UserIndices.Length; row++)
                lists.Add([.. batch.ItemIndices.AsSpan(row * top, top).ToArray().Where(item => item >= 0)]);
        return [.. lists];
    }

    private static double Correlation(
        FactorModel a, FactorModel b, (int Old, int New) user, List<(int Old, int New)> items)
    {
        var (n, x, y, xx, yy, xy) = (items.Count, 0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var item in items)
        {
            var (old, other) = (Score(a, user.Old, item.Old), Score(b, user.New, item.New));
            (x, y, xx, yy, xy) = (x + old, y + other, xx + (old * old), yy + (other * other), xy + (old * other));
        }

        return ((n * xy) - (x * y)) / Math.Sqrt(((n * xx) - (x * x)) * ((n * yy) - (y * y)));
    }

    private static double Score(FactorModel model, int user, int item)
    {
        var x = model.UserFactors[user];
        var y = model.ItemFactors[item];
        var sum = 0.0;
        for (var factor = 0; factor < x.Length; factor++) sum += (double)x[factor] * y[factor];
        return sum;
    }
}

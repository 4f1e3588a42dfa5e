namespace GpuAls.Bench.TopK;

/// <summary>
/// The model that lists are made from, on an engine. It is trained, since norms and scores of other factors are
/// distributed differently.
/// </summary>
internal sealed class TopKModel : IDisposable
{
    private const int Iterations = 5;

    /// <summary>[users, items], what lists leave out.</summary>
    private readonly CsrMatrix _mask;

    /// <param name="engine">Makes the lists; disposed with this.</param>
    /// <param name="model">Factors and plays.</param>
    /// <param name="rows">The users who get a list.</param>
    public TopKModel(HostEngine engine, FactorModel model, int[] rows)
    {
        (Engine, Model, Rows) = (engine, model, rows);
        _mask = new ListableItems(model.Items.Count, [.. Enumerable.Range(0, model.Items.Count)])
            .Mask(model.Plays, rows);
        Queries = engine.LoadFactors(model.UserFactors.Gather(rows));
        Items = engine.LoadFactors(model.ItemFactors);
        Seen = engine.LoadPlays(_mask);
    }

    /// <summary>Makes the lists.</summary>
    public HostEngine Engine { get; }

    /// <summary>Factors and plays.</summary>
    public FactorModel Model { get; }

    /// <summary>The users who get a list.</summary>
    public int[] Rows { get; }

    public int Users => Rows.Length;

    /// <summary>User factors on the engine.</summary>
    public IEngineFactors Queries { get; }

    /// <summary>Item factors on the engine.</summary>
    public IEngineFactors Items { get; }

    /// <summary>What lists leave out, on the engine.</summary>
    public IEnginePlays Seen { get; }

    /// <summary>Trains a model.</summary>
    /// <param name="plays">What is trained on.</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="hasEqualNorms">Whether item factors are scaled to norm 1, so that norms don't prune.</param>
    public static FactorModel Train(InteractionMatrix plays, int rank, int threads, bool hasEqualNorms)
    {
        var options = AlsOptions.Default with { Rank = rank, Iterations = Iterations };
        using var engine = new HostEngine(threads);
        var model = new FactorModel(plays, options, new FactorTrainer(engine, options).Fit(plays));
        for (var item = 0; hasEqualNorms && item < model.Items.Count; item++) Normalize(model.ItemFactors.Row(item));
        return model;
    }

    /// <summary>The mask of one list.</summary>
    public CsrMatrix Mask(int user) => _mask.Slice(user, 1);

    /// <summary>FMAs needed to score all items for this many users.</summary>
    public double UsefulFmas(int users) => (double)users * Model.Items.Count * Model.Rank;

    public void Dispose()
    {
        Queries.Dispose();
        Items.Dispose();
        Seen.Dispose();
        Engine.Dispose();
    }

    private static void Normalize(Span<float> row)
    {
        double sum = 0;
        foreach (var value in row) sum += (double)value * value;
        foreach (ref var value in row) value = sum > 0 ? (float)(value / Math.Sqrt(sum)) : 0;
    }
}

/// <summary>The reference: computes all scores, summing factors in the engine's order, and sorts them.</summary>
internal static class TopKReference
{
    /// <summary>Whether a list, without what the user has played, equals the reference, bit for bit.</summary>
    /// <param name="model">Factors and plays.</param>
    /// <param name="user">The user.</param>
    /// <param name="indices">[k].</param>
    /// <param name="scores">[k].</param>
    public static bool Equals(FactorModel model, int user, ReadOnlySpan<int> indices, ReadOnlySpan<float> scores)
    {
        var left = model.Plays.RowIndices(user).ToArray().ToHashSet();
        var all = Enumerable.Range(0, model.Items.Count)
            .Where(item => !left.Contains(item)).Select(item => (Item: item, Score: Score(model, user, item)));
        var expected = all.OrderByDescending(pair => pair.Score)
            .ThenBy(pair => pair.Item).Take(indices.Length).ToArray();
        return indices[..expected.Length].SequenceEqual(expected.Select(pair => pair.Item).ToArray())
            && scores[..expected.Length].SequenceEqual(expected.Select(pair => pair.Score).ToArray())
            && !indices[expected.Length..].ContainsAnyExcept(-1);
    }

    private static float Score(FactorModel model, int user, int item)
    {
        var x = model.UserFactors[user];
        var y = model.ItemFactors[item];
        var score = 0f;
        for (var factor = 0; factor < x.Length; factor++)
            score = float.MultiplyAddEstimate(x[factor], y[factor], score);
        return score;
    }
}

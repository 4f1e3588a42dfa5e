using GpuAls.Bench.OnGpu;

namespace GpuAls.Bench.TopK;

/// <summary>
/// The model that lists are made from. It is trained briefly, so that scores are distributed as in a real model.
/// </summary>
/// <param name="Model">Factors and plays.</param>
/// <param name="Queries">User factors on the engine.</param>
/// <param name="Items">Item factors on the engine.</param>
/// <param name="Seen">The plays on the engine.</param>
internal sealed record TopKModel(FactorModel Model, IEngineFactors Queries, IEngineFactors Items, IEnginePlays Seen)
    : IDisposable
{
    private const int Iterations = 2;

    public int Users => Model.Users.Count;

    public static TopKModel Train(IAlsEngine engine, InteractionMatrix plays, int rank)
    {
        var options = TrainingRun.Options(rank, Iterations);
        var model = new FactorModel(plays, options, new FactorTrainer(engine, options).Fit(plays));
        return new TopKModel(
            model, engine.LoadFactors(model.UserFactors, rank), engine.LoadFactors(model.ItemFactors, rank),
            engine.LoadPlays(plays.ByUser));
    }

    /// <summary>FMAs needed to score all items for this many users.</summary>
    public double UsefulFmas(int users) => (double)users * Model.Items.Count * Model.Rank;

    public void Dispose()
    {
        Queries.Dispose();
        Items.Dispose();
        Seen.Dispose();
    }
}

/// <summary>The reference: computes all scores, summing factors in the engine's order, and sorts them.</summary>
internal static class TopKReference
{
    /// <summary>Whether a list equals the reference, bit for bit.</summary>
    /// <param name="model">Factors and plays.</param>
    /// <param name="user">The user.</param>
    /// <param name="masked">Whether the user's played items are excluded.</param>
    /// <param name="indices">[k].</param>
    /// <param name="scores">[k].</param>
    public static bool Equals(
        FactorModel model, int user, bool masked, ReadOnlySpan<int> indices, ReadOnlySpan<float> scores)
    {
        var left = masked ? model.Plays.RowIndices(user).ToArray().ToHashSet() : [];
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
        var x = model.UserFactors.AsSpan((int)((long)user * model.Rank), model.Rank);
        var y = model.ItemFactors.AsSpan((int)((long)item * model.Rank), model.Rank);
        var score = 0f;
        for (var factor = 0; factor < x.Length; factor++)
            score = float.MultiplyAddEstimate(x[factor], y[factor], score);
        return score;
    }
}

namespace GpuAls.Bench.TopK;

/// <summary>A list the plain way: all scores, one factor after the other as the engine sums them, then a sort.</summary>
internal static class TopKReference
{
    /// <summary>Whether a list is the one that the plain way gives, to the bit.</summary>
    /// <param name="model">Factors and plays.</param>
    /// <param name="user">Whose list.</param>
    /// <param name="masked">Whether what the user played is left out.</param>
    /// <param name="indices">[k].</param>
    /// <param name="scores">[k].</param>
    public static bool Equals(FactorModel model, int user, bool masked, ReadOnlySpan<int> indices, ReadOnlySpan<float> scores)
    {
        var left = masked ? model.Plays.RowIndices(user).ToArray().ToHashSet() : [];
        var all = Enumerable.Range(0, model.Items.Count).Where(item => !left.Contains(item)).Select(item => (Item: item, Score: Score(model, user, item)));
        var expected = all.OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Item).Take(indices.Length).ToArray();
        return indices[..expected.Length].SequenceEqual(expected.Select(pair => pair.Item).ToArray())
            && scores[..expected.Length].SequenceEqual(expected.Select(pair => pair.Score).ToArray())
            && !indices[expected.Length..].ContainsAnyExcept(-1);
    }

    private static float Score(FactorModel model, int user, int item)
    {
        var x = model.UserFactors.AsSpan((int)((long)user * model.Rank), model.Rank);
        var y = model.ItemFactors.AsSpan((int)((long)item * model.Rank), model.Rank);
        var score = 0f;
        for (var factor = 0; factor < x.Length; factor++) score = float.MultiplyAddEstimate(x[factor], y[factor], score);
        return score;
    }
}

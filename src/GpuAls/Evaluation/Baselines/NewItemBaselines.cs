namespace GpuAls;

/// <summary>Recommends at random: what any other way must beat among items that nobody has played.</summary>
/// <param name="seed">The same seed gives the same lists.</param>
internal sealed class RandomBaseline(long seed) : IItemScorer
{
    /// <inheritdoc/>
    public void Score(int user, Span<float> scores)
    {
        var random = SeededRandom.Of(seed, (ulong)user);
        foreach (ref var score in scores) score = (float)random.NextDouble();
    }
}

/// <summary>
/// Recommends what has the features of the plays: the cosine of an item and the sum of the items that the user has
/// played, without their bias. It learns nothing from other users.
/// </summary>
internal sealed class FeatureBaseline : IItemScorer
{
    private readonly CsrMatrix _plays;
    private readonly CsrMatrix _features;

    /// <param name="plays">[users, items] to train on; a play counts with a weight above 0.</param>
    /// <param name="features">[items, features], the first of them the bias.</param>
    public FeatureBaseline(CsrMatrix plays, CsrMatrix features)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(features);
        Require.Length(features.RowCount, plays.ColumnCount, nameof(features));
        (_plays, _features) = (plays, Directions(features));
    }

    /// <inheritdoc/>
    public void Score(int user, Span<float> scores)
    {
        var profile = new float[_features.ColumnCount];
        var plays = new RowEntries(_plays, user);
        for (var play = 0; play < plays.Length; play++)
        {
            if (plays.Values[play] <= 0) continue;
            var item = new RowEntries(_features, plays.Indices[play]);
            for (var i = 0; i < item.Length; i++) profile[item.Indices[i]] += item.Values[i];
        }

        for (var item = 0; item < scores.Length; item++)
        {
            var entries = new RowEntries(_features, item);
            var sum = 0f;
            for (var i = 0; i < entries.Length; i++) sum += entries.Values[i] * profile[entries.Indices[i]];
            scores[item] = sum;
        }
    }

    /// <summary>Rows of norm 1, without the bias.</summary>
    private static CsrMatrix Directions(CsrMatrix features)
    {
        var values = features.Values.ToArray();
        for (var row = 0; row < features.RowCount; row++)
        {
            var entries = values.AsSpan((int)features.Indptr[row], features.RowLength(row));
            if (entries.IsEmpty) continue;
            entries[0] = 0;
            double squared = 0;
            foreach (var value in entries) squared += (double)value * value;
            if (squared > 0)
                foreach (ref var value in entries) value = (float)(value / Math.Sqrt(squared));
        }

        return CsrMatrix.InBuffers(
            features.ColumnCount, features.Indptr.ToArray(), features.Indices.ToArray(), values);
    }
}

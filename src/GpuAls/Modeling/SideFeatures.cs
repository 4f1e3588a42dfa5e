namespace GpuAls;

/// <summary>The features of the users, or of the items, of a model, and what it learned of them.</summary>
internal sealed class SideFeatures
{
    /// <param name="names">The name of each feature, the first of them the bias.</param>
    /// <param name="values">F, [ids of the side, names].</param>
    /// <param name="weights">W, [names, rank], row-major: factors are pulled toward Wᵀf.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a weight is not finite.</exception>
    public SideFeatures(IdIndex<string> names, CsrMatrix values, float[] weights)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(weights);
        Require.Length(values.ColumnCount, names.Count, nameof(values));
        if (names.Count == 0 || weights.Length % names.Count != 0)
            throw new ArgumentException(
                $"{weights.Length} weights for {Counted.Of(names.Count, "feature")}.", nameof(weights));
        if (Array.Exists(weights, weight => !float.IsFinite(weight)))
            throw new ArgumentException("a weight is not finite.", nameof(weights));
        (Names, Values, Weights) = (names, values, weights);
    }

    /// <summary>The name of each feature.</summary>
    public IdIndex<string> Names { get; }

    /// <summary>F, [ids of the side, names].</summary>
    public CsrMatrix Values { get; }

    /// <summary>W, [names, rank].</summary>
    public float[] Weights { get; }

    private int Rank => Weights.Length / Names.Count;

    /// <summary>Whether anything is known of an id but that it is there.</summary>
    public bool Has(int row) => row < Values.RowCount && Values.RowLength(row) > 1;

    /// <summary>Wᵀf of some rows; of a row that is not there, that of the bias.</summary>
    /// <returns>[rows, rank].</returns>
    public FactorMatrix Predict(int[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var predicted = FactorMatrix.Uninitialized(rows.Length, Rank);
        FeatureRegression.Predict(
            FeatureTable.RowsAt(Values, rows), Array.ConvertAll(Weights, weight => (double)weight), scale: null,
            predicted);
        return predicted;
    }

    /// <summary>The same with more ids after the others, of which nothing is known.</summary>
    public SideFeatures Grown(int count) => count == Values.RowCount
        ? this
        : new SideFeatures(Names, FeatureTable.RowsAt(Values, [.. Enumerable.Range(0, count)]), Weights);
}

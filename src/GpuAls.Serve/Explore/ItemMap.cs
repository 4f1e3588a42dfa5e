namespace GpuAls.Serve;

/// <summary>
/// The most played items in the plane: the directions of their factors, projected onto the two principal components.
/// Items that are near each other are often played by the same users; the reverse need not hold.
/// </summary>
internal static class ItemMap
{
    private const int Iterations = 300;

    /// <summary>Projects items.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">Their indices; none has factors that are all 0.</param>
    /// <returns>
    /// The coordinates of each, from -1 to 1, and the part of the variance that they keep, from 0 to 1.
    /// </returns>
    public static ((double X, double Y)[] Points, double Kept) Of(FactorModel model, int[] items)
    {
        var rows = Array.ConvertAll(items, item => Unit(model.ItemFactors[item]));
        Center(rows, model.Rank);
        var total = rows.Sum(row => Dot(row, row));
        var (x, xKept) = Component(rows, model.Rank);
        var (y, yKept) = Component(rows, model.Rank);
        return (Framed(x, y), total > 0 ? (xKept + yKept) / total : 1);
    }

    /// <summary>Points moved and scaled, both axes alike, until they just fit in the square from -1 to 1.</summary>
    private static (double X, double Y)[] Framed(double[] x, double[] y)
    {
        if (x.Length == 0) return [];
        var scale = Math.Max(Math.Max(x.Max() - x.Min(), y.Max() - y.Min()) / 2, 1e-12);
        var (centerX, centerY) = ((x.Max() + x.Min()) / 2, (y.Max() + y.Min()) / 2);
        return [.. x.Zip(y, (one, other) => ((one - centerX) / scale, (other - centerY) / scale))];
    }

    private static double[] Unit(ReadOnlySpan<float> factors)
    {
        var row = new double[factors.Length];
        for (var i = 0; i < row.Length; i++) row[i] = factors[i];
        var norm = Math.Sqrt(Dot(row, row));
        for (var i = 0; i < row.Length; i++) row[i] /= norm;
        return row;
    }

    private static void Center(double[][] rows, int rank)
    {
        for (var factor = 0; factor < rank; factor++)
        {
            var mean = rows.Length == 0 ? 0 : rows.Average(row => row[factor]);
            foreach (var row in rows) row[factor] -= mean;
        }
    }

    /// <summary>
    /// The scores of rows on their first principal component, by power iteration, which is then taken out of them.
    /// </summary>
    private static (double[] Scores, double Variance) Component(double[][] rows, int rank)
    {
        // A start that depends on the data is seldom orthogonal to the component.
        double[] direction = [.. rows.MaxBy(row => Dot(row, row)) ?? new double[rank]];
        var scores = new double[rows.Length];
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var norm = Math.Sqrt(Dot(direction, direction));
            if (norm < 1e-9) return (new double[rows.Length], 0);
            for (var i = 0; i < rank; i++) direction[i] /= norm;
            for (var row = 0; row < rows.Length; row++) scores[row] = Dot(rows[row], direction);
            if (iteration == Iterations - 1) break;
            direction.AsSpan().Clear();
            for (var row = 0; row < rows.Length; row++) Fp64Cholesky.AddScaled(scores[row], rows[row], direction);
        }

        for (var row = 0; row < rows.Length; row++) Fp64Cholesky.AddScaled(-scores[row], direction, rows[row]);
        return (scores, Dot(scores, scores));
    }

    private static double Dot(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++) sum += one[i] * other[i];
        return sum;
    }
}

namespace GpuAls.Tests.Reference;

/// <summary>
/// The term of one side in an objective with features, Σ λᵢ|yᵢ - Wᵀfᵢ|² + μλ|W|², and the W that makes it least, in
/// double by elimination; without features Σ λᵢ|yᵢ|².
/// </summary>
internal sealed class ReferenceFeatures
{
    private readonly double[,]? _features;
    private readonly double[] _lambda;
    private readonly double _strength;

    /// <param name="plays">[rows, columns] of the side.</param>
    /// <param name="features">[rows, features], the first of them 1; null for none.</param>
    /// <param name="options">What is trained.</param>
    public ReferenceFeatures(CsrMatrix plays, double[,]? features, AlsOptions options)
    {
        _features = features;
        _strength = (options.FeatureRegularization ?? 10) * options.Regularization;
        _lambda = [.. RowRegularization.Compute(plays, options)
            .Select((lambda, row) => plays.RowLength(row) == 0 ? 0.0 : lambda)];
    }

    /// <summary>L of the formula, with the W that makes it least.</summary>
    public static double Loss(
        InteractionMatrix plays, AlsOptions options, double[,] x, double[,] y, double[,]? userFeatures,
        double[,]? itemFeatures) =>
        ReferenceTraining.Loss(plays.ByUser, options, x, y)
        + new ReferenceFeatures(plays.ByUser, userFeatures, options).Value(x)
        - new ReferenceFeatures(plays.ByUser, null, options).Value(x)
        + new ReferenceFeatures(plays.ByItem, itemFeatures, options).Value(y)
        - new ReferenceFeatures(plays.ByItem, null, options).Value(y);

    /// <summary>W, [features, rank].</summary>
    public double[,] Weights(double[,] factors)
    {
        var (rows, columns, rank) = (_lambda.Length, _features!.GetLength(1), factors.GetLength(1));
        var weights = new double[columns, rank];
        for (var k = 0; k < rank; k++)
        {
            var (left, right) = (new double[columns, columns], new double[columns]);
            for (var i = 0; i < columns; i++)
            {
                left[i, i] = i == 0 ? 0 : _strength;
                for (var row = 0; row < rows; row++)
                {
                    right[i] += _lambda[row] * _features[row, i] * factors[row, k];
                    for (var j = 0; j < columns; j++)
                        left[i, j] += _lambda[row] * _features[row, i] * _features[row, j];
                }
            }

            var solved = ReferenceAls.SolveByElimination(left, right);
            for (var i = 0; i < columns; i++) weights[i, k] = solved[i];
        }

        return weights;
    }

    /// <summary>λ·Wᵀf of each row; null without features.</summary>
    public double[,]? Pull(double[,] factors)
    {
        if (_features is null) return null;
        var (weights, pull) = (Weights(factors), new double[factors.GetLength(0), factors.GetLength(1)]);
        for (var row = 0; row < pull.GetLength(0); row++)
            for (var k = 0; k < pull.GetLength(1); k++) pull[row, k] = _lambda[row] * Mapped(weights, row, k);
        return pull;
    }

    /// <summary>The term.</summary>
    public double Value(double[,] factors)
    {
        var weights = _features is null ? new double[0, factors.GetLength(1)] : Weights(factors);
        double sum = 0;
        for (var row = 0; row < _lambda.Length; row++)
            for (var k = 0; k < factors.GetLength(1); k++)
                sum += _lambda[row] * Math.Pow(factors[row, k] - Mapped(weights, row, k), 2);
        for (var i = 1; i < weights.GetLength(0); i++)
            for (var k = 0; k < factors.GetLength(1); k++) sum += _strength * weights[i, k] * weights[i, k];
        return sum;
    }

    private double Mapped(double[,] weights, int row, int factor)
    {
        double sum = 0;
        for (var i = 0; i < weights.GetLength(0); i++) sum += _features![row, i] * weights[i, factor];
        return sum;
    }
}

namespace GpuAls;

/// <summary>
/// What the features of a side pull its factors toward: Wᵀf, where W fits the factors as they are. W is found anew
/// whenever they have changed, so that a training has nothing else to remember, and is a part of the objective that is
/// always at its minimum.
/// </summary>
internal sealed class FeaturePull
{
    private readonly CsrMatrix _features;
    private readonly IEngineFactors _factors;
    private readonly IEngineFactors _pull;
    private readonly AlsOptions _options;
    private readonly Lazy<float[]> _lambda;
    private readonly Lazy<FeatureRegression> _regression;
    private readonly FactorMatrix _values;
    private bool _isFitted;

    /// <param name="features">[rows, columns].</param>
    /// <param name="factors">The factors of the side, [rows, rank].</param>
    /// <param name="pull">Receives λ·Wᵀf, [rows, rank].</param>
    /// <param name="options">What is trained.</param>
    /// <param name="lambda">
    /// λ of each row, 0 for rows that are not solved; asked for when it is first needed, since processes exchange it.
    /// </param>
    public FeaturePull(
        CsrMatrix features, IEngineFactors factors, IEngineFactors pull, AlsOptions options, Func<float[]> lambda)
    {
        (_features, _factors, _pull, _options) = (features, factors, pull, options);
        _lambda = new Lazy<float[]>(lambda);
        _regression = new Lazy<FeatureRegression>(NewRegression);
        _values = FactorMatrix.Uninitialized(factors.RowCount, factors.Rank);
    }

    /// <summary>The factors have changed.</summary>
    public void Moved() => _isFitted = false;

    /// <summary>What is added to the right side of each row.</summary>
    /// <param name="scale">What λ is multiplied by.</param>
    public IEngineFactors Scaled(double scale)
    {
        if (!_isFitted) Fit();
        var lambda = Array.ConvertAll(_lambda.Value, value => (float)(scale * value));
        _regression.Value.Predict(lambda, _values);
        _pull.CopyFrom(_values);
        return _pull;
    }

    /// <summary>Σ λ|x - Wᵀf|² + μλ|W|².</summary>
    public double Penalty() => _regression.Value.Penalty(Fit());

    /// <summary>
    /// The factors, with Wᵀf for rows that have features but no plays; until the next half-iteration.
    /// </summary>
    public IEngineFactors Completed()
    {
        var lambda = _lambda.Value;
        int[] rows =
        [
            .. Enumerable.Range(0, lambda.Length).Where(row => lambda[row] == 0 && _features.RowLength(row) > 1),
        ];
        if (rows.Length == 0) return _factors;
        var factors = Fit();
        foreach (var row in rows)
        {
            var values = factors.Row(row);
            _regression.Value.Predict(row, values);
            if (!_options.Nonnegative) continue;
            foreach (ref var value in values) value = Math.Max(0, value);
        }

        _pull.CopyFrom(factors);
        return _pull;
    }

    /// <summary>W for other factors of the same rows.</summary>
    public double[] WeightsFor(FactorMatrix factors)
    {
        _isFitted = false;
        _regression.Value.Fit(factors);
        return (double[])_regression.Value.Weights.Clone();
    }

    /// <returns>The factors.</returns>
    private FactorMatrix Fit()
    {
        _factors.CopyTo(_values);
        if (!_isFitted) _regression.Value.Fit(_values);
        _isFitted = true;
        return _values;
    }

    private FeatureRegression NewRegression() => new(
        _features, _lambda.Value,
        (_options.FeatureRegularization ?? AlsOptions.UsualFeatureRegularization) * _options.Regularization,
        _options.Rank);
}

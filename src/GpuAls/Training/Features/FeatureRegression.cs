namespace GpuAls;

/// <summary>
/// The linear map from features to factors that fits the factors of a side best:
/// <code>
/// W = argmin Σᵢ λᵢ|yᵢ - Wᵀfᵢ|² + Σ_c μ_c|w_c|²        (FᵀΛF + M) W = FᵀΛY
/// </code>
/// with λᵢ as in the objective, so that W is the minimum of the objective as well, and μ_c = μ·λ but for the bias,
/// which is free. Up to <see cref="LargestDense"/> columns by Cholesky, factored once; more by conjugate gradients,
/// preconditioned by the equations of the heaviest columns and the diagonal of the others. In fp64; sums are in the
/// order of rows or columns, so that threads do not change their bits.
/// </summary>
internal sealed class FeatureRegression
{
    /// <summary>Columns up to which FᵀΛF is formed: its factorization takes seconds, and 32 MiB.</summary>
    internal const int LargestDense = 2048;

    /// <summary>Of more columns, those whose equations precondition the others.</summary>
    private const int LargestBlock = 1024;

    /// <summary>
    /// Products of rows and factors that conjugate gradients hold at a time, 64 MiB; of more, some factors go first.
    /// </summary>
    private const int MostProducts = 1 << 23;
    private const int MostSteps = 500;
    private const double RelativeResidual = 1e-8;

    private readonly CsrMatrix _features;
    private readonly CsrMatrix _byColumn;
    private readonly float[] _lambda;
    private readonly double[] _penalty;
    private readonly int _rank;
    private readonly int[] _block;
    private readonly bool[] _isInBlock;
    private readonly double[] _factor;
    private readonly double[] _diagonal;

    /// <param name="features">F, [rows, columns]; the first column is the bias.</param>
    /// <param name="lambda">λ of each row, [rows]; 0 leaves a row out.</param>
    /// <param name="strength">μ·λ, above 0.</param>
    /// <param name="rank">Length of a factor vector.</param>
    /// <param name="largestDense">Columns up to which it is solved by Cholesky.</param>
    /// <exception cref="GpuAlsException">Kind Usage: λ is 0 in all rows.</exception>
    public FeatureRegression(
        CsrMatrix features, float[] lambda, double strength, int rank, int largestDense = LargestDense)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(lambda);
        Require.Length(lambda.Length, features.RowCount, nameof(lambda));
        Require.Usage(
            lambda.AsSpan().ContainsAnyExcept(0f),
            "features require --regularization above 0: it is what pulls factors toward them.");
        (_features, _lambda, _rank) = (features, lambda, rank);
        _byColumn = CsrBuilder.Transpose(features);
        _penalty = new double[features.ColumnCount];
        _penalty.AsSpan(1).Fill(strength);
        _diagonal = Diagonal();
        Weights = new double[(long)features.ColumnCount * rank];
        _block = Heaviest(
            features.ColumnCount <= largestDense ? features.ColumnCount : Math.Min(largestDense, LargestBlock));
        _isInBlock = new bool[features.ColumnCount];
        foreach (var column in _block) _isInBlock[column] = true;
        _factor = Factor();
    }

    /// <summary>W, [columns, rank].</summary>
    public double[] Weights { get; }

    /// <summary>Number of features, the bias included.</summary>
    public int ColumnCount => _features.ColumnCount;

    /// <summary>Finds W.</summary>
    /// <param name="factors">Y, [rows, rank].</param>
    public void Fit(FactorMatrix factors)
    {
        Require.Length(factors.RowCount, _features.RowCount, nameof(factors));
        var right = Weights;
        Parallel.For(0, ColumnCount, column =>
        {
            var sum = right.AsSpan(column * _rank, _rank);
            sum.Clear();
            var entries = new RowEntries(_byColumn, column);
            for (var i = 0; i < entries.Length; i++)
            {
                var row = entries.Indices[i];
                var weight = (double)_lambda[row] * entries.Values[i];
                var y = factors[row];
                for (var k = 0; k < y.Length; k++) sum[k] += weight * y[k];
            }
        });
        if (_block.Length == ColumnCount) Parallel.For(0, _rank, factor => SolveBlock(Weights, _rank, factor));
        else
        {
            var group = Math.Clamp(MostProducts / Math.Max(1, _features.RowCount), 1, _rank);
            for (var first = 0; first < _rank; first += group) SolveGroup(first, Math.Min(group, _rank - first));
        }
    }

    /// <summary>Wᵀf of each row.</summary>
    /// <param name="scale">Multiplies each row; null for 1.</param>
    /// <param name="target">[rows, rank].</param>
    public void Predict(ReadOnlyMemory<float>? scale, FactorMatrix target) =>
        Predict(_features, Weights, scale, target);

    /// <summary>Wᵀf of a row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="target">[rank].</param>
    public void Predict(int row, Span<float> target)
    {
        var sum = new double[_rank];
        Predict(_features, row, Weights, sum);
        for (var k = 0; k < target.Length; k++) target[k] = (float)sum[k];
    }

    /// <summary>Wᵀf of each row of some features.</summary>
    /// <param name="features">[rows, columns].</param>
    /// <param name="weights">W, [columns, rank].</param>
    /// <param name="scale">[rows], multiplies each row; null for 1.</param>
    /// <param name="target">[rows, rank].</param>
    public static void Predict(
        CsrMatrix features, double[] weights, ReadOnlyMemory<float>? scale, FactorMatrix target)
    {
        ParallelRanges.ForEach(features.RowCount, (start, end) =>
        {
            var sum = new double[target.Rank];
            for (var row = (int)start; row < end; row++)
            {
                Predict(features, row, weights, sum);
                double factor = scale is { } scales ? scales.Span[row] : 1;
                var values = target.Row(row);
                for (var k = 0; k < values.Length; k++) values[k] = (float)(factor * sum[k]);
            }
        });
    }

    /// <summary>Σ λᵢ|yᵢ - Wᵀfᵢ|² + Σ μ_c|w_c|².</summary>
    /// <param name="factors">Y, [rows, rank].</param>
    public double Penalty(FactorMatrix factors)
    {
        var terms = new double[_features.RowCount];
        ParallelRanges.ForEach(terms.Length, (start, end) =>
        {
            var sum = new double[_rank];
            for (var row = (int)start; row < end; row++)
            {
                if (_lambda[row] == 0) continue;
                Predict(_features, row, Weights, sum);
                double squared = 0;
                var y = factors[row];
                for (var k = 0; k < y.Length; k++)
                {
                    var difference = y[k] - sum[k];
                    squared += difference * difference;
                }

                terms[row] = _lambda[row] * squared;
            }
        });
        double penalty = 0;
        foreach (var term in terms) penalty += term;
        for (var column = 0; column < ColumnCount; column++)
            foreach (var weight in Weights.AsSpan(column * _rank, _rank)) penalty += _penalty[column] * weight * weight;
        return penalty;
    }

    private static void Predict(CsrMatrix features, int row, double[] weights, double[] sum)
    {
        Array.Clear(sum);
        var entries = new RowEntries(features, row);
        for (var i = 0; i < entries.Length; i++)
            Fp64Cholesky.AddScaled(
                entries.Values[i], weights.AsSpan(entries.Indices[i] * sum.Length, sum.Length), sum);
    }

    private double[] Diagonal()
    {
        var diagonal = new double[_features.ColumnCount];
        for (var column = 0; column < diagonal.Length; column++)
        {
            diagonal[column] = _penalty[column];
            var entries = new RowEntries(_byColumn, column);
            for (var i = 0; i < entries.Length; i++)
                diagonal[column] += (double)_lambda[entries.Indices[i]] * entries.Values[i] * entries.Values[i];
        }

        return diagonal;
    }

    /// <summary>The columns with the largest elements on the diagonal, rising.</summary>
    private int[] Heaviest(int count) =>
    [
        .. Enumerable.Range(0, ColumnCount).OrderByDescending(column => _diagonal[column]).ThenBy(column => column)
            .Take(count).Order(),
    ];

    /// <summary>L of FᵀΛF + M = L Lᵀ among the columns of the block, in the lower triangle.</summary>
    private double[] Factor()
    {
        var size = _block.Length;
        var left = new double[size * size];
        var indices = new int[ColumnCount];
        Array.Fill(indices, -1);
        for (var i = 0; i < size; i++) indices[_block[i]] = i;
        Parallel.For(0, size, index =>
        {
            var line = left.AsSpan(index * size, index + 1);
            var rows = new RowEntries(_byColumn, _block[index]);
            for (var i = 0; i < rows.Length; i++)
            {
                var weight = (double)_lambda[rows.Indices[i]] * rows.Values[i];
                var others = new RowEntries(_features, rows.Indices[i]);
                for (var j = 0; j < others.Length && others.Indices[j] <= _block[index]; j++)
                    if (indices[others.Indices[j]] is var other and >= 0) line[other] += weight * others.Values[j];
            }

            line[index] += _penalty[_block[index]];
        });
        if (!Fp64Cholesky.Factor(left, size))
            throw new GpuAlsException(
                FailureKind.BadInput,
                "the equations of the weights of features are singular in fp64. Raise --regularization.");
        return left;
    }

    /// <summary>Solves the equations of the block for one factor, in place.</summary>
    /// <param name="values">[columns, count].</param>
    /// <param name="count">Factors in a row of <paramref name="values"/>.</param>
    /// <param name="factor">Which of them.</param>
    private void SolveBlock(double[] values, int count, int factor)
    {
        var column = new double[_block.Length];
        for (var i = 0; i < column.Length; i++) column[i] = values[(_block[i] * count) + factor];
        Fp64Cholesky.Solve(_factor, column);
        for (var i = 0; i < column.Length; i++) values[(_block[i] * count) + factor] = column[i];
    }

    /// <summary>What conjugate gradients are preconditioned by: the block is solved, the others are scaled.</summary>
    private double[] Precondition(double[] residual, int count)
    {
        var values = (double[])residual.Clone();
        Parallel.For(0, count, factor => SolveBlock(values, count, factor));
        for (var column = 0; column < ColumnCount; column++)
            for (var k = 0; k < count && !_isInBlock[column]; k++)
                values[(column * count) + k] /= _diagonal[column];
        return values;
    }

    /// <summary>Conjugate gradients for some factors at a time, from zero.</summary>
    private void SolveGroup(int first, int count)
    {
        var size = ColumnCount * count;
        var (x, residual) = (new double[size], new double[size]);
        var product = new double[size];
        var byRow = new double[_features.RowCount * count];
        for (var column = 0; column < ColumnCount; column++)
            for (var k = 0; k < count; k++) residual[(column * count) + k] = Weights[(column * _rank) + first + k];
        var direction = Precondition(residual, count);
        var squared = Dots(residual, direction, count);
        var limits = Array.ConvertAll(squared, value => value * RelativeResidual * RelativeResidual);
        for (var step = 0; step < MostSteps && squared.Zip(limits).Any(pair => pair.First > pair.Second); step++)
        {
            Multiply(direction, byRow, product, count);
            var lengths = squared.Zip(Dots(direction, product, count), Quotient).ToArray();
            Add(lengths, direction, x);
            Add(Array.ConvertAll(lengths, length => -length), product, residual);
            var scaled = Precondition(residual, count);
            var next = Dots(residual, scaled, count);
            Add(next.Zip(squared, Quotient).ToArray(), direction, scaled);
            (direction, squared) = (scaled, next);
        }

        for (var column = 0; column < ColumnCount; column++)
            for (var k = 0; k < count; k++) Weights[(column * _rank) + first + k] = x[(column * count) + k];

        static double Quotient(double above, double below) => below > 0 ? above / below : 0;
    }

    /// <summary>product = (FᵀΛF + M) x.</summary>
    private void Multiply(double[] x, double[] byRow, double[] product, int count)
    {
        ParallelRanges.ForEach(_features.RowCount, (start, end) =>
        {
            for (var row = (int)start; row < end; row++)
            {
                var sum = byRow.AsSpan(row * count, count);
                sum.Clear();
                if (_lambda[row] == 0) continue;
                var entries = new RowEntries(_features, row);
                for (var i = 0; i < entries.Length; i++)
                    Fp64Cholesky.AddScaled(
                        (double)_lambda[row] * entries.Values[i], x.AsSpan(entries.Indices[i] * count, count), sum);
            }
        });
        Parallel.For(0, ColumnCount, column =>
        {
            var sum = product.AsSpan(column * count, count);
            var entries = new RowEntries(_byColumn, column);
            for (var k = 0; k < count; k++) sum[k] = _penalty[column] * x[(column * count) + k];
            for (var i = 0; i < entries.Length; i++)
                Fp64Cholesky.AddScaled(entries.Values[i], byRow.AsSpan(entries.Indices[i] * count, count), sum);
        });
    }

    /// <summary>[count], a product for each factor.</summary>
    private static double[] Dots(double[] x, double[] y, int count)
    {
        var dots = new double[count];
        for (var i = 0; i < x.Length; i++) dots[i % count] += x[i] * y[i];
        return dots;
    }

    /// <summary>y += scale·x, with a scale for each factor.</summary>
    private static void Add(double[] scales, double[] x, double[] y)
    {
        for (var i = 0; i < x.Length; i++) y[i] += scales[i % scales.Length] * x[i];
    }
}

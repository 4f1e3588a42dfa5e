namespace GpuAls.Tests.Reference;

/// <summary>
/// The oracle: each formula of <see cref="ConfidenceWeights"/> written straight down, in double, over all pairs. Slow
/// on purpose.
/// </summary>
internal static class ReferenceAls
{
    /// <summary>YᵀY.</summary>
    /// <param name="factors">[rows, rank].</param>
    /// <returns>[rank, rank].</returns>
    public static double[,] Gramian(double[,] factors)
    {
        var rank = factors.GetLength(1);
        var gramian = new double[rank, rank];
        for (var row = 0; row < factors.GetLength(0); row++)
            for (var i = 0; i < rank; i++)
                for (var j = 0; j < rank; j++)
                    gramian[i, j] += factors[row, i] * factors[row, j];
        return gramian;
    }

    /// <summary>
    /// Solves (α₀·YᵀY + Σ gram·y yᵀ + λᵣI) x = Σ rhs·y + pullᵣ for each row; zero for a row without plays.
    /// </summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="fixedFactors">y, [columns, rank].</param>
    /// <param name="regularization">λ of each row, [rows].</param>
    /// <param name="pull">λp of each row, [rows, rank]; null for zeros.</param>
    /// <returns>x, [rows, rank].</returns>
    public static double[,] SolveRows(
        CsrMatrix plays, ConfidenceWeights weights, double[,] fixedFactors, float[] regularization,
        double[,]? pull = null)
    {
        var rank = fixedFactors.GetLength(1);
        var gramian = Gramian(fixedFactors);
        var solution = new double[plays.RowCount, rank];
        for (var row = 0; row < plays.RowCount; row++)
        {
            if (plays.RowLength(row) == 0) continue;
            var (left, right) = NormalEquation(plays, row, weights, fixedFactors, gramian, regularization[row]);
            for (var i = 0; i < rank; i++) right[i] += pull?[row, i] ?? 0;
            var x = SolveByElimination(left, right);
            for (var i = 0; i < rank; i++) solution[row, i] = x[i];
        }

        return solution;
    }

    /// <summary>Conjugate gradients on the same equations; zero for a row without plays.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="fixedFactors">y, [columns, rank].</param>
    /// <param name="regularization">λ of each row, [rows].</param>
    /// <param name="start">x at first, [rows, rank].</param>
    /// <param name="steps">Number of steps; fewer where x is exact before, as rank 1 is after one.</param>
    public static double[,] ConjugateGradients(
        CsrMatrix plays,
        ConfidenceWeights weights,
        double[,] fixedFactors,
        float[] regularization,
        double[,] start,
        int steps)
    {
        var rank = fixedFactors.GetLength(1);
        var gramian = Gramian(fixedFactors);
        var solution = new double[plays.RowCount, rank];
        for (var row = 0; row < plays.RowCount; row++)
        {
            if (plays.RowLength(row) == 0) continue;
            var (left, right) = NormalEquation(plays, row, weights, fixedFactors, gramian, regularization[row]);
            double Product(double[] p, int i) => Enumerable.Range(0, rank).Sum(j => left[i, j] * p[j]);
            var x = Enumerable.Range(0, rank).Select(i => start[row, i]).ToArray();
            var residual = x.Select((_, i) => right[i] - Product(x, i)).ToArray();
            var direction = residual;
            for (var step = 0; step < steps && residual.Any(value => value != 0); step++)
            {
                var product = x.Select((_, i) => Product(direction, i)).ToArray();
                var squared = residual.Sum(value => value * value);
                var length = squared / direction.Zip(product, (p, q) => p * q).Sum();
                x = [.. x.Zip(direction, (value, p) => value + (length * p))];
                residual = [.. residual.Zip(product, (value, q) => value - (length * q))];
                var conjugate = residual.Sum(value => value * value) / squared;
                direction = [.. residual.Zip(direction, (value, p) => value + (conjugate * p))];
            }

            for (var i = 0; i < rank; i++) solution[row, i] = x[i];
        }

        return solution;
    }

    /// <summary>Σ over the plays of rhs·(1 - x·y)² + (gram - rhs)·(x·y)², or Σ (v - x·y)² of ratings.</summary>
    public static double PlaysLoss(
        CsrMatrix plays, ConfidenceWeights weights, double[,] rowFactors, double[,] columnFactors)
    {
        double loss = 0;
        for (var row = 0; row < plays.RowCount; row++)
        {
            for (var entry = 0; entry < plays.RowLength(row); entry++)
            {
                var value = plays.RowValues(row)[entry];
                var (gram, rhs) = Weigh(value, weights);
                var score = Dot(rowFactors, row, columnFactors, plays.RowIndices(row)[entry]);
                loss += weights.IsExplicit
                    ? (value - score) * (value - score)
                    : rhs * (1 - score) * (1 - score) + (gram - rhs) * score * score;
            }
        }

        return loss;
    }

    /// <summary>The k best items of one query, by falling score, equal scores by rising index.</summary>
    public static (int Index, double Score)[] TopK(
        double[,] queries, int query, double[,] items, ReadOnlySpan<int> seen, int k)
    {
        var masked = seen.ToArray().ToHashSet();
        return Enumerable.Range(0, items.GetLength(0))
            .Where(item => !masked.Contains(item))
            .Select(item => (Index: item, Score: Dot(queries, query, items, item)))
            .OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Index)
            .Take(k).ToArray();
    }

    /// <summary>x·y.</summary>
    public static double Dot(double[,] x, int row, double[,] y, int column)
    {
        double sum = 0;
        for (var i = 0; i < x.GetLength(1); i++) sum += x[row, i] * y[column, i];
        return sum;
    }

    private static (double Gram, double Rhs) Weigh(float value, ConfidenceWeights weights) =>
        weights.IsExplicit
            ? (1, value)
            : (Math.Abs((double)value) + weights.GramOffset, value > 0 ? (double)value + weights.RhsOffset : 0);

    /// <summary>A and b of one row.</summary>
    public static (double[,] Left, double[] Right) NormalEquation(
        CsrMatrix plays, int row, ConfidenceWeights weights, double[,] fixedFactors, double[,] gramian, double lambda)
    {
        var rank = fixedFactors.GetLength(1);
        var left = new double[rank, rank];
        var right = new double[rank];
        for (var i = 0; i < rank; i++)
        {
            for (var j = 0; j < rank; j++) left[i, j] = weights.UnobservedWeight * gramian[i, j];
            left[i, i] += lambda;
        }

        for (var entry = 0; entry < plays.RowLength(row); entry++)
        {
            var value = plays.RowValues(row)[entry];
            var column = plays.RowIndices(row)[entry];
            var (gram, rhs) = Weigh(value, weights);
            for (var i = 0; i < rank; i++)
            {
                for (var j = 0; j < rank; j++) left[i, j] += gram * fixedFactors[column, i] * fixedFactors[column, j];
                right[i] += rhs * fixedFactors[column, i];
            }
        }

        return (left, right);
    }

    /// <summary>
    /// Gaussian elimination with partial pivoting: another method than the engines use, so that they do not share a
    /// mistake.
    /// </summary>
    public static double[] SolveByElimination(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
                if (Math.Abs(matrix[row, column]) > Math.Abs(matrix[pivot, column])) pivot = row;
            SwapRows(matrix, right, column, pivot);
            for (var row = column + 1; row < n; row++)
            {
                var factor = matrix[row, column] / matrix[column, column];
                for (var j = column; j < n; j++) matrix[row, j] -= factor * matrix[column, j];
                right[row] -= factor * right[column];
            }
        }

        var solution = new double[n];
        for (var row = n - 1; row >= 0; row--)
        {
            var sum = right[row];
            for (var j = row + 1; j < n; j++) sum -= matrix[row, j] * solution[j];
            solution[row] = sum / matrix[row, row];
        }

        return solution;
    }

    private static void SwapRows(double[,] matrix, double[] right, int a, int b)
    {
        if (a == b) return;
        for (var j = 0; j < right.Length; j++) (matrix[a, j], matrix[b, j]) = (matrix[b, j], matrix[a, j]);
        (right[a], right[b]) = (right[b], right[a]);
    }
}

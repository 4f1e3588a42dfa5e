using CsCheck;
using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training.Features;

/// <summary>The weights of features, by Cholesky and by conjugate gradients, against elimination in fp64.</summary>
public sealed class FeatureRegressionTests
{
    [Test]
    public void Fit_RandomFeatures_MatchElimination() => Gen.Select(
            Gen.Int[1, 60], Gen.Int[1, 20], Gen.Int[1, 19], Gen.Int[1, 10_000])
        .Sample(
            (rows, columns, rank, seed) =>
            {
                var features = Features(rows, columns, seed);
                var lambda = TestMatrices.Factors(rows, 1, seed + 1).Select(value => Math.Abs(value) + 0.1f).ToArray();
                if (rows > 2) lambda[1] = 0;
                var y = TestMatrices.Factors(rows, rank, seed + 2);
                var expected = Eliminate(features, lambda, 0.7, y, rank);

                foreach (var largestDense in new[] { 1024, 0, 3 })
                {
                    var regression = new FeatureRegression(features, lambda, 0.7, rank, largestDense);
                    regression.Fit(FactorMatrix.Of(y, rank));
                    Close.All(regression.Weights, expected, relative: 1e-6);
                }
            },
            iter: 100);

    [Test]
    public void Fit_ManyColumns_LeavesNoSlope()
    {
        var (rows, columns, rank) = (3_000, 2_500, 3);
        var features = Features(rows, columns, seed: 1);
        var (lambda, y) = (Enumerable.Repeat(0.5f, rows).ToArray(), TestMatrices.Factors(rows, rank, seed: 2));
        var regression = new FeatureRegression(features, lambda, 0.7, rank);

        regression.Fit(FactorMatrix.Of(y, rank));

        // FᵀΛ(Y - F W) = M W.
        var (left, right) = (new double[columns * rank], new double[columns * rank]);
        var predicted = new FactorMatrix(rows, rank);
        regression.Predict(null, predicted);
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < features.RowLength(row); i++)
                for (var k = 0; k < rank; k++)
                {
                    var difference = (double)y[(row * rank) + k] - predicted[row][k];
                    left[(features.RowIndices(row)[i] * rank) + k] +=
                        lambda[row] * features.RowValues(row)[i] * difference;
                }
        for (var i = rank; i < right.Length; i++) right[i] = 0.7 * regression.Weights[i];
        Assert.That(left.Zip(right, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4));
    }

    [TestCase(1024)]
    [TestCase(0)]
    [TestCase(7)]
    public void Fit_ManyTimes_GivesTheSameBytes(int largestDense)
    {
        var features = Features(5_000, 40, seed: 3);
        var (lambda, rank) = (Enumerable.Repeat(2f, 5_000).ToArray(), 9);
        var y = TestMatrices.Factors(5_000, rank, seed: 4);
        var runs = Enumerable.Range(0, 5).Select(_ =>
        {
            var regression = new FeatureRegression(features, lambda, 1, rank, largestDense);
            regression.Fit(FactorMatrix.Of(y, rank));
            return regression.Weights.Append(regression.Penalty(FactorMatrix.Of(y, rank))).ToArray();
        }).ToArray();

        Assert.That(runs, Is.All.EqualTo(runs[0]));
    }

    [Test]
    public void Fit_FeaturesThatAreTheSame_ShareTheWeight()
    {
        var features = new CsrMatrix(3, [0, 3, 4], [0, 1, 2, 0], [1, 1, 1, 1]);
        var regression = new FeatureRegression(features, [1, 1], 1, 1);

        regression.Fit(FactorMatrix.Of([3, 0], 1));

        Assert.That(regression.Weights[1], Is.EqualTo(regression.Weights[2]).Within(1e-9).And.GreaterThan(0.1));
    }

    private static double[] Eliminate(CsrMatrix features, float[] lambda, double strength, float[] y, int rank)
    {
        var columns = features.ColumnCount;
        var weights = new double[columns * rank];
        for (var k = 0; k < rank; k++)
        {
            var (left, right) = (new double[columns, columns], new double[columns]);
            for (var i = 1; i < columns; i++) left[i, i] = strength;
            for (var row = 0; row < features.RowCount; row++)
            {
                for (var i = 0; i < features.RowLength(row); i++)
                {
                    var (column, value) = (features.RowIndices(row)[i], (double)features.RowValues(row)[i]);
                    right[column] += lambda[row] * value * y[(row * rank) + k];
                    for (var j = 0; j < features.RowLength(row); j++)
                        left[column, features.RowIndices(row)[j]] += lambda[row] * value * features.RowValues(row)[j];
                }
            }

            var solved = ReferenceAls.SolveByElimination(left, right);
            for (var i = 0; i < columns; i++) weights[(i * rank) + k] = solved[i];
        }

        return weights;
    }

    private static CsrMatrix Features(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var (indptr, indices, values) = (new long[rows + 1], new List<int>(), new List<float>());
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                if (column > 0 && random.Next(Math.Max(2, columns / 8)) > 0) continue;
                indices.Add(column);
                values.Add(column == 0 ? 1 : (float)(2 * random.NextDouble()) - 1);
            }

            indptr[row + 1] = indices.Count;
        }

        return new CsrMatrix(columns, indptr, [.. indices], [.. values]);
    }
}

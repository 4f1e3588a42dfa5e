using CsCheck;
using GpuAls.Serve;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Serve.Explore;

public sealed class ItemMapTests
{
    /// <summary>The two components keep as much variance as the two largest eigenvalues of the covariance.</summary>
    [Test]
    public void Of_AnyFactors_KeepsTheTwoLargestEigenvalues() => Gen.Select(Gen.Int[3, 60], Gen.Int[2, 12], Gen.Int)
        .Sample((items, rank, seed) =>
        {
            var model = Model(TestMatrices.Factors(items, rank, seed), rank);

            var (points, kept) = ItemMap.Of(model, [.. Enumerable.Range(0, items)]);

            var values = Eigenvalues(model);
            Assert.That(kept, Is.EqualTo((values[0] + values[1]) / values.Sum()).Within(1e-3));
            Assert.That(points.SelectMany(point => new[] { point.X, point.Y }), Is.All.InRange(-1 - 1e-9, 1 + 1e-9));
            Assert.That(
                points.Max(point => Math.Max(Math.Abs(point.X), Math.Abs(point.Y))), Is.EqualTo(1).Within(1e-9));
        }, iter: 100);

    /// <summary>In a plane nothing is lost: distances of directions stay in proportion.</summary>
    [Test]
    public void Of_TwoFactors_KeepsDistances()
    {
        var model = Model(TestMatrices.Factors(20, 2, seed: 5), 2);

        var (points, kept) = ItemMap.Of(model, [.. Enumerable.Range(0, 20)]);

        Assert.That(kept, Is.EqualTo(1).Within(1e-9));
        var scale = Distance(0, 1) / Direct(0, 1);
        for (var one = 0; one < 20; one++)
            for (var other = 0; other < 20; other++)
                Assert.That(Distance(one, other), Is.EqualTo(scale * Direct(one, other)).Within(1e-6));

        double Distance(int one, int other) =>
            Math.Sqrt(Square(points[one].X - points[other].X) + Square(points[one].Y - points[other].Y));
        double Direct(int one, int other) => Math.Sqrt(Enumerable.Range(0, 2).Sum(factor =>
            Square(Unit(model, one)[factor] - Unit(model, other)[factor])));
        static double Square(double value) => value * value;
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(5)]
    public void Of_ItemsThatAreAllAlike_IsOnePoint(int items)
    {
        var model = Model([.. Enumerable.Repeat(2f, items * 3)], 3);

        var (points, kept) = ItemMap.Of(model, [.. Enumerable.Range(0, items)]);

        Assert.That(points, Is.EqualTo(Enumerable.Repeat((0.0, 0.0), items)));
        Assert.That(kept, Is.EqualTo(1));
    }

    private static double[] Unit(FactorModel model, int item)
    {
        var row = Array.ConvertAll(
            model.ItemFactors[item].ToArray(), value => (double)value);
        var norm = Math.Sqrt(row.Sum(value => value * value));
        return Array.ConvertAll(row, value => value / norm);
    }

    /// <summary>Of the covariance of directions, the largest first, by Jacobi rotations.</summary>
    private static double[] Eigenvalues(FactorModel model)
    {
        var rank = model.Rank;
        var rows = Enumerable.Range(0, model.Items.Count).Select(item => Unit(model, item)).ToArray();
        double[] mean = [.. Enumerable.Range(0, rank).Select(factor => rows.Average(row => row[factor]))];
        var a = new double[rank, rank];
        for (var i = 0; i < rank; i++)
            for (var j = 0; j < rank; j++)
                a[i, j] = rows.Sum(row => (row[i] - mean[i]) * (row[j] - mean[j]));
        for (var sweep = 0; sweep < 60; sweep++)
            for (var p = 0; p < rank; p++)
                for (var q = p + 1; q < rank; q++)
                {
                    if (Math.Abs(a[p, q]) < 1e-14) continue;
                    var angle = 0.5 * Math.Atan2(2 * a[p, q], a[q, q] - a[p, p]);
                    var (sin, cos) = Math.SinCos(angle);
                    for (var k = 0; k < rank; k++)
                        (a[k, p], a[k, q]) = ((cos * a[k, p]) - (sin * a[k, q]), (sin * a[k, p]) + (cos * a[k, q]));
                    for (var k = 0; k < rank; k++)
                        (a[p, k], a[q, k]) = ((cos * a[p, k]) - (sin * a[q, k]), (sin * a[p, k]) + (cos * a[q, k]));
                }

        return [.. Enumerable.Range(0, rank).Select(i => a[i, i]).OrderDescending()];
    }

    private static FactorModel Model(float[] itemFactors, int rank)
    {
        var items = itemFactors.Length / rank;
        return FactorArrays.Model(
            new IdIndex<int>([0]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            new CsrMatrix(items, [0, 0], [], []), new AlsOptions { Rank = rank }, new float[rank], itemFactors);
    }
}

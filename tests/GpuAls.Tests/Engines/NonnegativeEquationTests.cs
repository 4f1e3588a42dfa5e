using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>
/// The minimum over x ≥ 0 beside one found by trying all sets of free unknowns, and its conditions of optimality at any
/// size.
/// </summary>
public sealed class NonnegativeEquationTests
{
    /// <summary>Size, seed of A, b with zeros among its values, and which unknowns are free at first.</summary>
    private static Gen<(int Size, int Seed, int[] Right, bool[] Start)> Problems(int largest) =>
        Gen.Int[1, largest].SelectMany(
            size => Gen.Select(Gen.Const(size), Gen.Int, Gen.Int[-3, 3].Array[size], Gen.Bool.Array[size]));

    [Test]
    public void Solve_FewUnknowns_IsTheBestOfAllSets() => Problems(largest: 6).Sample(problem =>
    {
        var left = PositiveDefinite(problem.Size, problem.Seed);
        double[] right = [.. problem.Right.Select(value => (double)value)];

        var x = Solve(left, right, problem.Start);
        var expected = BestOfAllSets(left, right);

        return x.Zip(expected)
            .All(pair => pair.First >= 0 && Math.Abs(pair.First - pair.Second) <= 1e-5 * (1 + expected.Max()));
    });

    [Test]
    public void Solve_ManyUnknowns_NoChangeLowersTheFunction() => Problems(largest: 90).Sample(problem =>
    {
        var left = PositiveDefinite(problem.Size, problem.Seed);
        double[] right = [.. problem.Right.Select(value => (double)value)];

        var x = Solve(left, right, problem.Start);

        return Enumerable.Range(0, problem.Size).All(i =>
        {
            var slope = Enumerable.Range(0, problem.Size).Sum(j => left[i, j] * x[j]) - right[i];
            return x[i] >= 0 && (x[i] > 0 ? Math.Abs(slope) <= 1e-4 : slope >= -1e-4);
        });
    }, iter: 200);

    /// <summary>Here exchanging all wrong unknowns at once comes back to where it was, and never ends.</summary>
    [Test]
    public void Solve_WhereExchangingAllAtOnceGoesRound_IsTheBestOfAllSetsToo()
    {
        var left = new double[,]
        {
            { 10, -1, 15, -13, -7 },
            { -1, 24, 0, 2, -4 },
            { 15, 0, 32, -26, -21 },
            { -13, 2, -26, 24, 18 },
            { -7, -4, -21, 18, 23 },
        };
        double[] right = [4, 4, -3, -4, 3];

        var x = Solve(left, right, [true, true, true, false, true]);

        Assert.That(x, Is.EqualTo(BestOfAllSets(left, right)).Within(1e-5));
    }

    [Test]
    public void Solve_RightSideBelowZero_IsZero() =>
        Assert.That(Solve(PositiveDefinite(5, 1), [-1, -2, 0, -3, -1], [true, false, true, true, false]), Is.All.Zero);

    [Test]
    public void Solve_SingularMatrix_SaysSo() =>
        Assert.That(new NonnegativeEquation(2).Solve([1, 0, 1, 1], [1, 1], [1, 1]), Is.False);

    [Test]
    public void Solve_NoNumbers_SaysSo() =>
        Assert.That(new NonnegativeEquation(2).Solve([double.NaN, 0, 0, 1], [1, 1], [1, 1]), Is.False);

    private static float[] Solve(double[,] left, double[] right, bool[] start)
    {
        var x = Array.ConvertAll(start, isFree => isFree ? 1f : 0);
        Assert.That(new NonnegativeEquation(right.Length).Solve([.. left.Cast<double>()], right, x), Is.True);
        return x;
    }

    /// <summary>MᵀM + I/10.</summary>
    private static double[,] PositiveDefinite(int size, int seed)
    {
        var matrix = ReferenceAls.Gramian(TestMatrices.ToDouble(TestMatrices.Factors(size, size, seed), size));
        for (var i = 0; i < size; i++) matrix[i, i] += 0.1;
        return matrix;
    }

    private static double[] BestOfAllSets(double[,] left, double[] right)
    {
        var size = right.Length;
        var (best, least) = (new double[size], 0.0);
        for (var set = 1; set < 1 << size; set++)
        {
            int[] free = [.. Enumerable.Range(0, size).Where(i => (set & (1 << i)) != 0)];
            var part = new double[free.Length, free.Length];
            for (var i = 0; i < free.Length; i++)
                for (var j = 0; j < free.Length; j++) part[i, j] = left[free[i], free[j]];
            var solved = ReferenceAls.SolveByElimination(part, [.. free.Select(i => right[i])]);
            var value = -0.5 * free.Select((i, at) => right[i] * solved[at]).Sum(); // ½·xᵀA x - bᵀx where A x = b
            if (solved.Any(factor => factor < 0) || value >= least) continue;
            (best, least) = (new double[size], value);
            for (var i = 0; i < free.Length; i++) best[free[i]] = solved[i];
        }

        return best;
    }
}

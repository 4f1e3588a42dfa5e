using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>Eigenvectors of a Gramian: orthonormal, and together the matrix again.</summary>
public sealed class EigenBasisTests
{
    [Test]
    public void Of_Gramian_GivesOrthonormalVectorsThatMakeItAgain() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[0, 1000], Gen.Double[-4, 0]).Sample((size, seed, exponent) =>
        {
            var factors = TestMatrices.Factors(size + 40, size, seed);
            for (var i = 0; i < factors.Length; i += size) factors[i] *= (float)Math.Pow(10, exponent);
            var matrix = ReferenceAls.Gramian(TestMatrices.ToDouble(factors, size));
            var basis = EigenBasis.Of(matrix.Cast<double>().ToArray(), size, threadCount: 3)!;

            var scale = basis.Values.Max();
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    Assert.That(
                        Enumerable.Range(0, size).Sum(k => basis.Values[k] * Vector(k, i) * Vector(k, j)),
                        Is.EqualTo(matrix[i, j]).Within(1e-10 * scale));
                    Assert.That(
                        Enumerable.Range(0, size).Sum(k => Vector(i, k) * Vector(j, k)),
                        Is.EqualTo(i == j ? 1 : 0).Within(1e-9));
                }
            }

            double Vector(int row, int element) => basis.Vectors[(row * size) + element];
        }, iter: 30);

    [Test]
    public void Of_AnyNumberOfThreads_GivesTheSameBytes([Values(1, 2, 5)] int threadCount)
    {
        const int Size = 150;
        var matrix = ReferenceAls.Gramian(TestMatrices.ToDouble(TestMatrices.Factors(300, Size, seed: 1), Size))
            .Cast<double>().ToArray();

        Assert.That(
            EigenBasis.Of(matrix, Size, threadCount)!.Vectors, Is.EqualTo(EigenBasis.Of(matrix, Size, 3)!.Vectors));
    }

    [Test]
    public void Of_DiagonalMatrix_KeepsTheDigitsOfSmallValues()
    {
        double[] diagonal = [1e8, 3, 1e-9];

        var basis = EigenBasis.Of([1e8, 0, 0, 0, 3, 0, 0, 0, 1e-9], 3, threadCount: 1)!;

        Assert.That(basis.Values, Is.EqualTo(diagonal).Within(1e-12).Percent);
    }

    [Test]
    public void Of_MatrixThatIsNotPositiveDefinite_IsNull([Values] bool isFinite)
    {
        double[] matrix = isFinite ? [1, 2, 2, 4] : [1, 0, 0, double.NaN];

        Assert.That(EigenBasis.Of(matrix, 2, threadCount: 1), Is.Null);
    }
}
